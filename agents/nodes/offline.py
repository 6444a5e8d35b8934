"""The offline rule of each agent: from the JSON it is asked with to the answer it gives. Pure."""

from collections.abc import Mapping
from typing import Any

from google.genai import types

from agents.knowledge.wording import Worded
from agents.models.offline import ANSWER_TOOL, Asked, Rule, call
from agents.nodes.tools import FIRST_NAMES
from agents.rules.shapes import Analysis, Draft, Facts, Objections, Pick, Route, Wish


def manager(asked: Asked) -> Route:
    """The route that the rules found in the words."""
    return Route.model_validate(asked.brief["rules"])


def validator(asked: Asked) -> Wish:
    """The wish that the rules read."""
    return Wish.model_validate(asked.brief["rules"])


def collector(asked: Asked) -> Facts | list[types.Part]:
    """Look at everything in one step, then hand over the names that were seen."""
    if not asked.results:
        return [part for name in FIRST_NAMES for part in call(name)]
    facts = _facts(asked.results)
    return call(ANSWER_TOOL, **facts.model_dump()) if asked.has_answer_tool else facts


def analyser(asked: Asked) -> Analysis:
    """The picks of the published rule."""
    return Analysis(picks=[Pick.model_validate(pick) for pick in asked.brief["candidates"]])


def drafter(asked: Asked) -> Draft:
    """What was asked, word for word."""
    return Draft.model_validate(asked.brief["asked"])


def reviewer(_: Asked) -> Objections:
    """Nothing to add: the deterministic review has spoken before."""
    return Objections()


def librarian(_: Asked) -> Worded:
    """No words of its own: the quotes speak for themselves."""
    return Worded()


RULES: Mapping[str, Rule] = {
    "manager": manager,
    "validator": validator,
    "collector": collector,
    "analyser": analyser,
    "drafter": drafter,
    "reviewer": reviewer,
    "refiner": drafter,
    "librarian": librarian,
}


def _facts(results: Mapping[str, Any]) -> Facts:
    return Facts(
        templates=_column(results, "templates", "template"),
        nodes=_column(results, "nodes", "node"),
        storages=_column(results, "storages", "storage"),
        networks=_column(results, "networks", "network"),
        taken_names=_column(results, "guests", "guest"),
    )


def _column(results: Mapping[str, Any], tool: str, column: str) -> list[str]:
    rows = (results.get(tool) or {}).get("rows", [])
    return list(dict.fromkeys(str(row[column]) for row in rows))
