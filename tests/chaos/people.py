"""What Alice asks and Bob approves, who finishes what broke, and when a request is over: by the database alone."""

import asyncio
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from bot.chat.cards import TYPED
from bot.chat.port import Actor, Conversation, Event, Filled, Pressed, Said
from bot.domain.approval import CONFIRM
from bot.domain.mending import FINISH
from bot.domain.run import TERMINAL, RunState
from bot.store.database import Database
from bot.store.models import attempts, inbox, outbox, runs
from tests.chaos.platform import Platform
from tests.fixtures.recorder import button

LOOK_S = 0.4
PATIENCE_S = 300.0
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
    finishes: int = 0
    is_given_up: bool = False

    @property
    def guest(self) -> str:
        return f"chaos{self.number:03d}"

    @property
    def image(self) -> str:
        """Two templates, so that not every clone waits for all the others."""
        return ("ubuntu 24.04", "debian 12")[self.number % 2]

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
        text = f"1c/1g {request.image}, 10 GB, call it {request.guest}"
        key = f"say-{request.number}"
        self._deliver(request, Said(key, request.conversation, _who("alice"), text=text, is_to_bot=True))

    def decide(self, request: Request) -> None:
        """Each card that waits for it gets its press, once; sometimes a finger slips and it is twice.

        Bob approves. What broke is finished: Alice presses the button, and Carol says yes to the rest; where a
        half-made guest has to be built again that takes its name typed, and a right that Bob does not have.
        """
        for card in self.chat.newest(request.conversation.key):
            for action in ("approve", FINISH):
                value = button(card, action)
                if value is not None and f"{action} {value}" not in request.pressed:
                    request.pressed.add(f"{action} {value}")
                    request.finishes += action == FINISH
                    for _ in range(2 if self.dice.random() < TWO_CLICKS else 1):
                        self._press(request, action, value)

    def _press(self, request: Request, action: str, value: str) -> None:
        key, where = f"press-{request.number}-{len(request.keys)}", request.conversation
        if action == FINISH:
            self._deliver(request, Pressed(key, where, _who("alice"), action=FINISH, value=value))
        elif request.finishes:
            typed = {TYPED: request.guest}
            self._deliver(request, Filled(key, where, _who("carol"), form=f"{CONFIRM}{value}", values=typed))
        else:
            self._deliver(request, Pressed(key, where, _who("bob"), action="approve", value=value))

    def _deliver(self, request: Request, event: Event) -> None:
        request.keys.append(event.dedupe)
        self.chat.deliver(event)

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
        chosen = select(runs.c.conversation, runs.c.id, runs.c.state, runs.c.closed_at).order_by(runs.c.revision)
        rows = (await connection.execute(chosen)).all()
        tried = set((await connection.execute(select(attempts.c.run_id))).scalars())
    ended: dict[str, bool] = {}
    last: dict[str, bool] = {}
    for row in rows:
        is_broken = row.state == RunState.ERRORED.value and row.id in tried  # is finished, if it is the last one
        ended[row.conversation] = ended.get(row.conversation, True) and _is_over(row, tried)
        last[row.conversation] = not is_broken
    over = {thread for thread, is_over in ended.items() if is_over and last[thread] and thread not in silent}
    return [r for r in requests if set(r.keys) <= heard and _thread(r) in over]


def _is_over(row: "Mapping[str, object] | object", tried: set[str]) -> bool:
    state = RunState(getattr(row, "state"))  # noqa: B009 - a row of SQL has no type
    is_reported = getattr(row, "closed_at") is not None or getattr(row, "id") not in tried  # noqa: B009
    return state in TERMINAL and is_reported


def _thread(request: Request) -> str:
    return request.conversation.key


def _who(name: str) -> Actor:
    return Actor("test", name, name.title())
