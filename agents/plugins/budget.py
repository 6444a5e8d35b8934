"""How often each agent may ask a model within one turn; a spent budget ends the agent, not the process."""

from collections import Counter, defaultdict
from typing import Any

from google.adk.agents.callback_context import CallbackContext
from google.adk.agents.invocation_context import InvocationContext
from google.adk.models.llm_response import LlmResponse
from google.adk.plugins import BasePlugin

SPENT = "BUDGET"


class CallBudget(BasePlugin):
    """At most ``most`` answers an agent and turn."""

    def __init__(self, most: int = 12) -> None:
        """``most`` leaves room for the longest honest loop: ten reviews."""
        super().__init__(name="call_budget")
        self._most = most
        self._spent: defaultdict[str, Counter[str]] = defaultdict(Counter)

    async def before_model_callback(self, *, callback_context: CallbackContext, **_: Any) -> LlmResponse | None:
        """An error code in place of the call, once the budget is spent; the orchestrator makes a no of it."""
        spent = self._spent[callback_context.invocation_id]
        if spent[callback_context.agent_name] >= self._most:
            return LlmResponse(
                error_code=SPENT, error_message=f"{callback_context.agent_name} asked {self._most} times"
            )
        spent[callback_context.agent_name] += 1
        return None

    async def after_run_callback(self, *, invocation_context: InvocationContext) -> None:
        """Forget a turn that is over."""
        self._spent.pop(invocation_context.invocation_id, None)
