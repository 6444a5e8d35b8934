"""Who answered, with which tools, how long it took: written down while a turn runs, read as trace steps after it."""

import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from google.adk.agents.callback_context import CallbackContext
from google.adk.models.llm_response import LlmResponse
from google.adk.plugins import BasePlugin
from google.adk.tools.base_tool import BaseTool
from google.adk.tools.tool_context import ToolContext

from iac.errors import Sentence


@dataclass
class Note:
    """One agent's step so far; ``skipped`` are the models that did not answer, ``spent`` what each answer took."""

    agent: str
    began: float
    ended: float = 0.0
    served_by: str = ""
    tools: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    spent: list[Mapping[str, Any]] = field(default_factory=list)
    found: tuple[Sentence, ...] = ()

    def tokens(self, kind: str) -> int:
        """Tokens of one kind: ``in``, ``out`` or ``thoughts``."""
        return sum(int(each[f"tokens_{kind}"]) for each in self.spent)

    @property
    def cost_eur(self) -> float | None:
        """What the step cost; None where the price of one of its models is not known."""
        costs = [each["cost_eur"] for each in self.spent]
        return None if None in costs else float(sum(costs))


@dataclass
class Notes:
    """All steps of one turn, in order."""

    steps: list[Note] = field(default_factory=list)

    def of(self, agent: str) -> Note:
        """The step that agent is in; a step that was ended is not continued."""
        last = self.steps[-1] if self.steps else None
        if last is None or last.agent != agent:
            last = Note(agent, time.perf_counter())
            self.steps.append(last)
        return last

    def add(self, agent: str, began: float, served_by: str, found: tuple[Sentence, ...] = ()) -> None:
        """A step that asked no model: what fixed rules found."""
        self.steps.append(Note(agent, began, time.perf_counter(), served_by, found=found))


NOTES: ContextVar[Notes] = ContextVar("notes_of_the_turn")


class Journal(BasePlugin):
    """A watcher: it returns nothing, so it replaces nothing."""

    def __init__(self) -> None:
        """One journal serves every turn; the notes belong to the turn."""
        super().__init__(name="journal")

    async def before_model_callback(self, *, callback_context: CallbackContext, **_: Any) -> None:
        """A step begins with its first question to a model."""
        NOTES.get().of(callback_context.agent_name)

    async def after_model_callback(self, *, callback_context: CallbackContext, llm_response: LlmResponse) -> None:
        """Keep who served it, who did not, and what it cost in tokens."""
        note = NOTES.get().of(callback_context.agent_name)
        stamp = (llm_response.custom_metadata or {}).get("llm", {})
        note.served_by = stamp.get("served_by", note.served_by)
        note.skipped += [s for s in stamp.get("skipped", []) if s not in note.skipped]
        note.spent += stamp.get("spent", [])
        note.ended = time.perf_counter()

    async def before_tool_callback(self, *, tool: BaseTool, tool_context: ToolContext, **_: Any) -> None:
        """Tools are noted when they were let through."""
        NOTES.get().of(tool_context.agent_name).tools.append(tool.name)
