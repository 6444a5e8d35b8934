"""What is heard and said: inbox, outbox, the memory of threads, the doorbell, and who is who."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from bot.chat.port import Actor, Card, Conversation, Event, Message
from bot.domain.environment import Environment
from bot.domain.person import Person
from bot.ports.records import Job, Outgoing


class Inbox(Protocol):
    """Everything heard, stored before it is acknowledged."""

    async def store(self, event: Event, at: float) -> bool:
        """Keep the event under its key; False where that key is there already."""
        ...

    async def claim(self, key: str, owner: str, lease_s: float) -> Event | None:
        """Take one event to work on; None where it is done or another worker's."""
        ...

    async def renew(self, key: str, owner: str, lease_s: float) -> None:
        """Keep the claim; nothing where it is another's by now."""
        ...

    async def give_back(self, key: str, owner: str) -> None:
        """A try failed: the event is due again soon, and later after each further try."""
        ...

    async def done(self, key: str) -> None:
        """The event has had its whole effect."""
        ...

    async def waiting(self, limit: int) -> Sequence[str]:
        """Keys that are neither done nor claimed, oldest first."""
        ...


class Outbox(Protocol):
    """Everything to be said, in order per conversation."""

    async def add(self, messages: Iterable[Outgoing]) -> None:
        """Queue messages that no move causes; a key that is there already is left as it is."""
        ...

    async def message(self, key: str) -> Message | None:
        """The message that was posted under that key; None where it is not out yet.

        ``Refused("request.not_taken")`` where it never will be.
        """
        ...

    async def card(self, key: str) -> Card | None:
        """What is, or was, said under that key; None where nothing was, or it is forgotten."""
        ...


class Threads(Protocol):
    """Short-term memory a thread: bounded, passing, safe for two processes. Losing it loses only the talk."""

    def turn(self, conversation: str) -> AbstractAsyncContextManager["ThreadMemory"]:
        """Hold the thread for one turn; waits for its holder, ``Refused("thread.busy")`` after a while."""
        ...


class ThreadMemory(Protocol):
    """What one thread remembers, while the turn lock is held."""

    history: Sequence[Mapping[str, str]]
    slots: Mapping[str, Any]

    async def add(self, event_key: str, *, role: str, author: str, text: str) -> None:
        """Append one thing said; a key that was added before changes nothing; ``Lost`` where the turn is over."""
        ...

    async def remember(self, slots: Mapping[str, Any]) -> None:
        """Replace the slots."""
        ...


class Jobs(Protocol):
    """The doorbell: a job carries a name and an id, nothing else. Losing it costs only time."""

    async def send(self, job: Job, key: str) -> None:
        """Ring."""
        ...


class People(Protocol):
    """Who is who, from our own records."""

    def person(self, who: Actor) -> Person:
        """The person behind an actor; somebody unknown gets no role at all."""
        ...

    def named(self, person_id: str) -> Person:
        """The person of that id."""
        ...

    def is_named(self, account: str) -> bool:
        """Whether the settings themselves say whose account it is."""
        ...

    def everybody(self) -> Sequence[Person]:
        """Everybody we know, by name: those of the settings, and the members of the groups of the platforms."""
        ...

    def environments(self) -> Mapping[str, Environment]:
        """What holds in each environment, by its name."""
        ...

    def group(self, group_id: str) -> tuple[str, Sequence[Person]]:
        """What a group is called, and who is in it."""
        ...


class Notes(Protocol):
    """What an adapter must still know after a restart, by name: a place in a stream, what a card offered."""

    async def get(self, name: str) -> str | None:
        """The note of that name; None where there is none."""
        ...

    async def put(self, name: str, text: str) -> None:
        """Write it, whatever it was before."""
        ...

    async def swap(self, name: str, before: str | None, after: str) -> bool:
        """Write it where it still is ``before`` (None: where there is none); False, and nothing written, else."""
        ...


@runtime_checkable
class Directory(Protocol):
    """The groups of one platform, as it knows them."""

    async def members(self, group_id: str) -> Sequence[str]:
        """The ids of those who are in it, each ``platform:id``; ``Broken`` where the platform does not answer."""
        ...


@runtime_checkable
class Naming(Protocol):
    """A platform that knows what its people are called."""

    async def name_of(self, account: str) -> str:
        """The name of ``platform:id``; empty where the platform does not tell it now."""
        ...


@dataclass(frozen=True, slots=True)
class Joined:
    """A thread that we take part in since ``at``, in the platform's own seconds; ``thread`` is its key."""

    thread: str
    at: float


class JoinedThreads(Protocol):
    """What a chat adapter keeps across restarts: its threads, and marks such as how far it has read."""

    async def join(self, conversation: Conversation, at: float) -> None:
        """Take part in that thread from ``at`` on; again and again changes only when it was last heard."""
        ...

    async def has(self, conversation: Conversation) -> bool:
        """Whether we take part in that thread: only there are we meant without being named."""
        ...

    async def recent(self, platform: str, since: float, limit: int) -> Sequence[Joined]:
        """Threads of a platform with a word since then, the newest first."""
        ...

    async def mark(self, name: str, value: str) -> None:
        """Keep a mark under a name that begins with the platform's."""
        ...

    async def marked(self, name: str) -> str:
        """The mark of that name; empty where there is none."""
        ...
