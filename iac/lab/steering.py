"""What tests and demos do behind the API's back: ``/lab/``, with its own token; ``iac.lab.control`` is its client."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from iac.lab import faults
from iac.lab.api import ha, power
from iac.lab.api.qemu import forget_guest
from iac.lab.running import Lab, Work
from iac.lab.seed import template
from iac.lab.web import Web
from iac.lab.world import Fault, Guest, Row

Verb = Callable[[Lab, Row], Any]
VERBS: dict[str, Verb] = {}


def verb(act: Verb) -> Verb:
    """Register what ``POST /lab/<name>`` does; the body is its arguments; ``KeyError`` and ``ValueError`` are a 400."""
    VERBS[act.__name__] = act
    return act


def _guest(lab: Lab, args: Row) -> Guest:
    return lab.world.guests[str(args["vmid"])]


@verb
def fault(lab: Lab, args: Row) -> None:
    """Plan a fault; the fields are those of ``Fault``."""
    faults.plan(lab, Fault(**args))


@verb
def clear_faults(lab: Lab, args: Row) -> None:  # noqa: ARG001 - the shape of a verb
    """Forget every planned fault, and speak again."""
    lab.world.faults.clear()
    lab.world.is_silent = False


@verb
def release(lab: Lab, args: Row) -> None:  # noqa: ARG001
    """Let every task go on that hangs: it ends as it would have ended without the fault."""
    for task in lab.world.tasks.values():
        if not task.is_done and task.ends_at is None:
            task.ends_at = lab.now


@verb
def reset(lab: Lab, args: Row) -> None:  # noqa: ARG001
    """Begin again with the first world; the keys and the pace stay."""
    fresh = lab.fresh() if lab.fresh else lab.world
    fresh.secrets, fresh.pace = lab.world.secrets, lab.world.pace
    lab.world = fresh


@verb
def pace(lab: Lab, args: Row) -> None:
    """How long model time lasts: 1 is a few seconds for a clone, 0 is at once."""
    lab.world.pace = max(0.0, float(args["pace"]))


@verb
def node(lab: Lab, args: Row) -> None:
    """Take a node away or bring it back."""
    (ha.node_back if args["is_online"] else ha.node_lost)(lab, lab.world.nodes[args["name"]].name)


@verb
def quorum(lab: Lab, args: Row) -> None:
    """Take the quorum away or give it back."""
    lab.world.has_quorum = bool(args["is_there"])


@verb
def version(lab: Lab, args: Row) -> None:
    """Speak as another version of PVE: below 9 with groups in place of rules, coarser histories and no pressure."""
    lab.world.version = str(args["version"])


@verb
def wait(lab: Lab, args: Row) -> None:
    """Let the work of a node wait for storage for that share of the time."""
    lab.world.nodes[args["node"]].waiting = float(args["share"])


@verb
def fail_task(lab: Lab, args: Row) -> None:
    """Some work on a node has just failed."""
    lab.start(Work(args["node"], str(args.get("kind", "qmstart")), 0, 0, error=str(args["error"])), "root@pam")


@verb
def hold_device(lab: Lab, args: Row) -> None:
    """Give a mapped device to a guest, as a person would in its settings."""
    _guest(lab, args).config["hostpci0"] = f"mapping={args['mapping']},pcie=1"


@verb
def silence(lab: Lab, args: Row) -> None:
    """The whole cluster accepts and never answers, or speaks again."""
    lab.world.is_silent = bool(args["is_silent"])


@verb
def move_guest(lab: Lab, args: Row) -> None:
    """Put a guest on another node, as HA or a rebalance would."""
    _guest(lab, args).node = lab.world.nodes[args["node"]].name


@verb
def stop_guest(lab: Lab, args: Row) -> None:
    """Stop a guest by hand."""
    power.halt(_guest(lab, args))


@verb
def start_guest(lab: Lab, args: Row) -> None:
    """Start a guest by hand."""
    power.boot(lab, _guest(lab, args))


@verb
def remove_guest(lab: Lab, args: Row) -> None:
    """Remove a guest by hand."""
    forget_guest(lab, _guest(lab, args))


@verb
def agent(lab: Lab, args: Row) -> None:
    """Silence the agent of a guest, or let it speak."""
    _guest(lab, args).is_agent_silent = bool(args["is_silent"])


@verb
def web(lab: Lab, args: Row) -> None:
    """Let guests of that name serve a page; the other fields are those of ``Web``."""
    page = asdict(Web(**{field: value for field, value in args.items() if field != "name"}))
    lab.world.table("webs")[str(args["name"])] = page
    lab.is_dirty = True


@verb
def lock_guest(lab: Lab, args: Row) -> None:
    """Lock a guest as some work of somebody else would; null takes the lock away."""
    _guest(lab, args).lock = args["lock"]


@verb
def take_vmid(lab: Lab, args: Row) -> None:
    """Somebody else makes a guest with that VMID."""
    vmid = int(args["vmid"])
    if str(vmid) in lab.world.guests:
        raise ValueError(f"VMID {vmid} is taken already")
    taken = template(vmid, f"other-{vmid}", "made by somebody else", 10)
    taken.config.pop("template")
    lab.world.guests[str(vmid)] = taken


@verb
def fill_storage(lab: Lab, args: Row) -> None:
    """Fill a storage to the brim, or empty it again."""
    lab.world.storages[args["name"]].is_full = bool(args["is_full"])


@verb
def grant(lab: Lab, args: Row) -> None:
    """Set the privileges of a role: what a user of that role may do from now on."""
    lab.world.table("roles")[args["role"]] = {"privs": ",".join(args["privileges"])}


@verb
def state(lab: Lab, args: Row) -> Row:  # noqa: ARG001
    """The whole world but its secrets."""
    return {name: value for name, value in asdict(lab.world).items() if name != "secrets"}
