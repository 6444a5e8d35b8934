"""What cannot be is told with the first questions, not after the person has answered them all."""

from collections.abc import Sequence

from agents.contracts import Question
from agents.nodes.work import Work
from agents.rules.amending import answered, without
from agents.rules.asking import questions_for, questions_from
from agents.rules.drafting import draft_of, named
from agents.rules.pending import typed_values
from agents.rules.review import findings_of
from agents.rules.shapes import GuestWish, Wish
from iac.errors import Sentence
from iac.grounding import Finding
from iac.inventory import Inventory

Asked = tuple[Wish, tuple[Sentence, ...], tuple[Question, ...]]
"""The wish without what cannot be, what is said of it, and everything that is asked in this one message."""


def asked_at_once(work: Work, wish: Wish, inventory: Inventory, missing: tuple[Question, ...]) -> Asked:
    """The questions about what is missing, behind those about what was said and cannot be."""
    found, whole = _found(work, wish, inventory, missing)
    if not found:
        return wish, (), missing
    kept = _as_said(without(whole, found), wish, missing)
    corrections = questions_from(finding for _, finding in found)
    slots = {question.slot for question in corrections}
    rest = tuple(q for q in questions_for(kept, inventory, work.settings.limits) if q.slot not in slots)
    return kept, told_alone(found, corrections), (*corrections, *rest)


def told_alone(found: Sequence[tuple[str, Finding]], questions: Sequence[Question]) -> tuple[Sentence, ...]:
    """The problems that no question asks about, each once."""
    told = [question.ask for question in questions]
    alone: list[Sentence] = []
    for _, finding in found:
        if finding.problem not in (*told, *alone):
            alone.append(finding.problem)
    return tuple(alone)


def _found(
    work: Work, wish: Wish, inventory: Inventory, missing: Sequence[Question]
) -> tuple[tuple[tuple[str, Finding], ...], Wish]:
    """What reality says against that which was said, as if each question had its suggestion for an answer."""
    whole = answered(wish, typed_values({question.slot: question.default for question in missing}))
    taken = {guest.name for guest in inventory.guests} - set(work.known.proposed)
    whole = named(whole, f"{work.turn.thread}#{work.known.requests}", taken)
    asked = {question.slot for question in missing}
    draft = draft_of(whole, inventory, wish.environment or work.environment)
    found = findings_of(draft, work.reality)
    return tuple((name, f) for name, f in found if {"template": "image"}.get(f.slot, f.slot) not in asked), whole


def _as_said(kept: Wish, wish: Wish, missing: Sequence[Question]) -> Wish:
    """The wish with only what a person said in it: no suggestion, and no name of our own making."""
    blank = answered(wish, {})
    suggested = set(typed_values({question.slot: question.default for question in missing}))
    groups = list[GuestWish]()
    for group, said in zip(kept.guests, blank.guests, strict=True):
        ours = {slot: None for slot in suggested if getattr(said, slot) is None}
        own = {name.lower() for name in said.names}
        names = [name for name in group.names if name.lower() in own]
        groups.append(group.model_copy(update={**ours, "names": names, "count": said.count}))
    return kept.model_copy(update={"guests": groups})
