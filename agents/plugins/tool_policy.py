"""Which agent may call which tool: nothing unless it is listed, and no write after text from outside."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import structlog
from google.adk.plugins import BasePlugin
from google.adk.tools.base_tool import BaseTool
from google.adk.tools.tool_context import ToolContext

TAINTED = "temp:tainted"
log = structlog.get_logger()


class ToolPolicy(BasePlugin):
    """Deny by default, and no write after untrusted text in the same turn. Registered before every other plugin."""

    def __init__(
        self, allowed: Mapping[str, AbstractSet[str]], *, writes: AbstractSet[str], untrusted: AbstractSet[str]
    ) -> None:
        """``allowed`` is agent -> tools; ``untrusted`` are tools whose results were written by outsiders."""
        super().__init__(name="tool_policy")
        self._allowed, self._writes, self._untrusted = allowed, writes, untrusted

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
        """Whatever came from outside taints the rest of the turn."""
        if tool.name in self._untrusted:
            tool_context.state[TAINTED] = True

    def _refusal(self, tool: str, context: ToolContext) -> str | None:
        if tool not in self._allowed.get(context.agent_name, frozenset()):
            return f"{context.agent_name} may not call {tool}"
        if tool in self._writes and context.state.get(TAINTED):
            return f"{tool} is refused after untrusted content"
        return None
