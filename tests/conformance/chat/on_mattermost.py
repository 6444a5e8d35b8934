"""The scenario's driver for Mattermost: the fake of ``tests/fixtures/mattermost``, with its server between all."""

import asyncio
import base64
import contextlib
import copy
import itertools
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlalchemy import select

from bot.__main__ import _parser
from bot.chat.mattermost.dialogs import MARK, OWN
from bot.cli.mattermost import _setup
from bot.cli.serve import _serve
from bot.settings import PersonSetting, Settings
from bot.store.models import inbox
from bot.wiring.app import App
from iac.terraform.toolchain import Toolchain
from tests.conformance.chat.driver import Asked, Degradation, Seen
from tests.conformance.chat.house import working
from tests.conformance.chat.waiting import until
from tests.fixtures.house import settings_for
from tests.fixtures.mattermost.person import Person
from tests.fixtures.mattermost.server import Account, FakeMattermost, open_mattermost
from tests.fixtures.mattermost.world import OPEN, Post
from tests.fixtures.ports import free_port

NAMES = ("alice", "bob", "carol")
ROLES: Mapping[str, tuple[Literal["requester", "approver", "destroyer"], ...]] = {
    "alice": ("requester",),
    "bob": ("requester", "approver"),
    "carol": ("requester", "approver", "destroyer"),
}
COMMAND = "threadform"
GONE = 404


@dataclass
class MattermostDriver:
    """Three people in channels of their own: a thread is the id of its root."""

    app: App
    server: FakeMattermost
    bot: Account
    people: Mapping[str, Person]
    degradations: frozenset[Degradation] = frozenset()
    _last: Post | None = None
    _at: dict[str, str] = field(default_factory=dict)
    _rooms: "itertools.count[int]" = field(default_factory=itertools.count)

    async def say(self, person: str, text: str, thread: str = "") -> str:
        if thread:
            where = self.server.world.posts[thread].channel_id
            self._last = await self.people[person].say(text, root_id=thread, channel_id=where)
        else:
            self._last = await self.people[person].say(f"@{self.bot.user.username} {text}", channel_id=self._room())
        await until(lambda: self._is_stored(self._last), f"{text!r} in the inbox")
        return self._last.root_id or self._last.id

    async def redeliver(self) -> None:
        """As after a gap: the same post, under a new number."""
        assert self._last is not None
        await self.server.repeat(self._last)

    async def bot_messages(self, thread: str) -> Sequence[Seen]:
        return [_seen(copy.deepcopy(post)) for post in self.server.said_by(self.bot.user, thread)]

    async def history(self, thread: str) -> Sequence[str]:
        ids = {post.id for post in self.server.said_by(self.bot.user, thread)}
        return [post.message for post in self.server.world.posts.values() if {post.id, post.original_id} & ids]

    async def press(self, person: str, message: Seen, action: str, *, is_late: bool = False) -> bool:
        who, post = self.people[person], message.raw
        button = next(act["id"] for act in post.actions() if _action(act) == action)
        self._at[person] = post.channel_id
        answer = await who.press(post, button)
        if is_late:
            assert answer.status == GONE, answer
            return False
        assert answer.is_ok, answer
        await self._confirm(who, post.channel_id)
        return True

    async def whispers(self, person: str) -> Sequence[str]:
        return [post["message"] for post in self.people[person].whispers()]

    async def command(self, person: str, text: str) -> None:
        self._at[person] = self._room()
        answer = await self.people[person].command(f"/{COMMAND} {text}", channel_id=self._at[person])
        assert answer.is_ok, answer

    async def form(self, person: str) -> Asked:
        opened = await self.people[person].dialog()
        elements = [each for each in opened["dialog"]["elements"] if not each["name"].endswith(OWN)]
        return Asked(opened["trigger_id"], {each["name"]: _value(each) for each in elements}, opened)

    async def fill(self, person: str, form: Asked, values: Mapping[str, str]) -> Mapping[str, str]:
        elements = {each["name"]: each for each in form.raw["dialog"]["elements"]}
        sent: dict[str, Any] = {name: each["default"] for name, each in elements.items()}
        for name, value in values.items():
            sent[name] = MARK + value if elements[name]["type"] == "select" else value
        answer = await self.people[person].submit(form.raw, sent, channel_id=self._at[person])
        assert answer.is_ok, answer
        assert "error" not in answer.said, answer
        return dict(answer.said.get("errors", {}))

    async def started(self, text: str) -> str:
        async def found() -> list[str]:
            return [post.root_id or post.id for post in self.server.said_by(self.bot.user) if text in post.message]

        return (await until(found, f"a thread that says {text!r}"))[0]

    async def files(self, thread: str) -> Mapping[str, str]:
        posts = self.server.said_by(self.bot.user, thread)
        return {name: body.decode() for post in posts for name, body in self.server.files_of(post).items()}

    async def _confirm(self, who: Person, channel_id: str) -> None:
        """A button that asks once more did so before the press was answered: say yes."""
        world = self.server.world
        asked = [opened for user_id, opened in world.dialogs if user_id == who.id and not opened["dialog"]["elements"]]
        for opened in asked:
            world.dialogs.remove((who.id, opened))
            assert (await who.submit(opened, {}, channel_id=channel_id)).is_ok

    async def _is_stored(self, post: Post | None) -> bool:
        assert post is not None
        async with self.app.database.reading() as connection:
            keys = (await connection.execute(select(inbox.c.key))).scalars().all()
        return any(post.id in key for key in keys)

    def _room(self) -> str:
        """A channel that nobody has written in."""
        members = (self.bot.user, *(person.user for person in self.people.values()))
        return self.server.add_channel(f"room-{next(self._rooms)}", OPEN, *members).id


