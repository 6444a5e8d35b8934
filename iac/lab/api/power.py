"""Power: start, stop, shut down, reboot, reset, suspend, resume; under HA a call is a wish to the HA manager."""

from iac.lab.addresses import address_of
from iac.lab.config import apply_pending
from iac.lab.load import running_on
from iac.lab.routing import Call, need, route
from iac.lab.running import Lab, Work, effect
from iac.lab.views import sid_of
from iac.lab.world import ApiError, Guest, Row

POWER = need("/vms/{vmid}", "VM.PowerMgmt")
START_TAKES = (
    "timeout:i skiplock:b migratedfrom migration_network migration_type machine force-cpu stateuri targetstorage"
    " nets-host-mtu with-conntrack-state:b"
)
BASE = "/nodes/{node}/qemu/{vmid}/status/"
ENDS = {"start": "started", "stop": "stopped", "shutdown": "stopped", "reboot": "rebooted", "reset": "was_reset"}
ENDS |= {"suspend": "", "resume": ""}


def boot(lab: Lab, guest: Guest) -> None:
    """Give a guest power: what waited is applied, and it gets its address."""
    apply_pending(guest)
    guest.status, guest.booted_at = "running", lab.now
    guest.address = address_of(guest)
    guest.runs.clear()


def halt(guest: Guest) -> None:
    """Take the power away."""
    apply_pending(guest)
    guest.status, guest.address = "stopped", None


def start_error(lab: Lab, guest: Guest) -> str:
    """Why a guest cannot start on its node, in the words of the task; empty where it can."""
    node = lab.world.nodes[guest.node]
    if guest.cores > node.threads:
        return f"MAX {node.threads} vcpus allowed per VM on this node"
    used = node.base_memory + sum(g.memory for g in running_on(lab.world, node.name) if g is not guest)
    if used + guest.memory > node.memory:
        return "start failed: QEMU exited with code 1"
    return ""


def work_of(lab: Lab, guest: Guest, kind: str, seconds: float) -> Work:
    """The task behind one power call."""
    error = start_error(lab, guest) if kind in ("qmstart", "vzstart") else ""
    log = ("kvm: cannot set up guest memory 'pc.ram': Cannot allocate memory",) if error.startswith("start") else ()
    return Work(guest.node, kind, guest.vmid, seconds, ENDS[kind[2:]], {"vmid": guest.vmid}, log, error)


def _of(lab: Lab, args: Row) -> Guest | None:
    return lab.world.guests.get(str(args["vmid"]))


@effect
def started(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001 - the shape of an effect
    """It has power, unless the start failed or something else came first."""
    guest = _of(lab, args)
    if guest and is_good and not guest.is_running:
        boot(lab, guest)


@effect
def stopped(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001
    """It has no power any more."""
    guest = _of(lab, args)
    if guest and is_good:
        halt(guest)


@effect
def rebooted(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001
    """It went down and came back, with what waited applied."""
    guest = _of(lab, args)
    if guest and is_good:
        boot(lab, guest)


@effect
def was_reset(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001
    """A hard reset keeps the virtual hardware: nothing that waited is applied."""
    guest = _of(lab, args)
    if guest and is_good:
        guest.booted_at = lab.now


@effect
def ha_powered(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001, ARG001
    """The HA manager brings a guest to the state that is wanted, if it still is."""
    guest = _of(lab, args)
    row = lab.world.table("ha").get(sid_of(guest)) if guest else None
    if guest is None or row is None or guest.lock or not lab.world.nodes[guest.node].is_online:
        return
    wanted = row.get("state", "started")
    if wanted == "started" and not guest.is_running and not start_error(lab, guest):
        boot(lab, guest)
    if wanted in ("stopped", "disabled") and guest.is_running:
        halt(guest)


def power(call: Call, verb: str, seconds: float) -> str:
    """One power call on a virtual machine; a call that makes no sense now is a task that fails, as in PVE."""
    guest = call.guest
    if sid_of(guest) in call.world.table("ha") and verb in ("start", "stop", "shutdown"):
        return ha_power(call, guest, verb)
    return call.worker(f"qm{verb}", lambda free: checked_work(call.lab, free, verb, seconds))


def ha_power(call: Call, guest: Guest, verb: str) -> str:
    """Tell the HA manager what is wanted; it will see to it in a moment."""
    wanted = "started" if verb == "start" else "stopped"
    call.world.table("ha")[sid_of(guest)]["state"] = wanted
    call.lab.later(2, "ha_powered", vmid=guest.vmid)
    return call.task(Work(guest.node, "hastart" if verb == "start" else "hastop", guest.vmid, 1))


def checked_work(lab: Lab, guest: Guest, verb: str, seconds: float) -> Work:
    """The work of one power call; ``ApiError`` where it makes no sense in the guest's present state."""
    _check_sense(guest, verb)
    return work_of(lab, guest, ("qm" if guest.kind == "qemu" else "vz") + verb, seconds)


def _check_sense(guest: Guest, verb: str) -> None:
    if guest.is_template:
        raise ApiError(500, "you can't start a vm if it's a template")
    if verb == "start" and guest.is_running:
        raise ApiError(500, f"{'VM' if guest.kind == 'qemu' else 'CT'} {guest.vmid} already running")
    if verb in ("shutdown", "reboot", "reset", "suspend") and not guest.is_running:
        raise ApiError(500, f"VM {guest.vmid} not running")


@route("POST", BASE + "start", POWER, takes=START_TAKES)
def start(call: Call) -> str:
    """Start it."""
    return power(call, "start", 2)


@route("POST", BASE + "stop", POWER, takes="timeout:i skiplock:b keepActive:b migratedfrom overrule-shutdown:b")
def stop(call: Call) -> str:
    """Cut its power."""
    return power(call, "stop", 1)


@route("POST", BASE + "shutdown", POWER, takes="timeout:i forceStop:b skiplock:b keepActive:b")
def shutdown(call: Call) -> str:
    """Ask it to go down."""
    return power(call, "shutdown", 3)


@route("POST", BASE + "reboot", POWER, takes="timeout:i")
def reboot(call: Call) -> str:
    """Down and up again."""
    return power(call, "reboot", 4)


@route("POST", BASE + "reset", POWER, takes="skiplock:b")
def reset(call: Call) -> str:
    """The reset button."""
    return power(call, "reset", 1)


@route("POST", BASE + "suspend", POWER, takes="skiplock:b todisk:b statestorage")
def suspend(call: Call) -> str:
    """Pause it."""
    return power(call, "suspend", 1)


@route("POST", BASE + "resume", POWER, takes="skiplock:b nocheck:b")
def resume(call: Call) -> str:
    """Go on."""
    return power(call, "resume", 1)
