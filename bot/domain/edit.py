"""A small edit of a wish before it is approved: sizes; of a guest that is yet to be made, its name and node too."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.approval import Needs
from bot.domain.errors import NotAllowed, Refused, Sentence
from bot.domain.person import Person
from bot.domain.run import BETWEEN, Run
from iac.spec import GuestSpec

EDIT_ACTION = "edit"
EDIT = f"{EDIT_ACTION}:"
"""The id of an edit's form; the button's value follows."""
MOST_GUESTS = 5
"""A form for more guests than that is no small edit."""
MB_PER_GB = 1024
SIZES = ("cores", "memory", "disk")
SHOWN = 40
"""Characters of a person's own text that a sentence repeats."""

_NUMBER = re.compile(r"\s*(\d{1,7}(?:[.,]\d{1,3})?)\s*(?:g|gb|go|gib)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Editable:
    """What may be edited: the guests asked for, the names of those that are yet to be made, the nodes for these."""

    guests: tuple[GuestSpec, ...]
    fresh: frozenset[str]
    nodes: tuple[str, ...]


def input_id(index: int, field: str) -> str:
    """The id of one input of the form: which guest, which field."""
    return f"{index}.{field}"


def check_may_edit(run: Run, person: Person, needs: Needs) -> None:
    """The one who asked may, and so may every approver of these environments."""
    is_approver = person.may_approve and all(person.groups & groups for groups in needs.approvers)
    if not person.is_called(run.requester) and not is_approver:
        raise NotAllowed("edit.no_right", name=person.name)


def check_is_small(editable: Editable) -> None:
    """Refuse where there is nothing to edit, or more than fits a form; words in the thread do both."""
    if not editable.guests:
        raise Refused("edit.nothing")
    if len(editable.guests) > MOST_GUESTS:
        raise Refused("edit.too_many", count=len(editable.guests), most=MOST_GUESTS)


def values_of(editable: Editable) -> Mapping[str, str]:
    """The form as it begins: what is asked for now."""
    values: dict[str, str] = {}
    for index, guest in enumerate(editable.guests):
        values[input_id(index, "cores")] = str(guest.cores)
        values[input_id(index, "memory")] = f"{guest.memory_mb / MB_PER_GB:g}"
        values[input_id(index, "disk")] = str(guest.disk_gb)
        if guest.name in editable.fresh:
            values[input_id(index, "name")] = guest.name
            values[input_id(index, "node")] = guest.node or ""
    return values


def parse_edit(editable: Editable, values: Mapping[str, str]) -> tuple[GuestSpec, ...]:
    """The guests as they were filled in; ``Refused`` names the first value that is none, and an edit that is none."""
    said = {**values_of(editable), **values}
    guests = tuple(_guest(editable, index, guest, said) for index, guest in enumerate(editable.guests))
    names = [guest.name for guest in guests]
    if len(set(names)) < len(names):
        raise Refused("edit.same_name", name=next(name for name in names if names.count(name) > 1))
    if guests == editable.guests:
        raise Refused("edit.unchanged")
    return guests


def wrong_fields(editable: Editable, values: Mapping[str, str]) -> Mapping[str, Sentence]:
    """What is wrong with each field by itself, by input; what is wrong with them together stands at the first."""
    said = {**values_of(editable), **values}
    wrong: dict[str, Sentence] = {}
    for index, guest in enumerate(editable.guests):
        for field in _fields(editable, guest):
            try:
                _check(editable, guest, field, said[input_id(index, field)])
            except Refused as no:
                wrong[input_id(index, field)] = no.sentence
    if not wrong:
        try:
            parse_edit(editable, values)
        except Refused as no:
            wrong[input_id(0, _fields(editable, editable.guests[0])[0])] = no.sentence
    return wrong


def has_grown(before: Sequence[GuestSpec], after: Sequence[GuestSpec]) -> bool:
    """Whether any guest asks for more than it did."""
    pairs = zip(before, after, strict=True)
    return any(b.cores < a.cores or b.memory_mb < a.memory_mb or b.disk_gb < a.disk_gb for b, a in pairs)


def edited_by(run: Run, person: Person, *, is_bigger: bool) -> str | None:
    """Who may not approve the edited wish: whoever made it bigger than it was, unless it is their own wish anyway.

    What the one who asked sends is their own wish again. Any other edit leaves an earlier growth whose it was: of
    several who made it bigger, none may.
    """
    if person.is_called(run.requester):
        return None
    if not is_bigger:
        return run.edited_by
    return BETWEEN.join(dict.fromkeys([*run.editors, person.id]))


def _fields(editable: Editable, guest: GuestSpec) -> tuple[str, ...]:
    """The fields of one guest, in the order in which they are asked."""
    return ("name", *SIZES, "node") if guest.name in editable.fresh else SIZES


def _guest(editable: Editable, index: int, guest: GuestSpec, said: Mapping[str, str]) -> GuestSpec:
    def size(field: str) -> int:
        return _size(said[input_id(index, field)], field, guest.name)

    sized = replace(guest, cores=size("cores"), memory_mb=size("memory"), disk_gb=size("disk"))
    if guest.name not in editable.fresh:
        return sized
    node = _node(editable, guest, said[input_id(index, "node")])
    return replace(sized, name=said[input_id(index, "name")].strip().lower(), node=node)


def _check(editable: Editable, guest: GuestSpec, field: str, text: str) -> None:
    """One field by itself; ``Refused`` where it is none. Any text may be a name: the cluster is asked about names."""
    if field in SIZES:
        _size(text, field, guest.name)
    elif field == "node":
        _node(editable, guest, text)


def _node(editable: Editable, guest: GuestSpec, text: str) -> str | None:
    node = text.strip()
    if node and node not in (*editable.nodes, guest.node):
        raise Refused("edit.other_node", node=node[:SHOWN], nodes=editable.nodes)
    return node or None


def _size(text: str, field: str, name: str) -> int:
    """Cores, memory in MB, disk in GB."""
    number = _number(text, field, name)
    return round(number * MB_PER_GB) if field == "memory" else _whole(number, field, name)


def _number(text: str, field: str, name: str) -> float:
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise Refused(f"edit.not_a_number.{field}", text=text.strip()[:SHOWN] or "-", name=name)
    return float(found[1].replace(",", "."))


def _whole(number: float, field: str, name: str) -> int:
    if number != int(number):
        raise Refused(f"edit.not_a_number.{field}", text=f"{number:g}", name=name)
    return int(number)
