"""Power: under HA the wish goes to the HA manager, which would otherwise put the guest back as it wants it. Pure."""

from iac.acts.making import Asked, Made
from iac.acts.reading import Seen
from iac.acts.values import Call, Cost, Goal
from iac.errors import Refused

PATIENCE_S = 180
"""How long a guest may take to shut down by itself; it is never cut off unasked."""


def start(asked: Asked) -> Made:
    """Give it power."""
    goal = Goal("running")
    if asked.seen.is_in_ha:
        return Made(_wanted(asked.seen, "started"), ("by_ha",), goal)
    return Made(Call("POST", f"{asked.seen.path}/status/start"), (), goal)


def shutdown(asked: Asked) -> Made:
    """Ask it to go down; what does not go down stays up, and is reported."""
    goal = Goal("stopped")
    if asked.seen.is_in_ha:
        return Made(_wanted(asked.seen, "stopped"), ("goes_down", "by_ha"), goal)
    call = Call("POST", f"{asked.seen.path}/status/shutdown", {"timeout": PATIENCE_S})
    return Made(call, ("goes_down",), goal)


def stop(asked: Asked) -> Made:
    """Cut its power. The HA manager does that in its own way: it asks first."""
    if asked.seen.is_in_ha:
        return shutdown(asked)
    return Made(Call("POST", f"{asked.seen.path}/status/stop"), ("power_cut",), Goal("stopped"))


def reboot(asked: Asked) -> Made:
    """Down and up again, by its own means; what waited for a restart holds afterwards."""
    return _again(asked, "reboot", {"timeout": PATIENCE_S}, "restart")


def reset(asked: Asked) -> Made:
    """The reset button: only a virtual machine has one."""
    if asked.seen.guest.kind != "qemu":
        raise Refused("acts.no_reset", guest=asked.seen.guest.name)
    return _again(asked, "reset", {}, "power_cut")


def _again(asked: Asked, verb: str, params: dict[str, str | int], cost: Cost) -> Made:
    if not asked.seen.is_running:
        raise Refused("acts.not_running", guest=asked.seen.guest.name)
    return Made(Call("POST", f"{asked.seen.path}/status/{verb}", params), (cost,))


def _wanted(seen: Seen, state: str) -> Call:
    return Call("PUT", f"/cluster/ha/resources/{seen.sid}", {"state": state})
