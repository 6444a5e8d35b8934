"""One message against what was asked before: an answer, a correction, one more guest, or something new. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agents.contracts import Act, Language
from agents.rules.filling import filled
from agents.rules.grasping import AIMED, acts_in, clauses_in
from agents.rules.marks import Mark
from agents.rules.numbers import digits_for_words
from agents.rules.page import fold
from agents.rules.remembered import Remembered
from agents.rules.world import World

AMENDS = AIMED | {"k3s_create", "k3s_scale", "k3s_delete", "drain_node", "deploy_app", "forecast_capacity"}
SIZE_SLOTS = frozenset({"cores", "memory_mb", "disk_gb"})
_LEAST_MB = 512
_MORE = re.compile(r"\b(?:more|extra|additional|de plus|en plus|supplementaires?)\b")
_ALSO = re.compile(r"\b(?:too|also|as well|aussi|egalement|both|and|et|plus)\b")
_CORRECTS = re.compile(
    r"^\W*(?:no|non|nope|wait|attends?|actually|sorry|pardon|oops|finalement|"
    r"en fait|plutot|rather|instead|make (?:it|that)|i meant?|je voulais "
    r"dire|hmm|euh|oh|ah|sur|to|a|only|seulement|change|mets?|use)\b|\b(?:instead|"
    r"rather|plutot|au lieu|not|pas)\b"
)


def acts_now(
    text: str, known: Remembered, world: World, language: Language | None, spoken: Sequence[str] = ()
) -> list[Act]:
    """The acts that a message asks for, with what still holds of the last one; none for what is no act.

    ``spoken`` are the guests that were named last in the thread.
    """
    before = list(known.act.slots.get("targets", ())) if known.act else []
    before = before or list(spoken)
    acts = acts_in(text, world, language, before)
    if known.act is None or known.act.intent not in AMENDS:
        return acts
    if acts and not _is_same(acts[0], known.act, text):
        return acts
    if not acts and not known.act_asks and not _CORRECTS.search(fold(text).strip()):
        return acts
    more = acts[0].slots if acts else _refilled(text, known, world, language)
    return [_amended(known.act, more, text)] if more else acts


def _is_same(new: Act, old: Act, text: str) -> bool:
    """Whether an act with holes only corrects the one before: "no, move it to pmox01"."""
    is_about = not new.slots.get("targets") or new.slots.get("targets") == old.slots.get("targets")
    return new.intent == old.intent and is_about and bool(_CORRECTS.search(fold(text)) or "targets" not in new.slots)


def _refilled(text: str, known: Remembered, world: World, language: Language | None) -> dict[str, object]:
    """The slots of the last act that this message fills, though it names no act itself."""
    act = known.act
    if act is None:
        return {}
    clauses = clauses_in(text, world, language)
    whole = clauses[0]
    for clause in clauses[1:]:
        whole = whole.joined(clause, whole.text + clause.text)
    if not any(m.kind in {"guest", "loose", "filter"} for m in whole.marks) and act.slots.get("targets"):
        mine = Mark("guest", tuple(act.slots["targets"]), 0, 0)
        whole = replace(whole, marks=(mine, *whole.marks))
    slots = filled(act.intent, whole, world) or {}
    if act.intent == "resize_vm" and not SIZE_SLOTS & set(slots):
        slots |= _bare(act, text, world)
    return {slot: value for slot, value in slots.items() if value != act.slots.get(slot)}


def _sizes_now(act: Act, slot: str, world: World) -> int:
    """What the one guest of an act has now; 0 where that is not known."""
    beings = [b for name in act.slots.get("targets", ()) if (b := world.being(name))]
    return int(getattr(beings[0], slot)) if len(beings) == 1 else 0


def _bare(act: Act, text: str, world: World) -> dict[str, object]:
    """A number alone in the place of the only size that was asked for: "rather 6"."""
    text = re.sub(r"\b(?:not|pas|et non|instead of|au lieu de) (?:one|une?|\d+|[a-z]+ )\b", "", fold(text))
    numbers = re.findall(r"(?<![\w.-])\d+(?![\w.])", digits_for_words(fold(text)))
    sizes = sorted(SIZE_SLOTS & set(act.slots))
    if len(numbers) != 1 or len(sizes) != 1:
        return {}
    if _MORE.search(fold(text)) and (was := _sizes_now(act, sizes[0], world)):
        return {sizes[0]: was + int(numbers[0]) * (1024 if sizes[0].startswith("memory") else 1)}
    return {sizes[0]: int(numbers[0]) * (1024 if sizes[0].startswith("memory") and int(numbers[0]) < _LEAST_MB else 1)}


def _amended(old: Act, more: object, text: str) -> Act:
    slots = dict(more) if isinstance(more, dict) else {}
    if "targets" in slots and old.slots.get("targets") and _ALSO.search(fold(text)) and not _CORRECTS.match(fold(text)):
        slots["targets"] = list(dict.fromkeys([*old.slots["targets"], *slots["targets"]]))
    merged = {**old.slots, **slots}
    for pair in (("ttl_hours", "expires_on"), ("workers", "add_workers", "remove_workers")):
        if set(pair) & set(slots):
            merged = {k: v for k, v in merged.items() if k not in pair or k in slots}
    return Act(intent=old.intent, slots=merged)
