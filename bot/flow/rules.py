"""What an operator decides about plans, as one value; and the refusal that names every rule that was broken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.environment import Environment
from bot.domain.errors import Refused, Sentence
from bot.domain.quota import Quotas
from iac.cost import Prices
from iac.spec import Address


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one installation, as they are today: what was planned under others is judged by these."""

    environments: Mapping[str, Environment]
    vmids: range
    addresses: Mapping[str, Sequence[Address]]
    login_users: Mapping[str, str]
    shared_keys: tuple[str, ...]
    approval_s: float
    lease_s: float
    quotas: Quotas = field(default_factory=Quotas)
    protected: tuple[str, ...] = ()
    prices: Prices | None = None

    def environment(self, name: str) -> Environment:
        """The environment of that name; ``Refused`` where there is none (any more)."""
        found = self.environments.get(name)
        if found is None:
            raise Refused("environment.unknown", environment=name, environments=tuple(self.environments))
        return found


class Violated(Refused):
    """Rules were broken; ``reasons`` are the violations after the first."""

    def __init__(self, found: Sequence[Sentence]) -> None:
        """``found`` is not empty."""
        super().__init__(found[0].key, **found[0].values)
        self.reasons = tuple(found[1:])
