"""What a live model answers is judged before anybody acts on it: its form first, then the rules that hold for our own.

The reason goes back to the model once. It names fields and rules, never what a stranger wrote.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.genai.types import Content, FunctionCall
from pydantic import BaseModel, ValidationError

from agents.knowledge.wording import Worded, borne_out
from agents.models.offline import ANSWER_TOOL, Asked
from agents.nodes.work import WORK
from agents.rules.intents import is_guarded
from agents.rules.shapes import Analysis, Draft, Facts, Objections, Route, Wish

SHAPES: Mapping[str, type[BaseModel]] = {
    "manager": Route,
    "validator": Wish,
    "collector": Facts,
    "analyser": Analysis,
    "drafter": Draft,
    "reviewer": Objections,
    "refiner": Draft,
    "librarian": Worded,
}
"""The type of each agent's answer."""

MOST_LETTERS = 64_000
MOST_ROUNDS, MOST_CALLS = 6, 40
"""Rounds of calls of tools, and calls, for one answer: more is a loop."""
MOST_GROUPS, MOST_OBJECTIONS, LONGEST_OBJECTION, LONGEST_TOPIC = 100, 20, 400, 40
MOST_NAMED = 3
_FENCE = re.compile(r"^\s*```(?:json)?\s*\n(.*?)\n\s*```\s*$", re.DOTALL)


def wrong_with(request: LlmRequest, reply: LlmResponse) -> str | None:
    """Why an answer cannot be taken; None where it can."""
    parts = (reply.content.parts if reply.content else None) or []
    calls = [part.function_call for part in parts if part.function_call]
    text = "".join(part.text or "" for part in parts if not part.thought)
    if len(text) + sum(len(str(call.args)) for call in calls) > MOST_LETTERS:
        return f"it is longer than {MOST_LETTERS} letters"
    answer = next((call.args or {} for call in calls if call.name == ANSWER_TOOL), None)
    if calls and answer is None:
        return _wrong_calls(request, calls)
    if answer is None and ANSWER_TOOL in request.tools_dict:
        return f"it is no call of {ANSWER_TOOL}"
    return _wrong_answer(Asked(request), _parsed(text) if answer is None else answer)


def _wrong_calls(request: LlmRequest, calls: list[FunctionCall]) -> str | None:
    unknown = [call for call in calls if call.name not in request.tools_dict]
    if unknown:
        return f"there is no such tool; the tools are {', '.join(sorted(request.tools_dict)) or 'none'}"
    rounds = [found for content in request.contents if (found := _calls_in(content))]
    made = {_key(call) for found in rounds for call in found}
    if len(rounds) >= MOST_ROUNDS or len(made) + len(calls) > MOST_CALLS:
        return "tools were called often enough for one answer; answer with what you know"
    if all(_key(call) in made for call in calls):
        return "these calls were made already and their results stand above; answer with what you know"
    return None


def _calls_in(content: Content) -> list[FunctionCall]:
    return [part.function_call for part in content.parts or [] if part.function_call]


def _key(call: FunctionCall) -> tuple[str, str]:
    return call.name or "", json.dumps(call.args or {}, sort_keys=True, default=str)


def _parsed(text: str) -> Any:
    """The JSON of an answer, out of its fence; None where it is none."""
    fenced = _FENCE.match(text)
    try:
        return json.loads(fenced[1] if fenced else text)
    except ValueError:
        return None


def _wrong_answer(asked: Asked, told: Any) -> str | None:
    if not isinstance(told, dict):
        return "it is no JSON object"
    shape = SHAPES.get(asked.agent)
    if shape is None:
        return "nobody of that name works here"
    try:
        answer = shape.model_validate(told)
    except ValidationError as wrong:
        return f"it has not the form that was asked for: {_named(wrong)}"
    rule = _RULES.get(asked.agent)
    return rule(asked, answer) if rule else None


def _named(wrong: ValidationError) -> str:
    """Where and what, without the value: the fields of our own form are the only words in it."""
    found = [(".".join(str(at) for at in each["loc"]), each["type"]) for each in wrong.errors(include_input=False)]
    return "; ".join(f"{where or 'it'}: {what}" for where, what in found[:MOST_NAMED])


def _wrong_route(asked: Asked, answer: Any) -> str | None:
    ours = Route.model_validate(asked.brief["rules"])
    if answer.intent != ours.intent and is_guarded(answer.intent):
        return f"{answer.intent} is decided by fixed rules alone, and they did not see it in the message"
    return "topic is one word" if len(answer.topic) > LONGEST_TOPIC else None


def _wrong_wish(_: Asked, answer: Any) -> str | None:
    if len(answer.guests) > MOST_GROUPS:
        return f"more than {MOST_GROUPS} groups of guests"
    numbers = [n for g in answer.guests for n in (g.count, g.cores, g.memory_mb, g.disk_gb) if n is not None]
    return "counts and sizes are above zero" if any(number < 1 for number in numbers) else None


def _wrong_facts(_: Asked, answer: Any) -> str | None:
    seen = WORK.get().seen
    known = {
        "templates": {*seen.templates, *seen.template_ids},
        "nodes": {*seen.nodes},
        "storages": {*seen.storages},
        "networks": {*seen.networks},
        "taken_names": {*seen.guests},
    }
    invented = [field for field, names in known.items() if set(getattr(answer, field)) - names]
    return f"nobody saw some of the names in {', '.join(invented)}: only what tools returned" if invented else None


def _wrong_picks(asked: Asked, answer: Any) -> str | None:
    guests = {str(pick["guest"]) for pick in asked.brief["candidates"]}
    nodes = set(WORK.get().seen.nodes)
    if any(pick.guest not in guests or pick.node not in nodes for pick in answer.picks):
        return "picks: only guests of the request, and nodes that exist"
    return None


def _wrong_objections(_: Asked, answer: Any) -> str | None:
    said = answer.objections
    if len(said) > MOST_OBJECTIONS or any(len(each) > LONGEST_OBJECTION for each in said):
        return f"at most {MOST_OBJECTIONS} objections of {LONGEST_OBJECTION} letters"
    return None


def _wrong_words(asked: Asked, answer: Any) -> str | None:
    quotes = [f"{each['title']}\n{each['heading']}\n{each['text']}" for each in asked.brief["passages"]]
    is_borne = borne_out(answer, quotes, asked.brief["question"], asked.brief["language"])
    if answer.text.strip() and not is_borne:
        return "say only what the passages say, commands and numbers to the letter, and name the passages in used"
    return None


_RULES: Mapping[str, Callable[[Asked, Any], str | None]] = {
    "manager": _wrong_route,
    "validator": _wrong_wish,
    "collector": _wrong_facts,
    "analyser": _wrong_picks,
    "reviewer": _wrong_objections,
    "librarian": _wrong_words,
}
"""What holds beside the form. Drafts have no rule here: the refinement loop lints them and says what is wrong."""