@dataclass(frozen=True)
class Site:
    """The fake with a bot on it, and the settings of an installation that may live several times."""

    server: FakeMattermost
    bot: Account
    people: Mapping[str, Person]
    settings: Settings

    @contextlib.asynccontextmanager
    async def alive(self) -> AsyncIterator[MattermostDriver]:
        """One life of the product."""
        async with working(self.settings) as app, _called(app):
            await self.server.until(lambda: self.server.hub.connected(self.bot.id), "the product's websocket")
            yield MattermostDriver(app, self.server, self.bot, self.people)


@contextlib.asynccontextmanager
async def installed(home: Path, toolchain: Toolchain, **more: object) -> AsyncIterator[Site]:
    """The fake, set up by ``threadform mattermost setup`` as its page says."""
    async with open_mattermost() as server:
        people = {name: server.person(name) for name in NAMES}
        at = {"mattermost_callback_port": free_port(), **more}
        found = await _set_up(server, home, settings_for(home, toolchain, **at))
        bot = Account(server.world.named(COMMAND), found["mattermost_token"])
        server.channel.members.add(bot.id)
        yield Site(server, bot, people, settings_for(home, toolchain, people=_people(people), **at, **found))


@contextlib.asynccontextmanager
async def on_mattermost(home: Path, toolchain: Toolchain, **more: object) -> AsyncIterator[MattermostDriver]:
    """The product connected to the fake."""
    async with installed(home, toolchain, **more) as site, site.alive() as driver:
        yield driver


async def _set_up(server: FakeMattermost, home: Path, settings: Settings) -> dict[str, str]:
    """What an admin does once: the settings that the command wrote, by their names in ours."""
    written = home / "mattermost.env"
    asked = ["mattermost", "setup", "--url", server.url, "--team", server.team.name, "--env", str(written)]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MATTERMOST_ADMIN_TOKEN", server.person("admin").token)
        assert await _setup(_parser().parse_args(asked), settings) == 0
    lines = (line.partition("=") for line in written.read_text().splitlines() if line)
    return {name.removeprefix("THREADFORM_").lower(): value for name, _, value in lines}


def _people(people: Mapping[str, Person]) -> tuple[PersonSetting, ...]:
    """Those of the scenario; each has an account on the page too."""
    return tuple(
        PersonSetting(id=f"mattermost:{people[name].id}", also=(f"web:{name}",), name=name.title(), roles=roles)
        for name, roles in ROLES.items()
    )


@contextlib.asynccontextmanager
async def _called(app: App) -> AsyncIterator[None]:
    """The product with its listener open to the server."""
    serving = [asyncio.create_task(_serve(listener)) for listener in app.listeners()]
    try:
        yield
    finally:
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


def _seen(post: Post) -> Seen:
    return Seen(post.id, post.message, tuple(_action(act) for act in post.actions()), post)


def _action(act: Mapping[str, Any]) -> str:
    """Our own word for a button, out of what only the server and we can read."""
    body = act["integration"]["context"]["token"].partition(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(body))["action"])


def _value(element: Mapping[str, Any]) -> str:
    default = str(element["default"] or "")
    return default.removeprefix(MARK) if element["type"] == "select" else default
