"""What the adapter has to remember over a restart, named by purpose; the store keeps it."""

from collections.abc import Mapping
from typing import Protocol


class Memory(Protocol):
    """Shared by all processes of one installation."""

    async def use(self, nonce: str, trigger: str) -> bool:
        """Use a button's nonce up, once; True also where this very press is told again, False for every other."""
        ...

    async def say_again(self, key: str, press: str) -> None:
        """Have the card that was posted under ``key`` edited as it stands, so that its buttons work again."""
        ...

    async def marks(self) -> Mapping[str, int]:
        """Up to when each channel was heard: its id -> milliseconds."""
        ...

    async def keep(self, marks: Mapping[str, int]) -> None:
        """Remember up to when channels were heard; never an earlier moment than before."""
        ...
