"""How an agent is made, and how it is asked: typed question in, typed answer out, nothing else."""

import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from google.adk import Context
from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm
from google.genai import types
from pydantic import BaseModel, TypeAdapter

from agents.nodes.work import NoAnswer

T = TypeVar("T", bound=BaseModel)
Tool = Callable[..., Any]


_VERSION = re.compile(r"<!-- version: (\d+) -->")


def prompt_of(name: str) -> str:
    """The prompt of one agent; its first line holds its version."""
    return files("agents").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")


@cache
def version_of(name: str) -> str:
    """The version of an agent's prompt; empty for who has none."""
    try:
        found = _VERSION.match(prompt_of(name))
    except FileNotFoundError:
        return ""
    return found[1] if found else ""


def hire(name: str, model: BaseLlm, returns: type[BaseModel], tools: Sequence[Tool] = ()) -> LlmAgent:
    """One agent: its prompt is ``agents/prompts/<name>.md``, its answer has the type ``returns``."""
    prompt = prompt_of(name)
    return LlmAgent(
        name=name,
        model=model,
        instruction=lambda _context: prompt,  # a callable is left as it is; a string has its braces filled
        output_schema=returns,
        tools=list(tools),
        include_contents="none",  # the agent sees its question, not the thread
        generate_content_config=types.GenerateContentConfig(temperature=0),
    )


async def ask(ctx: Context, agent: LlmAgent, shape: type[T], **brief: Any) -> T:
    """Ask one agent. Raises ``NoAnswer`` where it has none, ``ValidationError`` where it is not of that shape."""
    answer = await ctx.run_node(agent, as_json(**brief))
    if answer is None:  # an error code or a spent budget is no exception in ADK
        raise NoAnswer(agent.name)
    return TypeAdapter(shape).validate_python(answer)


def as_json(**brief: Any) -> str:
    """A question as JSON; values of ours are dumped."""
    return json.dumps(brief, ensure_ascii=False, default=_dumped)


def _dumped(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else list(value)
