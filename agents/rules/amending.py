"""A request that stands meets what was said next: new values replace old ones, gaps are filled. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from agents.rules.reading import Reading
from agents.rules.shapes import GuestWish, Wish
from iac.grounding import Finding

NEIGHBOUR = "neighbour"
"""A wish of the whole request: no group holds it."""

_BESIDES = ("ttl_hours", "expires_on", "ip", "vlan")
_VALUES = ("image", "cores", "memory_mb", "disk_gb", "node", "storage", "network", "pool")


def amended(known: Wish, said: Reading) -> Wish:
    """The request with one more message in it. Guests that the message names are changed alone."""
    environment = said.wish.environment or known.environment
    left_out = sorted({*known.left_out, *said.wish.left_out})
    groups = _apart(known.guests, said.targets) if said.targets else [(g, True) for g in known.guests]
    guests = [_amended(group, said) if is_meant else group for group, is_meant in groups]
    if not known.guests:
        guests = list(said.wish.guests)
    elif len(said.wish.guests) > 1:
        guests = _paired(known.guests, said)
    update = {"guests": guests, "environment": environment, "left_out": left_out}
    return known.model_copy(update={**update, **_asked_besides(said.wish)})


def _asked_besides(said: Wish) -> dict[str, Any]:
    """What was said about the whole request; a length of life takes the place of a last day, and the other way."""
    update = {slot: v for slot in _BESIDES if (v := getattr(said, slot)) is not None}
    update |= {"apart": said.apart} if said.apart else {}
    update |= {"http": said.http, "http_on": said.http_on} if said.http else {}
    if said.is_spread or said.is_together:
        update |= {"is_spread": said.is_spread, "is_together": said.is_together}
    if {"ttl_hours", "expires_on"} & set(update):
        update = {"ttl_hours": None, "expires_on": None, **update}
    return update


def answered(known: Wish, values: Mapping[str, Any]) -> Wish:
    """The request with typed answers in it: each fills the groups that lack it."""
    guests = known.guests or [GuestWish()]
    filled = [g.model_copy(update={k: v for k, v in values.items() if getattr(g, k, 0) is None}) for g in guests]
    return known.model_copy(update={"guests": filled})


def without(wish: Wish, found: Sequence[tuple[str, Finding]]) -> Wish:
    """The wish without the values that reality contradicts, so that the next answer fills them."""
    update: dict[str, Any] = {"guests": [_without(group, found) for group in wish.guests]}
    is_alone = any(finding.slot == NEIGHBOUR for _, finding in found)
    return wish.model_copy(update=update | ({"apart": []} if is_alone else {}))


def _without(group: GuestWish, found: Sequence[tuple[str, Finding]]) -> GuestWish:
    update: dict[str, Any] = {}
    for name, finding in found:
        if name not in group.names or finding.slot == NEIGHBOUR:
            continue
        if finding.slot == "name":
            update["names"] = [n for n in update.get("names", group.names) if n != name]
        else:
            slot = {"template": "image", "memory": "memory_mb", "disk": "disk_gb"}.get(finding.slot, finding.slot)
            update[slot] = None
    return group.model_copy(update=update)


def _amended(group: GuestWish, said: Reading) -> GuestWish:
    for change in said.changes:
        group = change.applied(group)
    return _over(group, said.wish.guests[0]) if said.wish.guests else group


def _over(group: GuestWish, new: GuestWish) -> GuestWish:
    update: dict[str, Any] = {slot: v for slot in _VALUES if (v := getattr(new, slot)) is not None}
    if new.names:
        update["names"] = new.names
    if "is_ha" in new.model_fields_set:
        update["is_ha"] = new.is_ha
    if "count" in new.model_fields_set and new.count != group.count and (new.count > 1 or not new.names):
        update["count"] = new.count
        update.setdefault("names", group.names[: new.count])
    return group.model_copy(update=update)


def _paired(groups: Sequence[GuestWish], said: Reading) -> list[GuestWish]:
    """Several groups were said at once: where there are as many as before they are meant in order, else anew."""
    if len(groups) != len(said.wish.guests):
        return list(said.wish.guests)
    return [_over(old, new) for old, new in zip(groups, said.wish.guests, strict=True)]


def _apart(groups: Sequence[GuestWish], targets: Sequence[str]) -> list[tuple[GuestWish, bool]]:
    """Split each group into the guests that were named and the others."""
    parts: list[tuple[GuestWish, bool]] = []
    for group in groups:
        if len({name in targets for name in group.names}) > 1:
            singles = [(group.model_copy(update={"names": [n], "count": 1}), n in targets) for n in group.names]
            parts.extend(singles)
        else:
            parts.append((group, any(name in targets for name in group.names)))
    return parts
