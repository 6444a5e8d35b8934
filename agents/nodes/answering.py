"""Replies that propose nothing: lists, states, kind words, and a clear no."""

from agents.contracts import Reply
from agents.nodes.work import Work
from agents.rules.answering import cluster_state, guest_states, listed, named_guests, runs_listed
from agents.rules.asking import questions_for
from agents.rules.remembered import Remembered
from agents.rules.shapes import Route
from iac.errors import Sentence, say

_MOST_RUNS = 10
_UNSUPPORTED = {
    "start_vm": "power", "stop_vm": "power", "restart_vm": "power", "snapshot_create": "snapshot",
    "snapshot_rollback": "snapshot", "snapshot_delete": "snapshot", "backup_vm": "backup", "migrate_vm": "migrate",
    "drain_node": "migrate", "resize_vm": "resize", "create_ct": "container", "clone_vm": "clone", "k3s_create": "k3s",
    "k3s_scale": "k3s", "k3s_delete": "k3s", "deploy_app": "deploy", "set_ha": "ha", "extend_ttl": "lease",
    "forecast_capacity": "forecast", "get_quota": "quota", "troubleshoot": "troubleshoot",
}  # fmt: skip
_PLAIN = {
    "help": "crew.help",
    "smalltalk": "crew.smalltalk",
    "off_topic": "crew.off_topic",
    "policy_bypass": "crew.bypass",
    "approve_plan": "crew.approve",
    "delete_vm": "crew.delete",
}


async def answer(work: Work, route: Route) -> Reply:
    """The reply to everything that is no request for guests."""
    if route.intent == "cancel_plan":
        return _cancelled(work)
    if route.intent in {"list_resources", "get_status", "cluster_question"}:
        return _reply(work, await _looked_up(work, route))
    if route.intent in _UNSUPPORTED:
        return _reply(work, (say(f"crew.unsupported.{_UNSUPPORTED[route.intent]}"), say("crew.can")))
    if route.intent == "unclear":
        return await _unclear(work, route)
    return _reply(work, (say(_PLAIN[route.intent]),))


async def _looked_up(work: Work, route: Route) -> tuple[Sentence, ...]:
    if route.topic == "runs":
        return runs_listed(await work.desk.latest(_MOST_RUNS), is_thread=False)
    inventory = await work.inventory()
    named = named_guests(work.turn.text, inventory)
    if named:
        return guest_states(named)
    if route.intent == "cluster_question" and not route.topic:
        return cluster_state(inventory)
    if route.intent == "get_status":
        runs = await work.desk.runs(work.turn.thread)
        return runs_listed(runs, is_thread=True) if runs and not route.topic else cluster_state(inventory)
    return listed(route.topic, work.turn.text, work.reading(), inventory)


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
    slots = work.known.model_copy(update={"language": work.language}).as_slots()
    return Reply(language=work.language, sentences=(say("crew.unclear_answer"),), questions=questions, slots=slots)


def _reply(work: Work, sentences: tuple[Sentence, ...]) -> Reply:
    """A reply beside a request leaves the request, and what was asked about it, as they are."""
    slots = work.known.model_copy(update={"language": work.language}).as_slots()
    return Reply(language=work.language, sentences=sentences, slots=slots)
