"""A wish for new guests as slots: one group flat, several as groups; sizes in canonical units. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from agents.contracts import Act
from agents.rules.asking import missing_slots
from agents.rules.pending import SLOT_OF
from agents.rules.seen import Seen
from agents.rules.shapes import GuestWish, Wish

_FLAT = ("image", "cores", "memory_mb", "disk_gb", "node", "storage", "pool")


def act_of_wish(wish: Wish, seen: Seen, intent: str, made: Sequence[str] = ()) -> Act:
    """The wish as an act; names that the crew made up itself are left out."""
    groups = [_slots(guest, seen, made) for guest in wish.guests]
    slots: dict[str, Any] = groups[0] if len(groups) == 1 else {}
    if len(groups) > 1:
        shared = _shared(groups)
        groups = [{slot: v for slot, v in group.items() if slot not in shared} for group in groups]
        slots = {
            **shared,
            "groups": [{"count": 1, **group} for group in groups],
            "count": sum(g.count for g in wish.guests),
        }
    besides = {slot: v for slot in ("ttl_hours", "expires_on", "ip", "vlan") if (v := getattr(wish, slot)) is not None}
    if wish.environment:
        besides["env"] = wish.environment
    is_clone = intent == "clone_vm" and "image" in slots
    if is_clone:
        slots["template"] = _template(slots.pop("image"), seen)
    return Act(intent=intent, slots={**slots, **besides})


def _shared(groups: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Where all groups go alike: a network or a pool that each of them has is one of the whole request."""
    first = groups[0]
    return {s: first[s] for s in ("vnet", "bridge", "pool") if s in first and all(g.get(s) == first[s] for g in groups)}


def _template(said: str, seen: Seen) -> str:
    """The one template of the family that was said, by its name; else what was said."""
    alike = [name for name in seen.templates if name.lower().startswith(said.lower().partition("-")[0])]
    return alike[0] if said.isalpha() and len(alike) == 1 else said


def wish_asks(wish: Wish, *, is_clone: bool) -> tuple[str, ...]:
    """The slots still to be asked for; a clone takes its sizes from its source."""
    if is_clone:
        return () if all(guest.image for guest in wish.guests) else ("template",)
    return tuple(SLOT_OF[slot] for slot in missing_slots(wish))


def _slots(guest: GuestWish, seen: Seen, made: Sequence[str]) -> dict[str, Any]:
    slots: dict[str, Any] = {slot: value for slot in _FLAT if (value := getattr(guest, slot)) is not None}
    names = [name for name in guest.names if name not in made]
    if guest.count > 1:
        slots["count"] = guest.count
    if len(names) > 1:
        slots["names"] = names
    elif names:
        slots["name"] = names[0]
    if guest.network:
        slots["vnet" if guest.network in seen.vnets or guest.network.startswith("vnet") else "bridge"] = guest.network
    return slots | ({"ha": True} if guest.is_ha else {})


def flat(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The slots of a single guest, for a deployment onto a new one."""
    return {slot: value for slot, value in slots.items() if slot in {*_FLAT, "name", "bridge", "vnet"}}
