"""Who answered, with which tools, how long it took: written down while a turn runs, read as trace steps after it."""

import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from google.adk.agents.callback_context import CallbackContext
from google.adk.models.llm_response import LlmResponse
from google.adk.plugins import BasePlugin
from google.adk.tools.base_tool import BaseTool
from google.adk.tools.tool_context import ToolContext


@dataclass
class Note:
    """One agent's step so far; ``skipped`` are the models that did not answer."""

    agent: str
    began: float
    ended: float = 0.0
    served_by: str = ""
    tools: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    tokens: int = 0


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
        usage = llm_response.usage_metadata
        note.tokens += (usage.total_token_count or 0) if usage else 0
        note.ended = time.perf_counter()

    async def before_tool_callback(self, *, tool: BaseTool, tool_context: ToolContext, **_: Any) -> None:
        """Tools are noted when they were let through."""
        NOTES.get().of(tool_context.agent_name).tools.append(tool.name)
