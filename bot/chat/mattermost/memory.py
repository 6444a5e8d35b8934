"""What the adapter has to remember over a restart, named by purpose; the store keeps it."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from bot.ports import Notes

USED, TRIGGER = "mattermost:used:", "mattermost:trigger:"
"""Notes: who used a nonce up, and which nonce a trigger was used for."""


class Again(Protocol):
    """Says a card again as it stands."""

    async def say_again(self, key: str, why: str) -> None:
        """Have the card that was posted under ``key`` edited as it stands, once for each ``why``."""
        ...


@dataclass(frozen=True, slots=True)
class Presses:
    """Which buttons were used up, in all processes of one installation."""

    notes: Notes
    again: Again

    async def use(self, nonce: str, by: str) -> bool:
        """Use a button's nonce up, once; True also where this very press is told again, False for every other.

        ``by`` are the person and the trigger: neither a nonce nor a trigger counts a second time elsewhere.
        """
        return await self.bind(nonce, by) and await self._claim(USED + nonce, by)

    async def bind(self, what: str, by: str) -> bool:
        """Take a trigger for one thing; False where it was given for another: it says who acted, and not what for."""
        return await self._claim(TRIGGER + hashlib.sha256(by.encode()).hexdigest(), what)

    async def say_again(self, key: str, nonce: str) -> None:
        """The card gets new buttons in the place of the one that is used up."""
        await self.again.say_again(key, f"press:{nonce}")

    async def _claim(self, name: str, owner: str) -> bool:
        return await self.notes.swap(name, None, owner) or await self.notes.get(name) == owner
