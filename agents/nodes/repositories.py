"""A repository in a message: read it, tell what it needs, and lead to the machine that would carry it.

Everything in it was written by others: it is told, never followed, and it chooses no intent, no right and no approval.
"""

import time
from collections.abc import Mapping
from typing import Any

from google.adk import Context

from agents.contracts import Act, Proposal, Question, Reply, Understood
from agents.models.building import RULES
from agents.nodes.repository_tool import REPOSITORY_TOOLS
from agents.nodes.requesting import request
from agents.nodes.team import Team
from agents.nodes.work import Work
from agents.plugins.journal import NOTES
from agents.repository.address import Address
from agents.repository.facts import Repository
from agents.repository.port import Repositories
from agents.repository.sizing import Suggestion, suggest
from agents.repository.telling import sized, summary
from agents.rules.deploying import (
    NEW_VM,
    address_question,
    addresses_in,
    is_about_a_repository,
    says_deploy,
    target_question,
    wants_a_new_machine,
    wish_for,
)
from agents.rules.shapes import Route, Wish
from agents.rules.wishing import act_of_wish, flat
from iac.errors import Refused, Sentence, say

_MAY_ASK = frozenset({
    "docs_question", "unclear", "list_resources", "get_status", "cluster_question", "troubleshoot", "off_topic",
    "smalltalk", "help", "get_quota", "forecast_capacity",
})  # fmt: skip
"""What a question about a repository is taken for by the rules; requests and refusals stay what they are."""


async def about_a_repository(ctx: Context, team: Team, work: Work, chosen: Route) -> Reply | Proposal | None:
    """The answer to a message about a repository; None where it is about something else, or none can be read."""
    door = work.settings.repositories
    if door is None:
        return None
    asked = {"deploy_target", "repo_url"} & set(work.turn.answers) & set(work.known.pending)
    if asked and chosen.intent == "modify_plan":
        return await _typed(ctx, team, work, door)
    if chosen.intent == "deploy_app":
        act = Act(intent="deploy_app", slots=work.understood.slots if work.understood else {})
        return await _deployed(ctx, team, work, (door, act))
    before = work.known.act
    if chosen.intent == "create_vm" and before and before.slots.get("repo_url") and says_deploy(work.turn.text):
        act = Act(intent="deploy_app", slots={**before.slots, **_sizes_said(work), "new_vm": True})
        work.understood = Understood(intent=act.intent, slots=act.slots)
        return await _deployed(ctx, team, work, (door, act))
    if chosen.intent in _MAY_ASK:
        address = _asked_about(work, door)
        return await _told(work, door, address) if address else None
    return None


async def _typed(ctx: Context, team: Team, work: Work, door: Repositories) -> Reply | Proposal | None:
    """An answer on the card: which repository, or where it is to run."""
    answers = {name: text.strip() for name, text in work.turn.answers.items()}
    before = work.known.act.slots if work.known.act else {}
    if answers.get("repo_url"):
        act = Act(intent="deploy_app", slots={**before, "repo_url": answers["repo_url"]})
    elif answers.get("deploy_target") in {NEW_VM, "", None}:
        return None  # a request like any other: the machine is remembered already
    else:
        act = Act(intent="deploy_app", slots={**before, "targets": [answers["deploy_target"]]})
    work.understood = Understood(intent=act.intent, slots=act.slots)
    return await _deployed(ctx, team, work, (door, act))


async def _deployed(ctx: Context, team: Team, work: Work, asked: tuple[Repositories, Act]) -> Reply | Proposal:
    """Read, then say what can be done: ask where it should run, refuse what stands, or plan the new machine."""
    door, act = asked
    url = str(act.slots.get("repo_url") or "")
    if not url:
        return _asking(work, act, (say("repository.can"),), address_question())
    found = await _read(door, door.address(url, str(act.slots.get("branch") or "")))
    size, inventory = suggest(found), await work.inventory()
    wish = wish_for(_name(found), size, act.slots, inventory, work.settings.limits)
    if wish is None:
        return _reply(work, (*summary(found), *sized(size), say("repository.no_template")))
    if wants_a_new_machine(act.slots):
        return await _new_machine(ctx, team, work, wish)
    names = {guest.name for guest in inventory.machines}
    head = (*summary(found), *sized(size)) if not work.turn.answers else ()
    said = _standing(act.slots, size, names) or (say("repository.can"),)
    return _asking(work, act, (*head, *said), target_question(size, inventory), wish)


def _sizes_said(work: Work) -> dict[str, Any]:
    """What the message says of the machine itself."""
    return flat(act_of_wish(work.reading().wish, work.seen, "deploy_app").slots)


def _standing(slots: Mapping[str, Any], size: Suggestion, names: set[str]) -> tuple[Sentence, ...]:
    """What is said about a machine or a cluster that stands: nothing is put on it."""
    sizes = {"cores": size.cores, "memory_gb": size.memory_mb // 1024}
    if slots.get("cluster"):
        return (say("repository.on_cluster", target=str(slots["cluster"]), **sizes),)
    targets = [str(each) for each in slots.get("targets") or ()]
    return tuple(
        say("repository.on_machine", target=target, disk_gb=size.disk_gb, **sizes)
        if target in names
        else say("repository.unknown_target", target=target[:60])
        for target in targets
    )


async def _new_machine(ctx: Context, team: Team, work: Work, wish: Wish) -> Reply | Proposal:
    """The usual way of a request, with the sizes remembered; what was understood is the deployment all the same."""
    understood = work.understood
    work.begin()
    work.known = work.known.model_copy(update={"wish": wish})
    outcome = await request(ctx, team, work, is_new=False)
    work.understood = understood
    return outcome


def _asked_about(work: Work, door: Repositories) -> Address | None:
    """The repository that a question is about. Raises ``Refused`` for one that is meant and may not be read."""
    for text in addresses_in(work.turn.text):
        try:
            return door.address(text)
        except Refused:
            if is_about_a_repository(work.turn.text, text):
                raise
    return None


async def _told(work: Work, door: Repositories, address: Address) -> Reply:
    """The facts, and the machine that would carry them; "deploy it" is understood afterwards."""
    found = await _read(door, address)
    offer = () if found.is_bare else (*sized(suggest(found)), say("repository.ask_machine"))
    act = Act(intent="deploy_app", slots={"repo_url": address.url.removesuffix(".git")})
    work.known = work.known.model_copy(update={"act": act, "act_asks": ["deploy_target"]})
    return _reply(work, (*summary(found), *offer))


async def _read(door: Repositories, address: Address) -> Repository:
    """Read, and write it down as the collector's step."""
    began = time.perf_counter()
    try:
        return await door.read(address)
    finally:
        NOTES.get().add("collector", began, RULES)
        NOTES.get().steps[-1].tools.extend(sorted(REPOSITORY_TOOLS))


def _name(found: Repository) -> str:
    return found.url.rstrip("/").rpartition("/")[2].removesuffix(".git")


def _asking(work: Work, act: Act, said: tuple[Sentence, ...], question: Question, wish: Wish | None = None) -> Reply:
    """One question, with the deployment and the machine remembered for the answer."""
    work.begin()
    work.known = work.known.model_copy(update={"act": act, "act_asks": [question.slot]})
    slots = work.remember(wish or Wish(), pending={question.slot: question.default})
    return Reply(language=work.language, sentences=said, questions=(question,), slots=slots)


def _reply(work: Work, sentences: tuple[Sentence, ...]) -> Reply:
    slots = work.known.kept(work.language)
    return Reply(language=work.language, sentences=sentences, slots=slots)
