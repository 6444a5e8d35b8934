"""Where a guest is and who looks after it: moves, high availability, protection. Pure."""

from iac.acts.asking import check_takes
from iac.acts.making import Asked, Made
from iac.acts.reading import Seen
from iac.acts.values import Call, Cost, Goal
from iac.errors import Refused
from iac.inventory import Inventory

OURS = "threadform"
"""The tag of guests whose high availability stands in a plan of terraform."""


def migrate(asked: Asked) -> Made:
    """Move it: by the HA manager where that looks after it, for its word is the last one."""
    seen, target = asked.seen, asked.deed.node
    guest, goal = seen.guest, Goal("on_node", target)
    if guest.node == target:
        return Made(_move(seen, target, ()), (), goal)
    check_takes(target, guest, asked.inventory)
    if seen.devices:
        raise Refused("acts.has_devices", guest=guest.name, devices=seen.devices)
    _check_rules(asked)
    local = _local(seen, asked.inventory)
    if seen.is_in_ha:
        if local:
            raise Refused("acts.local_under_ha", guest=guest.name, storages=local)
        verb = "migrate" if seen.is_running else "relocate"
        return Made(Call("POST", f"/cluster/ha/resources/{seen.sid}/{verb}", {"node": target}), ("by_ha",), goal)
    costs: tuple[Cost, ...] = ("copies_disks",) if local else ()
    if guest.kind == "lxc" and seen.is_running:
        costs = (*costs, "restart")
    return Made(_move(seen, target, local), costs, goal)


def _move(seen: Seen, target: str, local: tuple[str, ...]) -> Call:
    params: dict[str, str | int] = {"target": target}
    if seen.is_running:
        params["online" if seen.guest.kind == "qemu" else "restart"] = 1
    if local and seen.guest.kind == "qemu":
        params["with-local-disks"] = 1
    return Call("POST", f"{seen.path}/migrate", params)


def _local(seen: Seen, inventory: Inventory) -> tuple[str, ...]:
    shared = {storage.name for storage in inventory.storages if storage.is_shared}
    return tuple(name for name in seen.storages if name not in shared)


def _check_rules(asked: Asked) -> None:
    """What HA holds on certain nodes would be moved back at once, or not at all."""
    guest = asked.seen.guest
    for rule in asked.inventory.affinities:
        is_elsewhere = rule.kind == "nodes" and rule.is_strict and asked.deed.node not in rule.nodes
        if asked.seen.is_in_ha and rule.binds(guest.vmid) and is_elsewhere:
            raise Refused("acts.bound", guest=guest.name, rule=rule.name, nodes=rule.nodes)


def ha_on(asked: Asked) -> Made:
    """Let the HA manager look after it, in the state it is in."""
    seen = asked.seen
    _check_is_not_planned(seen)
    local = _local(seen, asked.inventory)
    if local:
        raise Refused("acts.local_under_ha", guest=seen.guest.name, storages=local)
    state = "started" if seen.is_running else "stopped"
    params: dict[str, str | int] = {"sid": seen.sid, "state": state, "max_restart": 1, "max_relocate": 1}
    return Made(Call("POST", "/cluster/ha/resources", params), (), Goal("in_ha"))


def ha_off(asked: Asked) -> Made:
    """Leave it alone from now on; its power stays as it is."""
    _check_is_not_planned(asked.seen)
    call = Call("DELETE", f"/cluster/ha/resources/{asked.seen.sid}")
    return Made(call, ("unwatched",), Goal("not_in_ha"))


def _check_is_not_planned(seen: Seen) -> None:
    """High availability of a guest that we made stands in its plan: the next one would set it back."""
    if OURS in seen.guest.tags:
        raise Refused("acts.ha_is_planned", guest=seen.guest.name)


def protect(asked: Asked) -> Made:
    """Set Proxmox VE's own flag: nobody removes it, or its disks, by mistake."""
    return Made(Call("PUT", f"{asked.seen.path}/config", {"protection": 1}), (), Goal("protected"))


def unprotect(asked: Asked) -> Made:
    """Take the flag away again."""
    return Made(Call("PUT", f"{asked.seen.path}/config", {"protection": 0}), (), Goal("unprotected"))
