"""Links between accounts: attempts on their way, and those that were made."""

from dataclasses import dataclass
from typing import Protocol

from bot.chat.port import Actor, Conversation
from bot.domain.linking import Stage
from bot.ports.records import Noted


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two accounts: ``platform:id``, the name it is shown by, where it acted and in which language."""

    account: str
    name: str
    conversation: Conversation
    language: str = "en"

    @property
    def actor(self) -> Actor:
        """The same as whoever is spoken to alone."""
        platform, _, name = self.account.partition(":")
        return Actor(platform, name, self.name)

    @property
    def shown(self) -> str:
        """As the other side is told: a name may be anybody's, an account is not."""
        return f"{self.name} ({self.account})"


@dataclass(frozen=True, slots=True)
class LinkAttempt:
    """One link on its way; ``second`` is None until somebody typed the code. Times in seconds since the epoch."""

    id: str
    first: Side
    expires_at: float
    stage: Stage = "issued"
    second: Side | None = None


class Links(Protocol):
    """Each step is one guarded change: a code, and a confirmation, count once."""

    async def issue(self, attempt: LinkAttempt, code_hash: str) -> bool:
        """Keep a new attempt in place of the account's open ones; False where it had too many codes lately."""
        ...

    async def enter(self, code_hash: str, second: Side, now: float) -> LinkAttempt | None:
        """Use the code up; None where there is none such, and the try is counted.

        ``Refused("link.too_many_tries")`` where this account typed too many that were none.
        """
        ...

    async def attempt(self, attempt_id: str) -> LinkAttempt | None:
        """The attempt of that id."""
        ...

    async def advance(self, attempt: LinkAttempt, to: Stage, noted: Noted) -> bool:
        """From the stage it is in to the next, with its audit row; False where it moved meanwhile."""
        ...

    async def tie(self, attempt: LinkAttempt, account: str, person: str, noted: Noted) -> bool:
        """The last confirmation: the account is that person's from now on; False where it moved meanwhile."""
        ...

    async def untie(self, account: str, person: str, noted: Noted) -> None:
        """The account is that person's no more; that it was is kept."""
        ...

    async def refresh(self) -> None:
        """Read what was linked since, here or by another process."""
        ...
