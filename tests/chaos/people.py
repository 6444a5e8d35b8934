"""What Alice asks and Bob approves, and when a request is over: by the database, never by a timer."""

import asyncio
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from bot.chat.port import Actor, Conversation, Pressed, Said
from bot.domain.run import TERMINAL, RunState
from bot.store.database import Database
from bot.store.models import attempts, inbox, outbox, runs
from tests.chaos.platform import Platform
from tests.fixtures.recorder import button

LOOK_S = 0.4
PATIENCE_S = 400.0
TWO_CLICKS = 0.15
"""The share of approvals that are clicked twice."""


@dataclass
class Request:
    """One wish: who asked when, what was pressed, and when everything about it was over."""

    number: int
    asked_at: float = 0.0
    done_at: float = 0.0
    keys: list[str] = field(default_factory=list)
    pressed: set[str] = field(default_factory=set)
    is_given_up: bool = False

    @property
    def guest(self) -> str:
        return f"chaos{self.number:03d}"

    @property
    def conversation(self) -> Conversation:
        return Conversation("test", "local", "main", f"t{self.number}")

    @property
    def is_open(self) -> bool:
        return self.asked_at > 0 and self.done_at == 0 and not self.is_given_up

    def was_open_at(self, moment: float) -> bool:
        return self.asked_at <= moment and (self.done_at == 0 or moment <= self.done_at)


@dataclass
class People:
    """Everybody in front of one world."""

    chat: Platform
    dice: random.Random

    def ask(self, request: Request) -> None:
        request.asked_at = time.time()
        text = f"1c/1g ubuntu 24.04, 10 GB, call it {request.guest}"
        key = f"say-{request.number}"
        request.keys.append(key)
        self.chat.deliver(Said(key, request.conversation, _who("alice"), text=text, is_to_bot=True))

    def decide(self, request: Request) -> None:
        """Bob presses Approve on each card that waits for it, once; sometimes his finger slips and it is twice."""
        for card in self.chat.newest(request.conversation.key):
            value = button(card, "approve")
            if value is None or value in request.pressed:
                continue
            request.pressed.add(value)
            for _ in range(2 if self.dice.random() < TWO_CLICKS else 1):
                key = f"press-{request.number}-{len(request.keys)}"
                request.keys.append(key)
                self.chat.deliver(Pressed(key, request.conversation, _who("bob"), action="approve", value=value))

    async def attend(self, database: Database, requests: Sequence[Request], at_a_time: int) -> None:
        """Ask them all, so many at a time; until each is over, or nobody has the patience for it any more."""
        waiting = list(requests)
        while waiting or any(request.is_open for request in requests):
            is_open = [request for request in requests if request.is_open]
            for request in waiting[: at_a_time - len(is_open)]:
                self.ask(request)
                waiting.remove(request)
            for request in is_open:
                self.decide(request)
                request.is_given_up = time.time() - request.asked_at > PATIENCE_S
            for request in await finished(database, is_open):
                request.done_at = time.time()
            await asyncio.sleep(LOOK_S)


async def finished(database: Database, requests: Iterable[Request]) -> Sequence[Request]:
    """Those about which nothing is left to do or to say."""
    async with database.reading() as connection:
        unheard = set((await connection.execute(select(inbox.c.key).where(inbox.c.done_at.is_(None)))).scalars())
        heard = set((await connection.execute(select(inbox.c.key))).scalars()) - unheard
        unsent = select(outbox.c.thread).where(outbox.c.sent_at.is_(None), outbox.c.failed_at.is_(None))
        silent = set((await connection.execute(unsent)).scalars())
        rows = (await connection.execute(select(runs.c.conversation, runs.c.id, runs.c.state, runs.c.closed_at))).all()
        tried = set((await connection.execute(select(attempts.c.run_id))).scalars())
    ended: dict[str, bool] = {}
    for row in rows:
        ended[row.conversation] = ended.get(row.conversation, True) and _is_over(row, tried)
    return [r for r in requests if set(r.keys) <= heard and _thread(r) not in silent and ended.get(_thread(r), False)]


def _is_over(row: "Mapping[str, object] | object", tried: set[str]) -> bool:
    state = RunState(getattr(row, "state"))  # noqa: B009 - a row of SQL has no type
    is_reported = getattr(row, "closed_at") is not None or getattr(row, "id") not in tried  # noqa: B009
    return state in TERMINAL and is_reported


def _thread(request: Request) -> str:
    return request.conversation.key


def _who(name: str) -> Actor:
    return Actor("test", name, name.title())
