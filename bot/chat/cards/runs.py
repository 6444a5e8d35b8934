"""The one card of a run: its form for every state."""

from collections.abc import Callable, Mapping

from agents.contracts import Proposal
from bot.chat.cards.acts import (
    acts_title,
    applying_acts,
    approved_acts,
    errored_acts,
    no_acts,
    planned_acts,
    report_acts,
)
from bot.chat.cards.applying import applying_parts, approved_parts, checking_parts
from bot.chat.cards.endings import (
    discarded_parts,
    errored_parts,
    expired_parts,
    has_begun,
    no_changes_parts,
    refused_parts,
    superseded_parts,
)
from bot.chat.cards.planned import pending_parts, planned_parts
from bot.chat.cards.report import is_checking, is_removal, report_parts
from bot.chat.cards.trace import trace_button, with_trace
from bot.chat.cards.view import Around, View
from bot.chat.port import Buttons, Card, Part, Text, Tone
from bot.chat.words import Words
from bot.domain.approval import button_value, destroyed
from bot.domain.outcome import Outcome
from bot.domain.run import Run, RunState
from bot.domain.tracing import TELLING

S = RunState
NOTED = frozenset({S.PENDING, S.PLANNING, S.PLANNED, S.APPROVED, S.APPLYING})
"""States in which remarks still help: why it waits, what the crew wants to be known."""

Parts = Callable[[View], list[Part]]

FORMS: Mapping[RunState, tuple[Tone, Parts]] = {
    S.DRAFT: ("busy", pending_parts),
    S.PENDING: ("busy", pending_parts),
    S.PLANNING: ("busy", pending_parts),
    S.PLANNED: ("waiting", planned_parts),
    S.APPROVED: ("busy", approved_parts),
    S.APPLYING: ("busy", applying_parts),
    S.APPLIED: ("good", report_parts),
    S.NO_CHANGES: ("good", no_changes_parts),
    S.DISCARDED: ("neutral", discarded_parts),
    S.SUPERSEDED: ("neutral", superseded_parts),
    S.EXPIRED: ("neutral", expired_parts),
    S.ERRORED: ("bad", errored_parts),
    S.REFUSED: ("bad", refused_parts),
}

ACT_FORMS: Mapping[RunState, tuple[Tone, Parts]] = {
    **FORMS,
    S.PLANNED: ("waiting", planned_acts),
    S.APPROVED: ("busy", approved_acts),
    S.APPLYING: ("busy", applying_acts),
    S.APPLIED: ("good", report_acts),
    S.NO_CHANGES: ("good", no_acts),
    S.ERRORED: ("bad", errored_acts),
}


def run_card(run: Run, proposal: Proposal, outcome: Outcome, people: Around, words: Words) -> Card:
    """The card of a run as it stands, with the people around it."""
    view = View(run, proposal, outcome, people, words)
    stage, tone, parts = _form(view)
    guests = view.guests
    title = view.say(f"card.title.{stage}", guests=guests) if guests else view.say("card.title.nothing")
    shown = _with_notes(parts(view), _notes(view))
    if proposal.trace and run.state in TELLING:
        shown = with_trace(shown, trace_button(button_value(run), words, view.language))
    return Card(plain=title, parts=shown, title=title, tone=tone)


def _with_notes(parts: list[Part], notes: list[Part]) -> tuple[Part, ...]:
    """The buttons stay last: nothing is to be read behind what is pressed."""
    if parts and isinstance(parts[-1], Buttons):
        return (*parts[:-1], *notes, parts[-1])
    return (*parts, *notes)


def _form(view: View) -> tuple[str, Tone, Parts]:
    """The title's key, the tone and the parts; the state alone does not tell whether done is usable."""
    if view.proposal.acts:
        return (acts_title(view) if view.run.state is S.PLANNED else _stage(view), *ACT_FORMS[view.run.state])
    return _plan_form(view)


def _plan_form(view: View) -> tuple[str, Tone, Parts]:
    state = view.run.state
    tone, parts = FORMS[state]
    if state is S.APPLIED and is_checking(view):
        return "checking", "busy", checking_parts
    if state is S.APPLIED and view.outcome.usable:
        is_ready = all(usable.is_usable for usable in view.outcome.usable)
        return ("ready", "good", parts) if is_ready else ("not_usable", "bad", parts)
    if state is S.PLANNED and destroyed(view.outcome.plan):
        return "planned_loss", tone, parts
    if state is S.APPLIED and is_removal(view):
        return "removed", tone, parts
    if state is S.ERRORED and has_begun(view):
        return "errored_partly", tone, parts
    return _stage(view), tone, parts


def _stage(view: View) -> str:
    return "pending" if view.run.state is S.DRAFT else view.run.state.value


def _notes(view: View) -> list[Part]:
    is_looking = view.run.state is S.ERRORED and has_begun(view) and view.outcome.standing is None
    if view.run.state not in NOTED and not is_looking:
        return []
    notes = dict.fromkeys(view.sentence(note) for note in (*view.proposal.notes, *view.outcome.notes))
    return [Text(note) for note in notes]
