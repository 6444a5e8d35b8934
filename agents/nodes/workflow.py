"""Who works when: the manager routes, then either one answer, or the way of a request. Order and decisions only."""

from collections.abc import AsyncIterator

from google.adk import Context, Workflow
from google.adk.workflow import node
from google.genai import types

from agents.contracts import Proposal, Reply
from agents.nodes.answering import answer
from agents.nodes.hiring import ask
from agents.nodes.requesting import request
from agents.nodes.team import Team
from agents.nodes.work import WORK, Work
from agents.rules.intents import NEEDS_NO_CLUSTER, plain_route, route
from agents.rules.pending import bare_values, takes_defaults
from agents.rules.shapes import Route

_GUARDED = frozenset({"policy_bypass", "approve_plan", "cancel_plan", "delete_vm", "unsupported"})
"""What the rules recognise here is not left to a model."""


def workflow_of(team: Team) -> Workflow:
    """The crew as one graph with one node; what it decides is left in the ``Work`` of the turn."""

    @node(name="crew", rerun_on_resume=True)
    async def crew(ctx: Context, node_input: types.Content) -> AsyncIterator[dict[str, bool]]:  # noqa: ARG001 - ADK binds it by name
        work = WORK.get()
        work.outcome = await _answered(ctx, team, work)
        yield {"is_answered": True}

    return Workflow(name="threadform", edges=[("START", crew)])


async def _answered(ctx: Context, team: Team, work: Work) -> Reply | Proposal:
    chosen = await _routed(ctx, team, work)
    if chosen.intent in {"create_vm", "modify_plan"}:
        return await request(ctx, team, work, is_new=_is_new(chosen, work))
    return await answer(work, chosen)


async def _routed(ctx: Context, team: Team, work: Work) -> Route:
    """The manager's route. What the rules guard is never asked of a model; typed answers need no route."""
    if work.turn.answers and work.known.pending:
        return Route(intent="modify_plan")
    plain = plain_route(work.turn.text, work.memory)
    if plain is not None and (plain.intent in _GUARDED or plain.intent in NEEDS_NO_CLUSTER or plain.topic == "empty"):
        return plain
    await work.inventory()
    rules = _by_rules(work)
    if rules.intent in _GUARDED:
        return rules
    standing = work.known.has_request or bool(work.known.pending)
    said = await ask(ctx, team.manager, Route, text=work.turn.text, standing=standing, rules=rules)
    return rules if said.intent in _GUARDED else said


def _by_rules(work: Work) -> Route:
    if work.known.pending and _is_answer(work):
        return Route(intent="modify_plan")
    return route(work.turn.text, work.reading(), work.memory)


def _is_answer(work: Work) -> bool:
    return takes_defaults(work.turn.text) or bool(bare_values(work.turn.text, work.known.pending, work.reading()))


def _is_new(chosen: Route, work: Work) -> bool:
    """A new request starts from nothing, unless one was begun and its questions are still open."""
    has_begun = bool(work.known.pending) or work.known.has_request
    return chosen.intent == "create_vm" and not (work.known.pending and has_begun)
