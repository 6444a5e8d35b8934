"""Replies that propose nothing: lists, states, kind words, and a clear no."""

import re

from agents.contracts import Act, Reply
from agents.nodes.naming import narrowed, nodes_named, nodes_shown
from agents.nodes.work import Work
from agents.rules.answering import (
    OF_GUESTS,
    cluster_state,
    guest_states,
    listed,
    named_guests,
    own_listed,
    runs_listed,
)
from agents.rules.asking import questions_for
from agents.rules.intents import FOUR_EYES
from agents.rules.own import speaks_of_own
from agents.rules.page import fold
from agents.rules.remembered import Remembered
from agents.rules.shapes import Route
from agents.rules.telling import heard, left_of, refused
from iac.errors import Sentence, say
from iac.inventory import Inventory

_MOST_RUNS = 10
_MOST_LOOKED_AT = 200
"""Runs that are looked through for those of one person."""
_UNSUPPORTED = {
    "resize_vm": "resize", "create_ct": "container", "clone_vm": "clone", "k3s_create": "k3s",
    "k3s_scale": "k3s", "k3s_delete": "k3s", "deploy_app": "deploy", "extend_ttl": "lease",
    "forecast_capacity": "forecast", "get_quota": "quota", "troubleshoot": "troubleshoot",
}  # fmt: skip
_PLAIN = {
    "help": "crew.help",
    "smalltalk": "crew.smalltalk",
    "off_topic": "crew.off_topic",
    "policy_bypass": "crew.bypass",
    "approve_plan": "crew.approve",
}

_THANKS = re.compile(r"\b(?:thanks|thank you|thx|ty|cheers|merci)\b")


async def answer(work: Work, route: Route) -> Reply:
    """The reply to everything that is no request for guests."""
    if route.intent == "cancel_plan":
        return _cancelled(work)
    if route.intent in {"list_resources", "get_status", "cluster_question"}:
        return _reply(work, await _looked_up(work, route))
    if route.intent in _UNSUPPORTED:
        return _reply(work, _unsupported(work, route))
    if route.intent == "unclear":
        return await _unclear(work, route)
    return _reply(work, _plain(work, route))


def _plain(work: Work, route: Route) -> tuple[Sentence, ...]:
    """One kind sentence; and where only a part of a message was declined, that the rest was understood."""
    if route.topic == FOUR_EYES:
        return (say("crew.four_eyes"),)
    if route.intent == "smalltalk" and _THANKS.search(fold(work.turn.text)):
        return (say("crew.thanks"),)
    is_part = route.intent == "policy_bypass" and work.is_part_understood
    return (say(_PLAIN[route.intent]), *([say("crew.bypass_rest")] if is_part else []))


def _unsupported(work: Work, route: Route) -> tuple[Sentence, ...]:
    """Why it cannot be, or that it is nothing the bot does; what was understood; and what is possible now."""
    if route.intent == "get_quota" and work.turn.rights is not None:
        return left_of(work.turn.rights)
    understood = work.understood
    reasons = refused(understood.refusals, work.turn.rights) if understood else ()
    acts = [Act(intent=understood.intent, slots=understood.slots), *understood.further] if understood else []
    return (*reasons, say(f"crew.unsupported.{_UNSUPPORTED[route.intent]}"), *heard(acts), say("crew.can"))


async def _looked_up(work: Work, route: Route) -> tuple[Sentence, ...]:
    if route.topic == "runs":
        return await _runs(work)
    inventory = await work.inventory()
    named = named_guests(work.turn.text, inventory)
    if named:
        return guest_states(named)
    nodes = () if route.topic else nodes_named(work.turn.text, inventory)
    if nodes:
        return nodes_shown(nodes, inventory)
    if route.intent == "cluster_question" and not route.topic:
        return cluster_state(inventory)
    if route.intent == "get_status":
        runs = await work.desk.runs(work.turn.thread)
        return runs_listed(runs, is_thread=True) if runs and not route.topic else cluster_state(inventory)
    return _listed(work, route, inventory)


def _listed(work: Work, route: Route, inventory: Inventory) -> tuple[Sentence, ...]:
    """The list that was asked for; of guests only the person's own, where they speak of theirs."""
    text = work.turn.text
    if route.topic in OF_GUESTS and speaks_of_own(text):
        return own_listed(text, work.reading(), inventory, _owned(work))
    return narrowed(listed(route.topic, text, work.reading(), inventory), text)


async def _runs(work: Work) -> tuple[Sentence, ...]:
    """The newest runs; only those of the person where they speak of theirs."""
    if not speaks_of_own(work.turn.text):
        return runs_listed(await work.desk.latest(_MOST_RUNS), is_thread=False)
    found = [run for run in await work.desk.latest(_MOST_LOOKED_AT) if run.requester == work.turn.author]
    return runs_listed(found[:_MOST_RUNS], is_thread=False) if found else (say("answer.no_runs_mine"),)


def _owned(work: Work) -> frozenset[str]:
    """The names of the guests that are the person's, by our own records."""
    return frozenset(guest for guest, owner in work.turn.around.owners.items() if owner == work.turn.author)


def _cancelled(work: Work) -> Reply:
    """Forget the request; a plan that is on a card already is discarded with its button, by a person."""
    key = "crew.cancel_card" if work.known.proposed else "crew.cancel"
    slots = Remembered(language=work.language, proposed=work.known.proposed, requests=work.known.requests).as_slots()
    return Reply(language=work.language, sentences=(say(key),), slots=slots)


async def _unclear(work: Work, route: Route) -> Reply:
    """Say so, and ask again what is still open."""
    if not work.known.pending:
        return _reply(work, (say("crew.empty" if route.topic == "empty" else "crew.unclear"),))
    questions = questions_for(work.known.wish, await work.inventory(), work.settings.limits)
    slots = work.known.kept(work.language)
    return Reply(language=work.language, sentences=(say("crew.unclear_answer"),), questions=questions, slots=slots)


def _reply(work: Work, sentences: tuple[Sentence, ...]) -> Reply:
    """A reply beside a request leaves the request, and what was asked about it, as they are."""
    slots = work.known.kept(work.language)
    return Reply(language=work.language, sentences=sentences, slots=slots)
