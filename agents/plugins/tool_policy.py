"""Which agent may call which tool: nothing unless it is listed, and nothing but reading after text from outside."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import structlog
from google.adk.plugins import BasePlugin
from google.adk.tools.base_tool import BaseTool
from google.adk.tools.tool_context import ToolContext

from agents.models.offline import ANSWER_TOOL

TAINTED = "temp:tainted"
log = structlog.get_logger()


class ToolPolicy(BasePlugin):
    """Deny by default; after untrusted text, only the known readers and the answer. Registered before other plugins.

    Whatever a tool returned was partly written by strangers: guests' names and notes, documents, repositories. So every
    tool taints the rest of its turn, for all agents; a turn that is tainted stays so.
    """

    def __init__(
        self, allowed: Mapping[str, AbstractSet[str]], *, writes: AbstractSet[str], untrusted: AbstractSet[str]
    ) -> None:
        """``allowed`` is agent -> tools; ``untrusted`` are the readers of what outsiders wrote, which change nothing.

        ``writes`` are tools that change something: no turn that has read anything may call one.
        """
        super().__init__(name="tool_policy")
        self._allowed = allowed
        self._readers = (untrusted | {ANSWER_TOOL}) - writes

    async def before_tool_callback(
        self, *, tool: BaseTool, tool_context: ToolContext, **_: Any
    ) -> dict[str, Any] | None:
        """A dict replaces the call and goes to the model; None lets the call through."""
        reason = self._refusal(tool.name, tool_context)
        if reason is None:
            return None
        log.warning("tool.refused", agent=tool_context.agent_name, tool=tool.name, why=reason)
        return {"error": reason}

    async def after_tool_callback(self, *, tool: BaseTool, tool_context: ToolContext, **_: Any) -> None:
        """Whatever was read taints the rest of the turn; the typed answer is no reading."""
        if tool.name != ANSWER_TOOL:
            tool_context.state[TAINTED] = True

    def _refusal(self, tool: str, context: ToolContext) -> str | None:
        if tool not in self._allowed.get(context.agent_name, frozenset()):
            return f"{context.agent_name} may not call {tool}"
        if tool not in self._readers and context.state.get(TAINTED):
            return f"{tool} is refused after untrusted content"
        return None
