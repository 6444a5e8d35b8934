"""One turn while it is worked on: what is known, one shared reading of the cluster, and the outcome."""

import asyncio
import re
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from agents.contracts import Act, Desk, Issue, Language, Manifests, Proposal, Reply, Turn, Understood
from agents.nodes.beside import Album
from agents.nodes.settings import CrewSettings
from agents.rules.conversing import Said, acts_now
from agents.rules.intents import Memory, offers
from agents.rules.language import leaning
from agents.rules.page import fold
from agents.rules.protecting import protection_in
from agents.rules.reading import Reading, read_message
from agents.rules.remembered import Remembered
from agents.rules.review import Reality
from agents.rules.seen import NOTHING, Seen, seen_in
from agents.rules.shapes import Draft, Wish
from agents.rules.spoken import named_last
from agents.rules.world import NOWHERE, World, world_of
from iac.inventory import Cluster, Inventory


class NoAnswer(Exception):
    """An agent ended without an answer: its model failed or its budget was spent."""


@dataclass
class Work:
    """Everything that one turn shares between its agents. It lives as long as the turn."""

    turn: Turn
    settings: CrewSettings
    cluster: Cluster
    desk: Desk
    known: Remembered
    language: Language
    outcome: Reply | Proposal | None = None
    understood: Understood | None = None
    is_part_declined: bool = False
    asked: Draft | None = None
    manifests: Manifests | None = None
    album: Album | None = None
    rejected: list[Issue] = field(default_factory=list)
    lookups: int = 0
    _inventory: Inventory | None = None
    _read: tuple[tuple[bool, Remembered], Reading] | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def inventory(self) -> Inventory:
        """The cluster as it was when this turn first looked; ``ClusterSilent`` where it does not answer."""
        async with self._reading:
            if self._inventory is None:
                self._inventory = await self.cluster.read()
            return self._inventory

    @property
    def seen(self) -> Seen:
        """The names of the cluster, none before the first look."""
        return seen_in(self._inventory) if self._inventory else NOTHING

    @property
    def is_part_understood(self) -> bool:
        """Whether something was understood beside what was declined."""
        return self.understood is not None and self.understood.intent != "policy_bypass"

    @property
    def now(self) -> datetime:
        """What relative dates are counted from."""
        return self.turn.said_at or datetime.now(UTC)

    @property
    def world(self) -> World:
        """What a message may refer to; nothing before the first look."""
        if self._inventory is None:
            return NOWHERE
        return world_of(self._inventory, self.turn.around, self.turn.rights, self.now)

    def acts(self) -> list[Act]:
        """What the message asks of what exists; guests of the request that stands are no such guests."""
        world = self.world
        known = {name.lower() for name in self.known.names}
        others = tuple(b for b in world.beings if b.name.lower() not in known)
        there = replace(world, beings=others)
        return protection_in(self.turn.text, there) or acts_now(
            self.turn.text, self.known, there, leaning(self.turn.text), self._said(there)
        )

    def _said(self, world: World) -> Said:
        """What was said last; no guests while a request for new ones is what the thread is about."""
        texts = [past.text for past in self.turn.history[:-3:-1]]
        is_new = self.known.has_request or bool(self.known.pending)
        spoken = () if is_new else tuple(named_last(texts, world))
        is_of_snapshots = any(re.search(r"snap|instantan", fold(text)) for text in texts)
        return Said(spoken, self.memory.is_offered, is_of_snapshots)

    @property
    def memory(self) -> Memory:
        """What routing needs of the past."""
        said = self.turn.history[-1] if self.turn.history else None
        is_offered = said is not None and said.role == "bot" and offers(said.text)
        return Memory(bool(self.known.pending), self.known.has_request, is_offered)

    @property
    def reality(self) -> Reality:
        """What a draft is judged by; the cluster has been looked at."""
        if self._inventory is None:
            raise RuntimeError("a draft is judged before the cluster was looked at")
        s = self.settings
        return Reality(self._inventory, s.limits, s.environments, frozenset(self.known.proposed))

    @property
    def environment(self) -> str:
        """Where a request goes that names no environment."""
        return self.settings.default_environment

    def begin(self) -> None:
        """Start a new request: nothing of an earlier one is carried over, and its guests are no longer this one's."""
        self.known = Remembered(language=self.language, requests=self.known.requests + 1)

    def reading(self) -> Reading:
        """What the message says about guests; read once, and again after the first look at the cluster."""
        key = (self._inventory is not None, self.known)
        if self._read is None or self._read[0] != key:
            self._read = (key, self._reading_now())
        return self._read[1]

    def _reading_now(self) -> Reading:
        from_pending = [{"memory": "memory_mb", "disk": "disk_gb"}.get(slot, slot) for slot in self.known.pending]
        return read_message(self.turn.text, self.seen, from_pending, self.known.names, self.now)

    def said(self) -> str:
        """All words of people in the thread, for evidence."""
        past = [p.text for p in self.turn.history if p.role == "person"]
        return "\n".join([*past, self.turn.text, *self.turn.answers.values()])

    def remember(self, wish: Wish, **more: object) -> dict[str, object]:
        """The slots to come back next turn."""
        answered = [slot for slot in self.known.pending if slot not in _slots_in(more.get("pending"))]
        update = {"language": self.language, "wish": wish, "pending": {}, "answered": answered, **more}
        return self.known.model_copy(update=update).as_slots()


def _slots_in(pending: object) -> tuple[str, ...]:
    return tuple(pending) if isinstance(pending, dict) else ()


WORK: ContextVar[Work] = ContextVar("work_of_the_turn")
