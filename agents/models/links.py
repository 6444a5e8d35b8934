"""What an operator says about the live models, as values. No ADK in here: settings are read long before a turn."""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["gemini", "openai", "local"]
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in EUR for a million tokens; what it thinks costs as much as what it says."""

    input_eur: float
    output_eur: float

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """The price of so many tokens, in EUR."""
        return (tokens_in * self.input_eur + tokens_out * self.output_eur) / MILLION


@dataclass(frozen=True, slots=True)
class ModelLink:
    """One live model of the chain: ``gemini``, or an endpoint that speaks OpenAI's protocol.

    That is ``openai`` for somebody else's, ``local`` for one's own, which needs no key. ``timeout_s`` bounds one
    answer, ``tries`` how often one is asked for where the endpoint is busy or away, ``retry_s`` is the first pause
    between two tries. ``price`` is None where nobody has said what it costs. ``transport`` replaces the network for
    tests (an ``httpx`` async transport).
    """

    kind: Kind
    model: str
    api_key: str = field(repr=False)
    base_url: str | None = None
    timeout_s: float = 20.0
    tries: int = 3
    retry_s: float = 0.5
    max_failures: int = 3
    rest_s: float = 60.0
    price: Price | None = None
    transport: Any = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        """How traces and notes name it."""
        return f"{self.kind}:{self.model}"
