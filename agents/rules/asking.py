"""The questions of one card: what is missing, or what cannot be, each with choices and a suggested default. Pure."""

import math
from collections.abc import Iterable, Sequence

from agents.contracts import Choice, Question
from agents.rules.amending import NEIGHBOUR
from agents.rules.pending import SLOT_OF
from agents.rules.shapes import GuestWish, Wish
from iac.errors import say
from iac.grounding import Finding, resolve_template
from iac.inventory import GIB, Inventory
from iac.spec import Limits

_CORES, _MEMORY_GB, _DISK_GB = (1, 2, 4, 8), (2, 4, 8, 16), (20, 40, 80, 160)
_DEFAULTS = {"cores": 2, "memory": 4, "disk": 40}
_PREFERRED = ("ubuntu", "debian", "rocky")
_SLOTS = ("image", "cores", "memory", "disk")


def missing_slots(wish: Wish) -> tuple[str, ...]:
    """The slots that some group still lacks, in the order they are asked."""
    guests = wish.guests or [GuestWish()]
    return tuple(slot for slot in _SLOTS if any(getattr(g, SLOT_OF[slot]) is None for g in guests))


def questions_for(wish: Wish, inventory: Inventory, limits: Limits) -> tuple[Question, ...]:
    """One question a missing slot."""
    return tuple(_question(slot, wish, inventory, limits) for slot in missing_slots(wish))


def questions_from(findings: Iterable[Finding]) -> tuple[Question, ...]:
    """One question a slot that contradicts reality; the problem is what is asked about.

    A neighbour is told and not asked for: it is no value of one guest that a choice could fill.
    """
    asked: dict[str, Question] = {}
    for finding in findings:
        slot = "image" if finding.slot == "template" else finding.slot
        if finding.suggestions and slot not in asked and slot != NEIGHBOUR:
            choices = tuple(Choice(label=s, value=s) for s in finding.suggestions)
            default = finding.suggestions[0]
            asked[slot] = Question(slot=slot, ask=finding.problem, choices=choices, default=default, is_correction=True)
    return tuple(asked.values())


def _question(slot: str, wish: Wish, inventory: Inventory, limits: Limits) -> Question:
    if slot == "image":
        return _image(inventory)
    if slot == "cores":
        return _sized(slot, [n for n in _CORES if n <= limits.max_cores], "")
    if slot == "memory":
        return _sized(slot, [n for n in _MEMORY_GB if n * 1024 <= limits.max_memory_mb], " GB")
    least = _least_disk_gb(wish, inventory)
    return _sized(slot, _from(least, [n for n in _DISK_GB if n <= limits.max_disk_gb]), " GB")


def _image(inventory: Inventory) -> Question:
    names = tuple(dict.fromkeys(g.name for g in inventory.templates if g.kind == "qemu"))
    preferred = next((n for family in _PREFERRED for n in reversed(names) if n.startswith(family)), "")
    default = preferred or (names[0] if names else "")
    choices = tuple(Choice(label=n, value=n) for n in names)
    return Question(slot="image", ask=say("ask_slot.image"), choices=choices, default=default)


def _sized(slot: str, numbers: Sequence[int], unit: str) -> Question:
    choices = tuple(Choice(label=f"{n}{unit}", value=f"{n}{unit}") for n in numbers)
    wanted = _DEFAULTS[slot]
    default = wanted if wanted in numbers else next((n for n in numbers if n > wanted), numbers[-1] if numbers else 1)
    return Question(slot=slot, ask=say(f"ask_slot.{slot}"), choices=choices, default=f"{default}{unit}")


def _least_disk_gb(wish: Wish, inventory: Inventory) -> int:
    """The largest first disk of the templates wished for: no disk may be smaller than its template's."""
    found = [resolve_template(g.image, inventory) for g in wish.guests if g.image]
    return max((math.ceil(t.disk_bytes / GIB) for t in found if t), default=1)


def _from(least: int, numbers: Sequence[int]) -> list[int]:
    return [n for n in numbers if n >= least] or [least]
