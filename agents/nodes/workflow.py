"""Who works when: the manager routes, then either one answer, or the way of a request. Order and decisions only."""

from collections.abc import AsyncIterator
from dataclasses import replace

from google.adk import Context, Workflow
from google.adk.workflow import node
from google.genai import types

from agents.contracts import Proposal, Reply
from agents.nodes.acting import act, album_shown, answered, console_shown
from agents.nodes.answering import answer
from agents.nodes.documents import document, document_for
from agents.nodes.hiring import ask
from agents.nodes.removing import remove
from agents.nodes.repositories import about_a_repository
from agents.nodes.requesting import request
from agents.nodes.resizing import resize
from agents.nodes.team import Team
from agents.nodes.understanding import act_understood, plain_understood, understood, wish_understood
from agents.nodes.work import WORK, Work
from agents.rules.acting import VERBS
from agents.rules.intents import NEEDS_NO_CLUSTER, is_guarded, plain_route, route
from agents.rules.pending import bare_values, takes_defaults
from agents.rules.safety import bypass_reason, without_bypass
from agents.rules.shapes import Route

_HARMLESS = """
start_vm stop_vm restart_vm resize_vm migrate_vm create_ct snapshot_create backup_vm deploy_app k3s_create k3s_scale
"""
HARMLESS = frozenset(_HARMLESS.split())
"""Requests that count as understood beside a wish to skip the approval; nothing that destroys is among them."""


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
    told = await about_a_repository(ctx, team, work, chosen) or await _of_machines(work, chosen)
    if told is not None:
        return told
    if chosen.intent in {"create_vm", "modify_plan"} or is_new_clone(chosen, work):
        return await request(ctx, team, work, is_new=_is_new(chosen, work))
    if chosen.intent == "delete_vm":
        return await remove(work)
    if chosen.intent in VERBS:
        return await act(work)
    if chosen.intent == "docs_question":
        return await document(ctx, team, work)
    return await document_for(ctx, team, work, chosen) or await answer(work, chosen)


async def _of_machines(work: Work, chosen: Route) -> Proposal | Reply | None:
    """What is asked of one machine: its snapshots, its console, other sizes; None where it is something else."""
    if chosen.intent == "list_resources":
        return await album_shown(work)
    if chosen.intent == "resize_vm":
        return await resize(work)
    return None if chosen.intent in {*VERBS, "delete_vm", "policy_bypass"} else await console_shown(work)


def is_new_clone(chosen: Route, work: Work) -> bool:
    """Whether a copy of a template is wanted, which is a new guest like any other."""
    return chosen.intent == "clone_vm" and any(guest.image for guest in work.reading().wish.guests)


async def _routed(ctx: Context, team: Team, work: Work) -> Route:
    """The manager's route. What the rules guard is never asked of a model; typed answers need no route."""
    if work.turn.answers and work.known.pending:
        return Route(intent="modify_plan")
    asked = work.known.act if work.turn.answers and work.known.act_asks else None
    if asked is not None and asked.intent == "delete_vm":
        return Route(intent="delete_vm")
    if asked is not None and asked.intent in VERBS:
        await work.inventory()
        answered(work, asked)
        return Route.model_validate({"intent": asked.intent})
    plain = plain_route(work.turn.text, work.memory)
    if plain is not None and (is_guarded(plain.intent) or plain.intent in NEEDS_NO_CLUSTER or plain.topic == "empty"):
        plain_understood(work, plain)
        await _bypass_understood(work)
        return plain
    await work.inventory()
    rules = _by_rules(work)
    chosen = rules if is_guarded(rules.intent) else await _by_model(ctx, team, work, rules)
    act_understood(work, chosen)
    return chosen


async def _by_model(ctx: Context, team: Team, work: Work, rules: Route) -> Route:
    standing = work.known.has_request or bool(work.known.pending)
    said = await ask(ctx, team.manager, Route, text=work.turn.text, standing=standing, rules=rules)
    return rules if is_guarded(said.intent) else said


async def _bypass_understood(work: Work) -> None:
    """The whole message is refused; what it asks for beside the bypass is understood, so that it can be said again."""
    rest = without_bypass(work.turn.text)
    if bypass_reason(work.turn.text) != "approval_bypass" or not rest or bypass_reason(rest) is not None:
        return
    await work.inventory()
    alone = replace(work, turn=work.turn.model_copy(update={"text": rest}), is_part_declined=True)
    chosen = _by_rules(alone)
    if chosen.intent in {"create_vm", "modify_plan"} or is_new_clone(chosen, alone):
        wish_understood(alone, understood(alone, is_new=_is_new(chosen, alone)))
    elif chosen.intent in HARMLESS:
        act_understood(alone, chosen)
    work.understood = alone.understood or work.understood


def _by_rules(work: Work) -> Route:
    if work.known.pending and _is_answer(work):
        return Route(intent="modify_plan")
    return route(work.turn.text, work.reading(), work.memory, work.acts())


def _is_answer(work: Work) -> bool:
    return takes_defaults(work.turn.text) or bool(bare_values(work.turn.text, work.known.pending, work.reading()))


def _is_new(chosen: Route, work: Work) -> bool:
    """A new request starts from nothing, unless one was begun and its questions are still open."""
    has_begun = bool(work.known.pending) or work.known.has_request
    return chosen.intent in {"create_vm", "clone_vm"} and not (work.known.pending and has_begun)
