"""What the fixed rules make of one message: a new wish, an answer to what was asked, or a change of what stands."""

import re
from collections.abc import Sequence

from agents.contracts import Act, Understood
from agents.nodes.work import Work
from agents.rules.amending import amended, answered
from agents.rules.bounds import refusals_of
from agents.rules.conversing import AMENDS
from agents.rules.grasping import FURTHER
from agents.rules.needs import asks_of
from agents.rules.page import fold
from agents.rules.pending import bare_values, corrected_values, more_alike, named_size, takes_defaults, typed_values
from agents.rules.safety import bypass_reason
from agents.rules.shapes import Route, Wish
from agents.rules.wishing import act_of_wish, flat, wish_asks

_CLONE = re.compile(
    r"\b(?:clon(?:e|es|er|ez|ing)|cop(?:y|ie|ier|iez) (?:of|de|du|d')|copie\w*|dupli(?:cate|qu)\w*|template \d+|"
    r"(?:from|based on|using|out of) (?:the |a )?(?:template|\S+ template)|"
    r"(?:a partir|sur la base) d[ue] (?:\S+ )?(?:template|modele)|depuis "
    r"(?:le |un )?(?:template|modele))\b"
)


_COUNTS = frozenset({"count", "image", "flavor", "size", "cores", "memory_mb", "disk_gb", "names"})
"""Marks that make a number of guests no mere "make it three"."""


def understood(work: Work, *, is_new: bool) -> Wish:
    """What fixed rules read in the message, over what is known."""
    reading, known = work.reading(), work.known
    if is_new:
        return _with_clone(work, reading.wish)
    wish = amended(known.wish, reading) if not reading.is_empty else known.wish
    values = bare_values(work.turn.text, known.pending, reading)
    is_counted = any(mark.kind in _COUNTS and mark.value != 1 for mark in reading.marks)
    more = more_alike(work.turn.text) if known.has_request and not is_counted else None
    if more is not None and len(wish.guests) == 1:
        count = more if more > 0 else sum(guest.count for guest in known.wish.guests) + 1
        wish = wish.model_copy(update={"guests": [wish.guests[0].model_copy(update={"count": count})]})
    corrected = corrected_values(work.turn.text, known.answered, reading)
    corrected = corrected or (named_size(work.turn.text, reading) if known.has_request else {})
    wish = wish.model_copy(update={"guests": [g.model_copy(update=corrected) for g in wish.guests]})
    values |= {s: v for s, v in typed_values(work.turn.answers).items() if s not in {"names", "environment"}}
    wish = answered(wish, values)
    wish = _with_names(wish, work)
    if known.pending and (takes_defaults(work.turn.text) or work.turn.answers):
        wish = answered(wish, typed_values(known.pending)) if takes_defaults(work.turn.text) else wish
    return wish


def plain_understood(work: Work, route: Route) -> None:
    """What a message comes to that needs no look at the cluster."""
    reason = bypass_reason(work.turn.text)
    said = next((past.text for past in reversed(work.turn.history) if past.role == "bot"), "")
    plan = (
        re.search(r"(?:#|n°\s*|no\.?\s*|num[ée]ro\s*)(\w+)", said)
        if route.intent in {"approve_plan", "cancel_plan"}
        else None
    )
    slots = {"plan_id": plan[1]} if plan else {}
    refusals = (reason,) if reason and route.intent == "policy_bypass" else ()
    intent = "smalltalk" if route.intent == "help" else route.intent
    work.understood = Understood(intent=intent, slots=slots, refusals=refusals)


def act_understood(work: Work, route: Route) -> None:
    """What a message comes to that is about what exists; a wish for something new is understood where it is read."""
    acts = work.acts()
    understand_act(work, next((a for a in acts if a.intent == route.intent), Act(intent=route.intent)), acts)


def understand_act(work: Work, act: Act, acts: Sequence[Act] = ()) -> None:
    """What one act comes to, beside the others of its message."""
    world = work.world
    if act.intent in {"create_ct", "clone_vm", "deploy_app"}:
        act = _with_wish(work, act)
    further = tuple(
        a for a in acts if a is not act and a.intent in FURTHER and _is_other(a, act) and not asks_of(a, world)
    )
    refusals = [reason for each in (act, *further) for reason in refusals_of(each, world)]
    work.understood = Understood(
        intent=act.intent,
        slots=act.slots,
        asks=asks_of(act, world),
        refusals=tuple(dict.fromkeys([*refusals, *_declined(work)])),
        further=further,
    )
    asks = list(work.understood.asks)
    is_act = act.intent in AMENDS
    work.known = work.known.model_copy(
        update={"act": act if is_act else work.known.act, "act_asks": asks if is_act else []}
    )


def _is_other(one: Act, act: Act) -> bool:
    """Whether an act is no part of another: of another kind, or on other guests."""
    return one.intent != act.intent or one.slots.get("targets", ()) != act.slots.get("targets", ())


def wish_understood(work: Work, wish: Wish) -> None:
    """What a message comes to that asks for something new, or changes what was asked."""
    is_clone = any(guest.is_clone for guest in wish.guests)
    act = act_of_wish(wish, work.seen, "clone_vm" if is_clone else "create_vm", work.known.made)
    asks = wish_asks(wish, is_clone=is_clone)
    refusals = (*refusals_of(act, work.world), *_declined(work))
    further = tuple(a for a in work.acts() if a.intent == "deploy_app")
    work.understood = Understood(intent=act.intent, slots=act.slots, asks=asks, refusals=refusals, further=further)
    work.known = work.known.model_copy(update={"act": None, "act_asks": []})


def _declined(work: Work) -> tuple[str, ...]:
    return ("approval_bypass",) if work.is_part_declined else ()


def _with_wish(work: Work, act: Act) -> Act:
    """An act that makes something new has the slots of the wish in its words."""
    wish = act_of_wish(work.reading().wish, work.seen, act.intent, ())
    slots = flat(wish.slots) if act.intent == "deploy_app" else dict(wish.slots)
    slots = {slot: value for slot, value in slots.items() if slot != "name" or act.intent != "deploy_app"}
    return act.model_copy(update={"slots": {**slots, **act.slots}})


def _with_names(wish: Wish, work: Work) -> Wish:
    """Typed answers for the two things that are not a value of one group: names and the environment."""
    answers = typed_values(work.turn.answers)
    if "environment" in answers:
        wish = wish.model_copy(update={"environment": answers["environment"]})
    pending = work.known.pending
    names = answers.get("names") or ([pending["name"]] if "name" in pending and takes_defaults(work.turn.text) else [])
    if not names or not wish.guests:
        return wish
    first = next((g for g in wish.guests if not g.names), wish.guests[0])
    renamed = first.model_copy(update={"names": list(names)})
    return wish.model_copy(update={"guests": [renamed if g is first else g for g in wish.guests]})


def _with_clone(work: Work, wish: Wish) -> Wish:
    if not _CLONE.search(fold(work.turn.text)):
        return wish
    return wish.model_copy(update={"guests": [g.model_copy(update={"is_clone": True}) for g in wish.guests]})
