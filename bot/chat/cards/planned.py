"""The card before a decision: what would happen, why there, the diff, and the two buttons."""

from bot.chat.cards.changes import change_parts, counts_text, diff_part
from bot.chat.cards.deciding import buttons, voting_parts
from bot.chat.cards.guests import wished
from bot.chat.cards.placement import placement_parts
from bot.chat.cards.view import View, deed_text
from bot.chat.port import Fields, Part, Text
from bot.domain.approval import destroyed
from bot.domain.run import RunState
from iac.plan import Plan

HARMLESS = frozenset({"create", "import"})
"""Actions that change nothing that exists."""


def pending_parts(view: View) -> list[Part]:
    """The request as it was understood, while nothing more is known."""
    planning = "acts.planning" if view.proposal.acts else "card.planning"
    key = planning if view.run.state.value == "planning" else "card.pending"
    return [Text(view.say(key)), *asked_parts(view)]


def asked_parts(view: View) -> list[Part]:
    """What was asked for, guest by guest."""
    if view.proposal.acts:
        acts = view.items(view.say("card.asked"), (deed_text(view, deed) for deed in view.proposal.acts))
        return [acts] if acts else []
    head = "card.asked_removal" if view.proposal.intent == "destroy" else "card.asked"
    asked = view.items(view.say(head), (wished(view, guest) for guest in view.proposal.guests))
    return [asked] if asked else []


def planned_parts(view: View) -> list[Part]:
    """Everything an approver reads, in the order they ask for it."""
    about = [facts(view), *voting_parts(view)]
    return [*plan_parts(view), *placement_parts(view), *about, *_diff(view), buttons(view)]


def plan_parts(view: View) -> list[Part]:
    """The counts, then every change in plain words."""
    plan = view.outcome.plan
    if plan is None:
        return asked_parts(view)
    return [Text(_lead(view, plan)), *change_parts(view, plan)]


def _lead(view: View, plan: Plan) -> str:
    """The one sentence for whoever reads no further; while a decision is open, it says what is lost."""
    counts, lost = counts_text(view, plan), destroyed(plan)
    if view.run.state is not RunState.PLANNED:
        return view.say("card.counts", counts=counts)
    if lost:
        return view.say("card.harm", counts=counts, guests=lost)
    return view.say("card.safe" if set(plan.counts) <= HARMLESS else "card.counts", counts=counts)


def facts(view: View) -> Fields:
    """Who asked, where it goes, what it costs, and until when it can be decided."""
    items = [
        (view.say("card.asked_by"), view.name(view.run.requester)),
        (view.say("card.environment"), view.proposal.environment),
    ]
    if view.cost:
        items.append((view.say("card.cost"), view.cost))
    if view.lifetime:
        items.append((view.say("card.lives"), view.lifetime))
    if view.run.expires_at is not None:
        items.append((view.say("card.decide_before"), view.moment(view.run.expires_at)))
    return Fields(tuple(items))


def _diff(view: View) -> list[Part]:
    return [diff_part(view, view.outcome.plan)] if view.outcome.plan else []
