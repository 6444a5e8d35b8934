"""From a complete wish to a draft: templates by name, every guest with a name, counts unrolled. Pure."""

import re
from collections.abc import Collection
from typing import Any

from agents.rules.names import made_name, numbered
from agents.rules.shapes import Draft, DraftGuest, GuestWish, Wish
from iac.grounding import is_label, resolve_template
from iac.inventory import GIB, MIB, Inventory
from iac.spec import GuestSpec, parse_http

GPU = "gpu"
"""What a person asks for by that word; which device it is, the cluster's mappings say."""

_GPU = re.compile(r"gpu|graphic|nvidia|radeon|a100|h100|rtx|tesla")
_PLACES = ("node", "storage", "network", "pool", "is_ha")


def cloned(wish: Wish, inventory: Inventory) -> Wish:
    """A clone takes the sizes that nobody said from its source."""
    return wish.model_copy(update={"guests": [_cloned(g, inventory) for g in wish.guests]})


def named(wish: Wish, thread: str, taken: Collection[str]) -> Wish:
    """The same wish with a name for every guest; a name that was said stays, in lower case as host names are."""
    held, guests = set(taken), list[GuestWish]()
    for index, group in enumerate(wish.guests):
        names = _names(group, thread, index, held)
        held |= set(names)
        guests.append(group.model_copy(update={"names": names, "count": len(names)}))
    return wish.model_copy(update={"guests": guests})


def draft_of(wish: Wish, inventory: Inventory, environment: str) -> Draft:
    """The draft that says exactly what was asked; every size of the wish is known."""
    guests = [_guest(group, name, inventory) for group in wish.guests for name in group.names]
    card = gpu_of(inventory) if GPU in wish.left_out else None
    devices = [card] if card else []
    return Draft(environment=environment, guests=[_beside(guest, wish, devices) for guest in guests])


def gpu_of(inventory: Inventory) -> str | None:
    """The mapped device that "a GPU" means here: the one that calls itself so; None where none does, or several do."""
    named = sorted({d.mapping for d in inventory.devices if _GPU.search(f"{d.mapping} {d.description}".lower())})
    return named[0] if len(named) == 1 else None


def _beside(guest: DraftGuest, wish: Wish, devices: list[str]) -> DraftGuest:
    """The guest with what was wished of the whole request; nobody is kept away from itself."""
    others = [name for group in wish.guests for name in group.names if name != guest.name]
    near = others[:1] if wish.is_together else []
    apart = [name for name in wish.apart if name != guest.name]
    is_spread = wish.is_spread and bool(others)
    meant = [name for name in (guest.name, *others) if name in wish.http_on]
    http = wish.http if not meant or guest.name in meant else None
    update = {"near": near, "apart": apart, "is_spread": is_spread, "devices": devices, "http": http}
    return guest.model_copy(update=update)


def specs_of(draft: Draft) -> tuple[GuestSpec, ...]:
    """The draft as specs for placement and grounding."""
    return tuple(_spec(guest) for guest in draft.guests)


def _spec(guest: DraftGuest) -> GuestSpec:
    told: dict[str, Any] = guest.model_dump()
    lists = {slot: tuple(told[slot]) for slot in ("near", "apart", "devices")}
    return GuestSpec(**told | lists | {"http": parse_http(told["http"] or "")})


def _names(group: GuestWish, thread: str, index: int, taken: Collection[str]) -> list[str]:
    said = list(dict.fromkeys(name.lower() if is_label(name.lower()) else name for name in group.names))
    if len(said) == 1 and group.count > 1:
        stem = said[0]
        first = [stem] if stem[-1:].isdigit() else []
        return first + numbered(stem, group.count - len(first), {*taken, *first})
    names = said[: max(group.count, len(said))]
    for number in range(group.count - len(names)):
        names.append(made_name(thread, group.image or "vm", 100 * index + number, {*taken, *names}))
    return names


def _guest(group: GuestWish, name: str, inventory: Inventory) -> DraftGuest:
    template = resolve_template(group.image or "", inventory)
    places = {place: getattr(group, place) for place in _PLACES}
    return DraftGuest(
        name=name,
        template=template.name if template else group.image or "",
        cores=group.cores or 0,
        memory_mb=group.memory_mb or 0,
        disk_gb=group.disk_gb or 0,
        **places,
    )


def _cloned(group: GuestWish, inventory: Inventory) -> GuestWish:
    source = resolve_template(group.image, inventory) if group.is_clone and group.image else None
    if source is None:
        return group
    sizes = {
        "cores": source.cores,
        "memory_mb": source.memory_bytes // MIB,
        "disk_gb": -(-source.disk_bytes // GIB),
    }
    return group.model_copy(update={slot: v for slot, v in sizes.items() if getattr(group, slot) is None and v > 0})
