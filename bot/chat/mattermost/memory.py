"""What the adapter has to remember over a restart, named by purpose; the store keeps it."""

from typing import Protocol


class Marks(Protocol):
    """Marks by name, shared by all processes of one installation."""

    async def mark(self, name: str, value: str) -> None:
        """Keep a mark."""
        ...

    async def marked(self, name: str) -> str:
        """The mark of that name; empty where there is none."""
        ...


class Presses(Protocol):
    """Which buttons were used up, shared by all processes of one installation."""

    async def use(self, nonce: str, trigger: str) -> bool:
        """Use a button's nonce up, once; True also where this very press is told again, False for every other."""
        ...

    async def say_again(self, key: str, nonce: str) -> None:
        """Have the card that was posted under ``key`` edited as it stands, so that its buttons work again."""
        ...
