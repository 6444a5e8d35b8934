"""What a message adds to an act that was asked for before, though it names no act itself. Pure."""

import re
from dataclasses import replace
from typing import Any

from agents.contracts import Act, Language
from agents.rules.clauses import Clause
from agents.rules.filling import filled
from agents.rules.grasping import clauses_in
from agents.rules.marks import Mark
from agents.rules.numbers import digits_for_words
from agents.rules.page import fold, page_of
from agents.rules.sizes import settled
from agents.rules.times import days_in, spans_in
from agents.rules.world import World

SIZE_SLOTS = frozenset({"cores", "memory_mb", "disk_gb"})
_LEAST_MB = 512
_MORE = re.compile(r"\b(?:more|extra|additional|de plus|en plus|supplementaires?)\b")
_NUMBER = re.compile(r"(?<![\w.-])\d+(?![\w.])")
_CALLED = re.compile(
    r"\b(?:(?:name|call) it|named?|called|nomme[-\s]?l[ae]|appelle[-\s]?l[ae]|nom|sous le nom(?: de)?|"
    r"label)\s*[:=]?\s*"
    r"(?P<name>[a-z0-9][\w.-]*\w)"
)
_LABELS = {
    "cores": re.compile(r"\b(?:v?cpus?|v?cores?|coeurs?|processeurs?)\b"),
    "memory_mb": re.compile(r"\b(?:ram|memory|memoire|mem)\b"),
    "disk_gb": re.compile(r"\b(?:disks?|disques?|storage|stockage|espace|space)\b"),
}


def refilled(text: str, act: Act, asks: tuple[str, ...], world: World, language: Language | None) -> dict[str, Any]:
    """The slots of ``act`` that this message fills; ``asks`` are those that were asked for just before."""
    whole = _whole(text, world, language)
    if not any(m.kind in {"guest", "loose", "filter"} for m in whole.marks) and act.slots.get("targets"):
        mine = Mark("guest", tuple(act.slots["targets"]), 0, 0)
        whole = replace(whole, marks=(mine, *whole.marks))
    slots = filled(act.intent, whole, world) or {}
    if act.intent == "resize_vm" and not SIZE_SLOTS & set(slots):
        slots |= _bare_size(act, text, world)
    if act.intent == "create_ct":
        slots |= _sizes(whole, asks)
    if act.intent == "snapshot_create" and (called := _CALLED.search(fold(text))):
        slots["snapshot_name"] = page_of(text).original(called, "name")
    slots = {**_answers(text, asks, world), **slots}
    return {slot: value for slot, value in slots.items() if value != act.slots.get(slot)}


def _whole(text: str, world: World, language: Language | None) -> Clause:
    clauses = clauses_in(text, world, language)
    whole = clauses[0]
    for clause in clauses[1:]:
        whole = whole.joined(clause, whole.text + clause.text)
    return whole


def _answers(text: str, asks: tuple[str, ...], world: World) -> dict[str, Any]:
    """What a bare answer says about the slots that were asked: "le 1", "fin décembre", "prod, 5"."""
    plain = fold(text)
    numbers = [int(n) for n in _NUMBER.findall(digits_for_words(plain))]
    slots: dict[str, Any] = {}
    if "to_node" in asks and len(numbers) == 1:
        nodes = [h.name for h in world.hosts if re.search(rf"\D0*{numbers[0]}$", h.name)]
        slots |= {"to_node": nodes[0]} if len(nodes) == 1 else {}
    if "ttl_hours" in asks and world.now:
        days, spans = list(days_in(plain, world.now)), list(spans_in(plain))
        slots |= {"ttl_hours": round(spans[0].value)} if spans else {}
        slots |= {"expires_on": days[0].value.isoformat()} if days and not spans else {}
    if "cluster" in asks:
        named = [c.name for c in world.clusters if set(c.name.lower().split("-")) & set(re.findall(r"[a-z]+", plain))]
        slots |= {"cluster": named[0]} if len(named) == 1 else {}
    if "workers" in asks and numbers:
        slots |= {"control_planes": numbers[0], "workers": numbers[1]} if len(numbers) > 1 else {"workers": numbers[0]}
    return slots


def _sizes(whole: Clause, asks: tuple[str, ...]) -> dict[str, Any]:
    marks = settled([m for m in whole.marks if m.kind in {*SIZE_SLOTS, "size"}], asks)
    marks += [m for m in whole.marks if m.kind == "image"]
    return {m.kind: m.value for m in marks}


def _now(act: Act, slot: str, world: World) -> int:
    """What the one guest of an act has now; 0 where that is not known."""
    beings = [b for name in act.slots.get("targets", ()) if (b := world.being(name))]
    return int(getattr(beings[0], slot)) if len(beings) == 1 else 0


def _bare_size(act: Act, text: str, world: World) -> dict[str, Any]:
    """A number alone in the place of the only size that was asked for, or of the one that is named: "rather 6"."""
    plain = re.sub(r"\b(?:not|pas|et non|instead of|au lieu de) (?:one|une?|\d+|[a-z]+ )\b", "", fold(text))
    numbers = [int(n) for n in _NUMBER.findall(digits_for_words(plain))]
    named = [slot for slot, label in _LABELS.items() if label.search(plain)]
    sizes = named or sorted(SIZE_SLOTS & set(act.slots))
    if len(numbers) != 1 or len(sizes) != 1:
        return {}
    is_memory = sizes[0].startswith("memory")
    amount = numbers[0] * (1024 if is_memory and numbers[0] < _LEAST_MB else 1)
    if _MORE.search(plain) and (was := _now(act, sizes[0], world)):
        return {sizes[0]: was + amount}
    return {sizes[0]: amount}
