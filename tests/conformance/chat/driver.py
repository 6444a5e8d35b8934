"""What a platform does for the scenario: people who write, press and fill in, and what they then see.

A driver for one platform is a class with these methods, and an async context manager that starts the platform, builds
the product for it (``working`` in ``house.py``), yields the driver and ends both. See ``on_web.py`` for the smallest
one. A test file beside it then says ``class TestOnX(Scenario)`` and has a module-scoped fixture ``driver``.

People are called ``alice`` (requester), ``bob`` and ``carol`` (requesters and approvers). Threads, messages and forms
are named by whatever the driver likes; the scenario only hands them back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from bot.wiring.app import App


class Degradation(Enum):
    """What a platform cannot do, and what it does instead. Whatever is not declared is asserted in full."""

    NUMBERS = "no buttons: numbered replies"
    QUESTIONS = "no forms: questions in the thread, one after the other"
    WHOLE_DIFF = "a long diff is never cut: it is folded and stands whole in the page, and can be downloaded"


@dataclass(frozen=True, slots=True)
class Seen:
    """One message of the bot as it stands: all that a person reads of it, and what can be pressed (our own actions)."""

    id: str
    text: str
    actions: tuple[str, ...] = ()
    raw: Any = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that is open in front of one person: input id -> what stands in it now."""

    id: str
    fields: Mapping[str, str]
    raw: Any = field(default=None, compare=False)


class Driver(Protocol):
    """One platform with the product behind it."""

    app: App
    degradations: frozenset[Degradation]

    async def say(self, person: str, text: str, thread: str = "") -> str:
        """Write to the bot: a mention that begins a thread, or a plain reply in one; the thread. Returns when taken."""
        ...

    async def redeliver(self) -> None:
        """Bring what was said last to the product once more, as the platform does when it is not sure."""
        ...

    async def bot_messages(self, thread: str) -> Sequence[Seen]:
        """What everybody sees of the bot in a thread, in order, each message as it stands now."""
        ...

    async def history(self, thread: str) -> Sequence[str]:
        """Every text that the bot's messages of a thread ever had, edits too."""
        ...

    async def press(self, person: str, message: Seen, action: str, *, is_late: bool = False) -> bool:
        """Press a button. ``is_late``: the message has lost it meanwhile; False where the platform itself says no."""
        ...

    async def whispers(self, person: str) -> Sequence[str]:
        """What this person was told and nobody else could read, oldest first."""
        ...

    async def command(self, person: str, text: str) -> None:
        """The platform's own command of ours (such as /threadform) with these words, in the channel."""
        ...

    async def form(self, person: str) -> Asked:
        """The form in front of this person, as soon as there is one."""
        ...

    async def fill(self, person: str, form: Asked, values: Mapping[str, str]) -> Mapping[str, str]:
        """Send a form, what is not named as it stands; input id -> what is wrong, where it stays open."""
        ...

    async def started(self, text: str) -> str:
        """The thread in which the bot began to speak by itself and said these words, as soon as there is one."""
        ...

    async def files(self, thread: str) -> Mapping[str, str]:
        """Files that the bot attached in a thread (or that its messages there offer): name -> content."""
        ...
