"""The second way out: how something is said where the chat does not take it."""

from dataclasses import dataclass
from typing import Protocol

from bot.chat.port import Card
from bot.domain.severity import Severity


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said by another way. ``key`` names it for ever; ``text`` is plain and holds no secret.

    ``card`` is what it was made from, for a way that can show one.
    """

    key: str
    severity: Severity
    title: str
    text: str
    card: Card


class SecondWay(Protocol):
    """E-mail, a push service, another chat."""

    async def send(self, notice: Notice) -> None:
        """Say it; raises where it did not go out, and is asked again later."""
        ...
