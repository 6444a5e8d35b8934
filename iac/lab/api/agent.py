"""The guest agent: it answers a moment after the start, if the guest has one and it is not silent."""

import json
import shlex

from iac.lab.addresses import prefix_of
from iac.lab.api.qemu import BASE
from iac.lab.disks import MAC
from iac.lab.routing import Call, need, route
from iac.lab.world import ApiError, Guest, Row

AGENT = BASE + "/agent/"
SEE = need("/vms/{vmid}", "VM.GuestAgent.Audit", "VM.GuestAgent.Unrestricted", is_any=True)
RUN = need("/vms/{vmid}", "VM.GuestAgent.Unrestricted")
AGENT_SECONDS, CLOUDINIT_SECONDS = 3.0, 5.0
CLOUDINIT_DETAIL = """status: error
boot_status_code: enabled-by-generator
detail:
('scripts_user', RuntimeError('Runparts: 1 failures (runcmd) in 1 attempted commands'))
"""
"""What ``cloud-init status --long`` prints where a script of the person failed."""
SYSTEMS = {
    "ubuntu": ("ubuntu", "Ubuntu", "24.04", "Ubuntu 24.04.3 LTS", "6.8.0-71-generic"),
    "debian": ("debian", "Debian GNU/Linux", "12", "Debian GNU/Linux 12 (bookworm)", "6.1.0-37-amd64"),
    "rocky": ("rocky", "Rocky Linux", "9.6", "Rocky Linux 9.6 (Blue Onyx)", "5.14.0-570.el9.x86_64"),
}


def talking(call: Call) -> Guest:
    """The guest, if its agent talks; PVE's words where it does not (yet)."""
    guest = call.guest
    if not str(guest.config.get("agent", "0")).startswith(("1", "enabled=1")):
        raise ApiError(500, "No QEMU guest agent configured")
    if not guest.is_running:
        raise ApiError(500, f"VM {guest.vmid} is not running")
    is_early = call.lab.now < guest.booted_at + call.lab.wall(AGENT_SECONDS)
    if guest.is_agent_silent or is_early or call.lab.fault("agent_silent", str(guest.vmid)):
        raise ApiError(500, "QEMU guest agent is not running")
    return guest


@route("POST", AGENT + "ping", SEE, is_local=True)
def ping(call: Call) -> Row:
    """Whether it is there."""
    talking(call)
    return {"result": {}}


@route("GET", AGENT + "network-get-interfaces", SEE)
def interfaces(call: Call) -> Row:
    """The cards and addresses as the guest itself sees them."""
    guest = talking(call)
    own = [_ip(guest.address or "", prefix_of(guest)), _ip("fe80::be24:11ff:fe00:1", 64)]
    mac = MAC.search(str(guest.config.get("net0", "")))
    local = [_ip("127.0.0.1", 8), _ip("::1", 128)]
    rows = [{"name": "lo", "hardware-address": "00:00:00:00:00:00", "ip-addresses": local}]
    if mac:
        rows.append({"name": "eth0", "hardware-address": mac[0].lower(), "ip-addresses": own})
    return {"result": rows}


def _ip(address: str, prefix: int) -> Row:
    return {"ip-address": address, "prefix": prefix, "ip-address-type": "ipv6" if ":" in address else "ipv4"}


@route("GET", AGENT + "get-osinfo", SEE)
def osinfo(call: Call) -> Row:
    """Which system it runs."""
    name, pretty, version, full, kernel = _system(talking(call))
    told = {"id": name, "name": pretty, "version-id": version, "version": version, "pretty-name": full}
    return {"result": told | {"kernel-release": kernel, "kernel-version": kernel, "machine": "x86_64"}}


def _system(guest: Guest) -> tuple[str, str, str, str, str]:
    told = f"{guest.config.get('description', '')} {guest.config.get('tags', '')} {guest.name}".lower()
    return next((system for key, system in SYSTEMS.items() if key in told), SYSTEMS["ubuntu"])


@route("GET", AGENT + "get-host-name", SEE)
def host_name(call: Call) -> Row:
    """What it calls itself."""
    return {"result": {"host-name": talking(call).name}}


@route("GET", AGENT + "get-fsinfo", SEE)
def fsinfo(call: Call) -> Row:
    """Its file systems."""
    talking(call)
    return {"result": [{"name": "sda1", "mountpoint": "/", "type": "ext4", "disk": []}]}


@route("POST", AGENT + "exec", RUN, takes=None, is_local=True)
def execute(call: Call) -> Row:
    """Run a command in it; the lab knows a few, as they are asked to see whether a guest is ready."""
    guest = talking(call)
    if not call.params.get("command"):
        errors = {"command": "property is missing and it is not optional"}
        raise ApiError(400, "Parameter verification failed.", errors)
    pid = 900 + len(guest.runs)
    output, code = _run(call, guest, call.params["command"])
    guest.runs[str(pid)] = {"out-data": output, "exitcode": code}
    call.lab.is_dirty = True
    return {"pid": pid}


@route("GET", AGENT + "exec-status", RUN, takes="pid!:i")
def exec_status(call: Call) -> Row:
    """How that command ended."""
    run = talking(call).runs.get(call.params["pid"])
    if run is None:
        raise ApiError(500, f"Agent error: Invalid parameter 'pid' ({call.params['pid']})")
    output = {"out-data": run["out-data"]} if run["out-data"] else {}
    return {"exited": 1, "exitcode": run["exitcode"], **output}


def _run(call: Call, guest: Guest, command: str) -> tuple[str, int]:
    words = _words(command)
    failed = call.lab.fault("cloud_init_error", str(guest.vmid))
    if failed and words[:1] == ["tail"]:
        return f"{failed.text}\n", 0
    if failed and words[:2] == ["cloud-init", "status"]:
        return CLOUDINIT_DETAIL if "--long" in words else "status: error\n", 1
    if words[:2] == ["cloud-init", "status"]:
        is_ready = call.lab.now >= guest.booted_at + call.lab.wall(CLOUDINIT_SECONDS)
        return ("status: done\n" if is_ready or "--wait" in words else "status: running\n"), 0
    if words[:1] in (["hostname"], ["/bin/hostname"]):
        return f"{guest.name}\n", 0
    if words[:1] == ["true"]:
        return "", 0
    return f"sh: 1: {words[0] if words else ''}: not found\n", 127


def _words(command: str) -> list[str]:
    if command.startswith("["):
        return [str(word) for word in json.loads(command)]
    return command.split("\0") if "\0" in command else shlex.split(command)
