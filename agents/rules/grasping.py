"""From one message to the acts it asks for, each with its slots: hear, name, cut, decide, fill. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agents.contracts import Act, Language
from agents.rules.clauses import Clause, clauses_of, told
from agents.rules.dealing import dealt
from agents.rules.deciding import decide
from agents.rules.entities import entities_of
from agents.rules.filling import filled
from agents.rules.filters import filter_mark
from agents.rules.lexicon import heard_in
from agents.rules.likeness import with_likeness
from agents.rules.marks import Mark
from agents.rules.mending import mended
from agents.rules.page import page_of
from agents.rules.replaced import kept
from agents.rules.sparing import spared
from agents.rules.spoken import picked, points
from agents.rules.world import World

AIMED = frozenset(
    [
        "start_vm",
        "stop_vm",
        "restart_vm",
        "delete_vm",
        "resize_vm",
        "migrate_vm",
        "snapshot_create",
        "snapshot_rollback",
        "snapshot_delete",
        "backup_vm",
        "set_ha",
        "extend_ttl",
    ]
)
"""Intents that are done to guests that stand."""
FURTHER = AIMED | {"list_resources", "get_status", "k3s_scale", "drain_node", "deploy_app"}
_IT = re.compile(
    r"\b(?:it|its|them|their|that one|this one|these|those|that (?:vm|machine|"
    r"box|server)|the same (?:one|vm|machine)|both|"
    r"cette (?:vm|machine)|ce serveur|celle-ci|celle-la|celui-ci|les deux|"
    r"sa|son|ses|leur|lui|elle)\b|-(?:l[ae]s?|lui|leur|en)\b|\b(?:la|le|"
    r"les|l')\s*$|\b(?:la|les|le) (?=\w+(?:er|ir|re)\b)|\bl'(?=[a-z]+(?:er|"
    r"ir)\b)"
)


def clauses_in(text: str, world: World, language: Language | None) -> list[Clause]:
    """The clauses of a message with everything heard and named in them."""
    page = mended(page_of(text), (*world.seen.guests, *world.seen.nodes, *world.seen.pools))
    marks, rest = entities_of(page, world)
    marks = spared(with_likeness(kept(marks, page.text), page.text), page.text)
    languages: tuple[Language, ...] = (language,) if language else ("en", "fr")
    heard = told(heard_in(rest.text, languages), rest.text)
    marks += filter_mark(rest.text, heard, marks, world)
    return clauses_of(page.text, heard, marks)


def acts_in(text: str, world: World, language: Language | None, before: Sequence[str] = ()) -> list[Act]:
    """The acts of a message in the order they are asked; ``before`` are the guests spoken of last."""
    found = _acts_by(text, world, language, before)
    return found if found or language is None else _acts_by(text, world, None, before)


def _acts_by(text: str, world: World, language: Language | None, before: Sequence[str]) -> list[Act]:
    clauses = clauses_in(text, world, language)
    whole = clauses[0]
    for clause in clauses[1:]:
        whole = whole.joined(clause, whole.text + clause.text)
    acts = _acts(_merged(clauses, before), world, before)
    if acts and acts[0].intent == "docs_question":
        return acts[:1]  # a question about things is not a list of commands
    if len(acts) > 1 and acts[0].intent == "get_status" and acts[1].intent == "k3s_scale" and "?" not in text:
        return [acts[1].model_copy(update={"slots": {**acts[0].slots, **acts[1].slots}})]  # how it is, is the reason
    if len(acts) > 1 and acts[0].intent == "troubleshoot" and acts[1].intent in AIMED:
        acts = acts[1:]  # what is wrong is only the reason
        if len(acts) == 1:
            return acts
    if len(acts) > 1 and all(act.intent in FURTHER or at == 0 for at, act in enumerate(acts)):
        return acts
    intent = decide(whole) or (acts[0].intent if acts else None)
    if (
        acts
        and intent != acts[0].intent
        and acts[0].intent in AIMED
        and len(acts) == 1
        and acts[0].slots.get("targets")
    ):
        return acts
    return _acts([(intent, whole)], world, before) if intent else []


def _merged(clauses: Sequence[Clause], before: Sequence[str]) -> list[tuple[str, Clause]]:
    """Each clause with its intent; one that says nothing of its own belongs to the one before it."""
    found: list[tuple[str | None, Clause]] = []
    for clause in clauses:
        intent = _intent(clause, found, before)
        if found and (intent is None or intent == found[-1][0] or found[-1][0] is None):
            last = found.pop()
            clause = last[1].joined(clause, last[1].text + clause.text)  # noqa: PLW2901 - the two are one from here on
            intent = decide(clause) or last[0] or intent
        found.append((intent, clause))
    return [(intent, clause) for intent, clause in found if intent]


def _intent(clause: Clause, found: Sequence[tuple[str | None, Clause]], before: Sequence[str]) -> str | None:
    """The intent of a clause, which may speak of the guests of one before it, or of those spoken of last."""
    intent = decide(clause)
    if not found and before and not _is_named(clause) and (_IT.search(clause.text) or points(clause.text)):
        mark = Mark("guest", tuple(before), clause.start, clause.start)
        aimed = decide(replace(clause, marks=(mark, *clause.marks)))
        return aimed if aimed in AIMED | {"get_status", "troubleshoot"} else intent
    if intent is not None or not found:
        return intent
    named = [[m for m in last.marks if m.kind in {"guest", "loose", "filter"}] for _, last in reversed(found)]
    borrowed = next((marks for marks in named if marks), [])
    if not borrowed or not _IT.search(clause.text):
        return None
    moved = tuple(Mark(m.kind, m.value, clause.start, clause.start) for m in borrowed)
    return decide(replace(clause, marks=(*moved, *clause.marks)))


def _is_named(clause: Clause) -> bool:
    return any(m.kind in {"guest", "loose", "open", "filter", "image"} for m in clause.marks)


def _is_bare(clause: Clause) -> bool:
    """Whether a clause is a mere command, which is about what was spoken of: "ok, restart now"."""
    return not any(h.kind == "thing" and h.concept in {"vm", "ct", "k3s", "node", "cluster"} for h in clause.heard)


def _acts(decided: Sequence[tuple[str, Clause]], world: World, before: Sequence[str]) -> list[Act]:
    acts: list[Act] = []
    last = list(before)
    for intent, said in decided:
        clause = said
        named = [m for m in clause.marks if m.kind in {"guest", "loose", "open", "filter"}]
        if (
            not named
            and last
            and intent in AIMED | {"get_status", "troubleshoot"}
            and (acts or _IT.search(clause.text) or points(clause.text) or _is_bare(clause))
        ):
            meant = tuple(picked(clause.text, last, world))
            clause = replace(clause, marks=(Mark("guest", meant, clause.start, clause.start), *clause.marks))
        made = [Act(intent=intent, slots=filled(intent, each, world)) for each in dealt(intent, clause)]
        last = [name for act in made for name in act.slots.get("targets", ())] or last
        acts += made
    return acts
