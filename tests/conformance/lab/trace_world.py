"""The small world in which the provider's traffic was recorded, and what happened behind the provider's back."""

import json
import re
from pathlib import Path
from typing import Any

from iac.lab.login import hashed
from iac.lab.seed import template
from iac.lab.seed_access import fill_access
from iac.lab.world import GIB, Node, Storage, World

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "pve" / "traces"
UPID = re.compile(r"UPID:[^\"/ ]+:")
# What differs from one run to the next, or belongs to another part of the answer than its shape.
VOLATILE_NAMES = (
    "cpu mem uptime pid pstart starttime digest smbios1 vmgenid meta net0 upid user used avail used_fraction "
    "value disk netin netout diskread diskwrite ssl_fingerprint total maxmem maxcpu maxdisk memory cpuinfo "
    "version release repoid hwaddr hardware-address inet ip-addresses rootfs ticket CSRFPreventionToken "
    "tokenid password"
)
VOLATILE = frozenset(VOLATILE_NAMES.split())


def trace_world() -> World:
    """Nodes pve1 to pve3, local-lvm and local on each, template 9000, pool prod, bridge vmbr0."""
    world = World(born_at=1_700_000_000.0)
    for number in (1, 2, 3):
        world.nodes[f"pve{number}"] = Node(f"pve{number}", f"192.0.2.{number}", memory=64 * GIB)
    world.storages["local-lvm"] = Storage(
        "local-lvm", "lvmthin", "images,rootdir", 1000 * GIB, 0, is_shared=False, path="/dev/pve"
    )
    world.storages["local"] = Storage(
        "local", "dir", "iso,vztmpl,snippets,backup,import", 1000 * GIB, 0, is_shared=False, path="/var/lib/vz"
    )
    world.pools["prod"] = {"comment": "", "vms": [], "storages": []}
    guest = template(9000, "ubuntu-2404-tmpl", "", 10, "local-lvm")
    guest.node = "pve1"
    guest.config["net0"] = "virtio=BC:24:11:00:90:00,bridge=vmbr0"
    for name in ("description", "tags"):
        guest.config.pop(name)
    world.guests["9000"] = guest
    fill_access(world)
    world.secrets["password/root@pam"] = hashed("secret")
    return world


def scenario(name: str) -> list[tuple[str, Any]]:
    """The story in order: ("outside", what was done) and ("request", one recorded line)."""
    steps = json.loads((FOLDER / f"{name}.steps.json").read_text(encoding="utf-8"))
    lines = [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    story: list[tuple[str, Any]] = []
    for step in steps:
        if step["step"] == "outside":
            story.append(("outside", step["stub_call"]))
        story += [("request", line) for line in lines if line["step"] == step["step"]]
    return story


def outside(call: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A recorded act behind the API's back as a verb of the lab and its arguments."""
    body, vmid = call["body"], call["path"].rpartition("/")[2]
    if "node" in body:
        return "move_guest", {"vmid": vmid, "node": body["node"]}
    if "status" in body:
        return "stop_guest", {"vmid": vmid}
    if "agent_down" in body:
        return "agent", {"vmid": vmid, "is_silent": True}
    if "exitstatus" in body:
        return "fault", {"kind": "task_error", "path": body["path"], "text": body["exitstatus"], "times": 1}
    answer = {name: body[name] for name in ("method", "path", "code", "reason", "times")}
    return "fault", {"kind": "answer", **answer}


# Where the recording is our older fake's own way, and PVE's is another: (what differs, why the lab is right).
KNOWN = [
    (r"^GET /cluster/resources .*\.tags: missing$", "PVE leaves out what a guest does not have"),
    (r"^GET /nodes/pve1/storage/local-lvm/status .*(storage|used_fraction): missing$", "not in PVE's description"),
    (r"^GET /nodes/pve1/qemu .*\.(qmpstatus|ha|agent): missing$", "the list says less than status/current"),
    (r"status/current .*\.agent: missing$", "the agent is switched off in the configuration"),
    (r"status/current .*\.cpus: 2 is not 4$", "new cores wait for a power cycle"),
    (r"^GET /access/users/svc@pve(/token/ci)? .*\.(userid|tokenid|password): missing$", "not in PVE's description"),
    (r"^GET /access/acl ", "the lab has entries of its own, so rows stand elsewhere"),
    (r"tasks/UPID.*/status .*'stopped' is not 'running'$", "recorded with slow tasks"),
    (r"tasks/UPID.*/log ", "what a task logs on its way is its own"),
    (r"/subnets.*(subnet: 'zone1-|zone: 'zone1')", "PVE names a subnet after its zone"),
    (r"^GET /nodes/pve1/status .*loadavg", "a load is a load"),
    (r"^GET /cluster/resources .*node: 'pve2' is not 'pve1'$", "at pace 0 HA has moved it already"),
    (
        r"^GET (/nodes/pve3/qemu/101/status/current|/cluster/resources|/pools) .*: 'running' is not 'stopped'$",
        "put under HA as started, a stopped guest is started",
    ),
]


def shape_faults(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """Where our answer lacks what the recorded one has, or has it with another JSON type or another value."""
    if path.rpartition(".")[2] in VOLATILE:
        return [] if type(ours) is type(theirs) or {type(ours), type(theirs)} <= {int, float} else [f"{path}: type"]
    if isinstance(theirs, dict) and isinstance(ours, dict):
        missing = [f"{path}.{key}: missing" for key in theirs if key not in ours]
        return missing + [
            fault for key in theirs if key in ours for fault in shape_faults(ours[key], theirs[key], f"{path}.{key}")
        ]
    if isinstance(theirs, list) and isinstance(ours, list):
        pairs = zip(ours, theirs, strict=False)
        return [fault for mine, other in pairs for fault in shape_faults(mine, other, f"{path}[]")]
    if UPID.match(str(theirs)):
        return [] if UPID.match(str(ours)) else [f"{path}: no UPID"]
    return [] if _plain(ours) == _plain(theirs) else [f"{path}: {ours!r} is not {theirs!r}"]


def _plain(value: Any) -> Any:
    """Options of a drive stand in any order; volumes are numbered as they are free."""
    if not isinstance(value, str):
        return value
    text = value.replace("-disk-6", "-disk-1")
    return sorted(text.split(",")) if "size=" in text else text


def unknown(faults: list[str]) -> list[str]:
    """The faults that ``KNOWN`` does not explain, each once."""
    found = (fault for fault in faults if not any(re.search(pattern, fault) for pattern, _ in KNOWN))
    return list(dict.fromkeys(found))
