"""The scenario's driver for the web page: its doors over HTTP, and its log as the page shows it to each person."""

import contextlib
import itertools
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from starlette.applications import Starlette

from bot.chat.port import Buttons, Diff, Form
from bot.chat.web.bodies import EDIT, Posted, Standing, fold, parse_body, read_all
from bot.wiring.app import App
from iac.terraform.toolchain import Toolchain
from tests.conformance.chat.driver import Asked, Degradation, Seen
from tests.conformance.chat.house import working
from tests.conformance.chat.waiting import until
from tests.fixtures.house import settings_for
from tests.fixtures.page import BASE
from tests.fixtures.recorder import text_of

PEOPLE = ("alice", "bob", "carol")


@dataclass
class WebDriver:
    """Three people with a cookie each."""

    app: App
    browsers: Mapping[str, httpx.AsyncClient]
    degradations = frozenset({Degradation.WHOLE_DIFF})
    _last: tuple[str, dict[str, str]] = ("", {})
    _used: set[str] = field(default_factory=set)
    _threads: "itertools.count[int]" = field(default_factory=itertools.count)

    async def say(self, person: str, text: str, thread: str = "") -> str:
        self._last = person, {"nonce": secrets.token_hex(12), "text": text, "thread": thread}
        return str((await self._post(person, "/say", self._last[1])).json()["thread"])

    async def redeliver(self) -> None:
        await self._post(self._last[0], "/say", self._last[1])

    async def bot_messages(self, thread: str) -> Sequence[Seen]:
        room = self.app.chat.room
        return [_seen(row) for row in await self._rows([room.conversation(thread).key])]

    async def history(self, thread: str) -> Sequence[str]:
        room = self.app.chat.room
        rows = await read_all(room.log, 0, [room.conversation(thread).key])
        bodies = [parse_body("card", row.body) for row in rows if row.kind in ("card", EDIT) and '"card"' in row.body]
        return [text_of(body.card) for body in bodies if isinstance(body, Posted)]

    async def press(self, person: str, message: Seen, action: str, *, is_late: bool = False) -> bool:
        row: Standing = message.raw
        value = next(b.value for b in _buttons(row) if b.action == action)
        sent = {"nonce": secrets.token_hex(12), "message": row.seq, "action": action, "value": value}
        answer = await self.browsers[person].post("/press", json=sent)
        if is_late:
            assert answer.status_code == httpx.codes.CONFLICT, answer.text
            return False
        assert answer.status_code == httpx.codes.OK, answer.text
        return True

    async def whispers(self, person: str) -> Sequence[str]:
        return [_seen(row).text for row in await self._rows(await self._private(person))]

    async def command(self, person: str, text: str) -> None:
        await self.say(person, f"/{text}")

    async def form(self, person: str) -> Asked:
        async def found() -> list[Standing]:
            rows = await self._rows(await self._private(person))
            return [row for row in rows if _form(row) and f"{person} {row.seq}" not in self._used]

        row = (await until(found, f"a form for {person}"))[-1]
        form = _form(row)
        assert form is not None
        return Asked(form.id, {asked.id: asked.default for asked in form.inputs}, row)

    async def fill(self, person: str, form: Asked, values: Mapping[str, str]) -> Mapping[str, str]:
        row: Standing = form.raw
        sent = {"message": row.seq, "form": form.id, "values": {**form.fields, **values}}
        answer = await self.browsers[person].post("/fill", json={"nonce": secrets.token_hex(12), **sent})
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            return dict(answer.json()["fields"])
        assert answer.status_code == httpx.codes.OK, answer.text
        self._used.add(f"{person} {row.seq}")
        return {}

    async def started(self, text: str) -> str:
        async def found() -> list[str]:
            known = [listed.thread for listed in await self.app.chat.room.threads()]
            return [t for t in known if any(text in seen.text for seen in await self.bot_messages(t))]

        return (await until(found, f"a thread that says {text!r}"))[0]

    async def files(self, thread: str) -> Mapping[str, str]:
        found = {}
        for seen in await self.bot_messages(thread):
            row: Standing = seen.raw
            assert isinstance(row.body, Posted)
            for at, part in enumerate(row.body.card.parts):
                if isinstance(part, Diff):
                    answer = await self.browsers["alice"].get(f"/diff/{row.seq}/{at}?download=1")
                    found[part.name] = answer.raise_for_status().text
        return found

    async def _private(self, person: str) -> Sequence[str]:
        room = self.app.chat.room
        return [room.private(listed.thread, person) for listed in await room.threads()]

    async def _rows(self, audiences: Sequence[str]) -> Sequence[Standing]:
        rows = fold(await read_all(self.app.chat.room.log, 0, audiences)).values()
        return [row for row in rows if isinstance(row.body, Posted)]

    async def _post(self, person: str, path: str, sent: Mapping[str, object]) -> httpx.Response:
        return (await self.browsers[person].post(path, json=sent)).raise_for_status()


@contextlib.asynccontextmanager
async def on_web(home: Path, toolchain: Toolchain) -> AsyncIterator[WebDriver]:
    """The product with its page; the lab's own people are in front of it."""
    async with working(settings_for(home, toolchain, people=())) as app, entered(app, PEOPLE) as driver:
        yield driver


@contextlib.asynccontextmanager
async def entered(app: App, people: Sequence[str]) -> AsyncIterator[WebDriver]:
    """These people at the page of a product that works."""
    async with contextlib.AsyncExitStack() as stack:
        browsers = {}
        for person in people:
            transport = httpx.ASGITransport(Starlette(routes=app.chat.routes()))
            client = httpx.AsyncClient(transport=transport, base_url=BASE, headers={"origin": BASE})
            browsers[person] = await stack.enter_async_context(client)
            assert (await client.get(app.chat.link(person=person))).is_redirect
        yield WebDriver(app, browsers)


def _seen(row: Standing) -> Seen:
    assert isinstance(row.body, Posted)
    return Seen(str(row.seq), text_of(row.body.card), tuple(b.action for b in _buttons(row)), row)


def _buttons(row: Standing) -> Sequence[object]:
    assert isinstance(row.body, Posted)
    return [button for part in row.body.card.parts if isinstance(part, Buttons) for button in part.items]


def _form(row: Standing) -> Form | None:
    assert isinstance(row.body, Posted)
    forms = [part for part in row.body.card.parts if isinstance(part, Form) and part.id not in row.body.answers]
    return forms[0] if forms else None
