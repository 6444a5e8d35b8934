"""What an operator says about the live models, as values. No ADK in here: settings are read long before a turn."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ModelLink:
    """One live model of the chain: ``gemini``, or ``openai`` for any endpoint that speaks that protocol.

    ``timeout_s`` bounds one answer. ``transport`` replaces the network for tests (an ``httpx`` async transport).
    """

    kind: Literal["gemini", "openai"]
    model: str
    api_key: str = field(repr=False)
    base_url: str | None = None
    timeout_s: float = 20.0
    max_failures: int = 3
    rest_s: float = 60.0
    transport: Any = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        """How traces and notes name it."""
        return f"{self.kind}:{self.model}"
