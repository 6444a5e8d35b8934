"""The scenario's driver for Matrix: three people with clients of their own on a real Synapse."""

import contextlib
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.chat.matrix.places import Offer, Places
from bot.settings import PersonSetting
from bot.store.notes import SqlNotes
from bot.wiring.app import App
from iac.terraform.toolchain import Toolchain
from tests.conformance.chat.driver import Asked, Degradation, Seen
from tests.conformance.chat.house import working
from tests.conformance.chat.waiting import until
from tests.fixtures.house import settings_for
from tests.fixtures.matrix import Event, Person, text_of
from tests.fixtures.synapse import SERVER, Synapse

ROLES = {"alice": ("requester",), "bob": ("requester", "approver"), "carol": ("requester", "approver")}


@dataclass
class MatrixDriver:
    """Three people and the bot in one room; a thread is named by its root."""

    app: App
    people: Mapping[str, Person]
    bot: str
    room: str
    degradations = frozenset({Degradation.NUMBERS, Degradation.QUESTIONS})
    _last: str = ""
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def places(self) -> Places:
        return Places(SqlNotes(self.app.database))

    @property
    def reader(self) -> Person:
        return self.people["carol"]

    async def say(self, person: str, text: str, thread: str = "") -> str:
        to = () if thread else (self.bot,)
        self._last = await self.people[person].say(self.room, text, thread or None, to=to)
        return thread or self._last

    async def redeliver(self) -> None:
        """As a process hears it that died before it wrote down how far it had heard."""
        ear = self.app.chats["matrix"]._ear  # type: ignore[attr-defined]
        await ear._on_event(self.room, await self.reader.event(self.room, self._last))

    async def bot_messages(self, thread: str) -> Sequence[Seen]:
        place = await self.places.get(self.room, thread)
        offers = place.offers if place else ()
        return [_seen(event, offers) for event in await self._said(thread) if event["content"]["msgtype"] != "m.file"]

    async def history(self, thread: str) -> Sequence[str]:
        texts = []
        for event in await self._said(thread):
            texts.append(str(event["content"]["body"]))
            edits = await self.reader.edits(self.room, event["event_id"])
            texts += [edit["content"]["m.new_content"]["body"] for edit in edits]
        return texts

    async def press(self, person: str, message: Seen, action: str, *, is_late: bool = False) -> bool:
        thread = message.raw["root"]
        number = message.raw["numbers"][action]
        await self.people[person].say(self.room, str(number), thread)
        if not is_late:
            return True

        async def told() -> list[str]:
            return [s.text for s in await self.bot_messages(thread) if f"number {number} " in s.text]

        await until(told, "a word about the number")
        return False

    async def whispers(self, person: str) -> Sequence[str]:
        return [text_of(event) for _, event in await self._private(person)]

    async def command(self, person: str, text: str) -> None:
        await self.people[person].say(self.room, f"!threadform {text}")

    async def form(self, person: str) -> Asked:
        async def found() -> list[Asked]:
            rooms = {room for room, _ in await self._private(person)}
            places = [(room, await self.places.get(room, None)) for room in rooms]
            open_ = [(room, place.asked) for room, place in places if place and place.asked]
            return [Asked(asked.form.id, {i.id: i.default for i in asked.form.inputs}, room) for room, asked in open_]

        return (await until(found, f"a question to {person}"))[0]

    async def fill(self, person: str, form: Asked, values: Mapping[str, str]) -> Mapping[str, str]:
        room, given = str(form.raw), {**form.fields, **values}
        while (asked := await self._asked(room)) is not None and asked.question is not None:
            before, number = await self._answered(room), next(self._count)
            await self.people[person].say(room, given[asked.question.id] or "-")

            async def is_taken(before: object = before) -> bool:
                return await self._answered(room) != before

            await until(is_taken, f"answer {number} to be taken")
            now = await self._asked(room)
            if now is not None and len(now.answers) <= len(asked.answers):
                assert now.question is not None
                return {now.question.id: text_of((await self._private(person))[-1][1])}
        return {}

    async def started(self, text: str) -> str:
        async def found() -> list[str]:
            timeline = await self.reader.timeline(self.room)
            ours = [e for e in timeline if e["sender"] == self.bot and e["type"] == "m.room.message"]
            return [_root_of(e) for e in ours if text in text_of(e)]

        return (await until(found, f"a thread that says {text!r}"))[0]

    async def files(self, thread: str) -> Mapping[str, str]:
        said = [event["content"] for event in await self._said(thread) if event["content"]["msgtype"] == "m.file"]
        return {content["body"]: await self.reader.file(content["url"]) for content in said}

    async def _asked(self, room: str) -> Any:
        place = await self.places.get(room, None)
        return place.asked if place else None

    async def _answered(self, room: str) -> Any:
        """What is asked, and which answers were taken: an answer that is wrong leaves the question as it was."""
        place = await self.places.get(room, None)
        return (place.asked, place.seen) if place else None

    async def _said(self, thread: str) -> Sequence[Event]:
        return [event for event in await self.reader.thread(self.room, thread) if event["sender"] == self.bot]

    async def _private(self, person: str) -> Sequence[tuple[str, Event]]:
        """What the bot said where nobody else is, in order."""
        me = self.people[person]
        rooms = [room for room in await me.rooms() if room != self.room]
        told = [(room, event) for room in rooms for event in await me.timeline(room)]
        return [(room, e) for room, e in told if e["sender"] == self.bot and e["type"] == "m.room.message"]


@contextlib.asynccontextmanager
async def on_matrix(home: Path, toolchain: Toolchain, synapse: Synapse) -> AsyncIterator[MatrixDriver]:
    """The product on a homeserver, with three people of its own in a room with the bot."""
    mark = home.name.replace("_", "-")
    accounts = {name: synapse.register(f"{name}-{mark}", name.title()) for name in ROLES}
    bot = synapse.register(f"threadform-{mark}", "Threadform")
    people = [
        PersonSetting(id=f"matrix:{accounts[name].user}", name=name.title(), roles=roles)
        for name, roles in ROLES.items()
    ]
    settings = settings_for(home, toolchain, people=people, matrix_url=synapse.url, matrix_token=bot.token)
    async with contextlib.AsyncExitStack() as stack:
        clients = {name: Person.on(synapse.url, account) for name, account in accounts.items()}
        for person in clients.values():
            stack.push_async_callback(person.http.aclose)
        app = await stack.enter_async_context(working(settings))
        alice = clients["alice"]
        room = await alice.room(bot.user, *(p.id for name, p in clients.items() if name != "alice"))
        for name in ("bob", "carol"):
            await clients[name].join(room)

        async def is_in() -> bool:
            joined = await alice.call("GET", f"/rooms/{room}/joined_members")
            return bot.user in joined["joined"]

        await until(is_in, "the bot to come into the room")
        assert bot.user.endswith(SERVER)
        yield MatrixDriver(app, clients, bot.user, room)


def _seen(event: Event, offers: Sequence[Offer]) -> Seen:
    root = _root_of(event)
    choices = [choice for offer in offers if offer.event == event["event_id"] for choice in offer.choices]
    text = text_of(event)
    # What is written down and not shown yet cannot be pressed by anybody.
    numbers = {c.button.action: c.number for c in choices if f"**{c.number}** {c.button.label}" in text}
    return Seen(str(event["event_id"]), text, tuple(numbers), {"root": root, "numbers": numbers})


def _root_of(event: Event) -> str:
    """The thread that an event stands in, or begins."""
    return str(event["content"].get("m.relates_to", {}).get("event_id", event["event_id"]))
