"""One message against what was asked before: an answer, a correction, one more guest, or something new. Pure."""

import re
from dataclasses import dataclass

from agents.contracts import Act, Language
from agents.rules.grasping import AIMED, acts_in
from agents.rules.guessing import guessed
from agents.rules.page import fold
from agents.rules.refilling import refilled
from agents.rules.remembered import Remembered
from agents.rules.spoken import chosen, named_last
from agents.rules.world import World

AMENDS = AIMED | {"create_ct", "k3s_create", "k3s_scale", "k3s_delete", "drain_node", "deploy_app", "forecast_capacity"}
_SHORT = 8
"""Words of a message that can only be about what was said just before."""
_OLDER = re.compile(r"\b(?:old(?:er|est)|first|earliest|(?:plus )?(?:ancien|vieux|vieil)(?:ne)?|premiere?|premier)\b")
_NEWER = re.compile(r"\b(?:new(?:er|est)|latest|last|most recent|(?:plus )?recente?|derniere?|dernier)\b")
_ALSO = re.compile(r"\b(?:too|also|as well|aussi|egalement|both|and|et|plus)\b")
_CORRECTS = re.compile(
    r"^\W*(?:no|non|nope|wait|attends?|actually|sorry|pardon|oops|finalement|"
    r"en fait|plutot|rather|instead|make (?:it|that)|i meant?|je voulais "
    r"dire|hmm|euh|oh|ah|sur|to|a|only|seulement|change|mets?|use)\b|\b(?:instead|"
    r"rather|plutot|au lieu|not|pas|wrong (?:one|vm|machine|box|server)|mauvaise?|erreur|mistake|"
    r"i (?:was|am) (?:talking|thinking|speaking)|i said|i'm talking|je (?:parlais|parle|pensais|voulais)|j'ai dit)\b"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What was said just before: the guests ``spoken`` of, whether a plan was offered, whether it was of snapshots."""

    spoken: tuple[str, ...] = ()
    is_offered: bool = False
    is_of_snapshots: bool = False


def acts_now(
    text: str, known: Remembered, world: World, language: Language | None, said: Said | None = None
) -> list[Act]:
    """The acts that a message asks for, with what still holds of the last one; none for what is no act."""
    said = said or Said()
    before = list(known.act.slots.get("targets", ())) if known.act else []
    acts = acts_in(text, world, language, before or list(said.spoken))
    if said.is_of_snapshots:
        acts = [_of_snapshot(act, text, world) for act in acts]
    if known.act is None or known.act.intent not in AMENDS:
        is_open = known.has_request or known.pending or said.is_offered
        return acts if acts or is_open else guessed(text, world, language)
    if acts and not _is_same(acts[0], known.act, text):
        return acts
    if not acts and not _may_amend(text, known, said):
        return acts
    asks = tuple(known.act_asks)
    meant = chosen(text, said.spoken, world) if "targets" in asks and not acts else []
    if meant:
        return [_amended(known.act, {"targets": meant}, "")]
    more = acts[0].slots if acts else refilled(text, known.act, asks, world, language)
    return [_amended(known.act, more, text)] if more else acts


def _may_amend(text: str, known: Remembered, said: Said) -> bool:
    """Whether words that name no act can be about the last one: it is still open, or they correct or widen it."""
    plain = fold(text).strip()
    is_short = len(plain.split()) <= _SHORT and "?" not in plain
    return bool(known.act_asks or _CORRECTS.search(plain) or (is_short and (said.is_offered or _ALSO.search(plain))))


def _of_snapshot(act: Act, text: str, world: World) -> Act:
    """An act after a list of snapshots: "delete the older one" is about a snapshot, and never about the guest."""
    if act.intent != "delete_vm" or named_last([text], world) or not act.slots.get("targets"):
        return act
    taken = sorted(world.snapshots.get(act.slots["targets"][0], ()), key=lambda s: str(s[1] or ""))
    plain = fold(text)
    at = 0 if _OLDER.search(plain) else -1 if _NEWER.search(plain) or len(taken) == 1 else None
    name = {"snapshot_name": taken[at][0]} if taken and at is not None else {}
    return Act(intent="snapshot_delete", slots={"targets": act.slots["targets"], **name})


def _is_same(new: Act, old: Act, text: str) -> bool:
    """Whether an act with holes only corrects the one before: "no, move it to pmox01"."""
    is_about = not new.slots.get("targets") or new.slots.get("targets") == old.slots.get("targets")
    return new.intent == old.intent and is_about and bool(_CORRECTS.search(fold(text)) or "targets" not in new.slots)


def _amended(old: Act, more: object, text: str) -> Act:
    slots = dict(more) if isinstance(more, dict) else {}
    if "targets" in slots and old.slots.get("targets") and _ALSO.search(fold(text)) and not _CORRECTS.match(fold(text)):
        slots["targets"] = list(dict.fromkeys([*old.slots["targets"], *slots["targets"]]))
    merged = {**old.slots, **slots}
    for pair in (("ttl_hours", "expires_on"), ("workers", "add_workers", "remove_workers")):
        if set(pair) & set(slots):
            merged = {k: v for k, v in merged.items() if k not in pair or k in slots}
    return Act(intent=old.intent, slots=merged)
