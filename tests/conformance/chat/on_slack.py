"""The scenario's driver for Slack: the fake of ``tests/fixtures/slack``, by a socket or by signed HTTP."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from bot.chat.slack.choices import OWN
from bot.chat.slack.controls import ASK, action_of
from bot.chat.slack.manifest import PATH
from bot.cli.serve import serve_page
from bot.settings import PersonSetting, Settings
from bot.wiring.app import App
from iac.terraform.toolchain import Toolchain
from tests.conformance.chat.driver import Asked, Degradation, Seen
from tests.conformance.chat.house import working
from tests.conformance.chat.waiting import until
from tests.fixtures.house import settings_for
from tests.fixtures.ports import free_port
from tests.fixtures.slack.acting import Spoken
from tests.fixtures.slack.fake import ALICE, BOB, CAROL, FakeSlack, open_slack
from tests.fixtures.slack.workspace import APP_TOKEN, BOT_TOKEN, BOT_USER, Json, View, buttons_of, read

USERS = {"alice": ALICE, "bob": BOB, "carol": CAROL}
ROLES: Mapping[str, tuple[Literal["requester", "approver"], ...]] = {
    "alice": ("requester",),
    "bob": ("requester", "approver"),
    "carol": ("requester", "approver"),
}
PEOPLE = tuple(
    PersonSetting(id=f"slack:{user}", also=(f"web:{name}",), name=name.title(), roles=ROLES[name])
    for name, user in USERS.items()
)
SECRET = "a secret of the tests"
COMMAND = "/threadform"
QUICK = 20.0
"""Messages a second and channel: the scenario is about what is said; how fast is judged elsewhere."""
SAYING = ("chat.postMessage", "chat.update")


@dataclass
class SlackDriver:
    """Three people in channels of their own: a thread is ``channel ts``."""

    app: App
    slack: FakeSlack
    degradations: frozenset[Degradation] = frozenset()
    _last: Spoken | None = None
    _pressed: set[str] = field(default_factory=set)
    _channels: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def say(self, person: str, text: str, thread: str = "") -> str:
        channel, ts = thread.split() if thread else (self._channel(), "")
        self._last = await (await self.slack.say(USERS[person], channel, text, thread=ts)).acked()
        return f"{channel} {self._last.thread}"

    async def redeliver(self) -> None:
        assert self._last is not None
        for delivery in self._last.deliveries:
            assert (await self.slack.redeliver(delivery)).is_acked

    async def bot_messages(self, thread: str) -> Sequence[Seen]:
        channel, ts = thread.split()
        return [_seen(each) for each in self.slack.thread(channel, ts) if each["user"] == BOT_USER]

    async def history(self, thread: str) -> Sequence[str]:
        channel, root = thread.split()
        inside = {each["ts"] for each in self.slack.thread(channel, root)}
        said = [call.said for call in self.slack.calls if call.method in SAYING and call.answer.get("ok")]
        return [read(each) for each in said if each["channel"] == channel and _place(each) in inside]

    async def press(self, person: str, message: Seen, action: str, *, is_late: bool = False) -> bool:
        raw: Json = message.raw
        if is_late:  # it crossed the edit on its way
            button = next(each for each in buttons_of(raw) if action_of(each["action_id"]) == action)
            channel = next(name for name, each in self.slack.workspace.messages.items() if raw["ts"] in each)
            place = self.slack.workspace.channels[channel]
            assert (await self.slack.press_as(USERS[person], raw, button, place)).is_acked
        else:
            assert (await self.slack.press(USERS[person], raw, action)).is_acked
        return True

    async def whispers(self, person: str) -> Sequence[str]:
        return [read(each) for each in self.slack.whispers(USERS[person])]

    async def command(self, person: str, text: str) -> None:
        assert (await self.slack.command(USERS[person], self._channel(), COMMAND, text)).is_acked

    async def form(self, person: str) -> Asked:
        """The modal; where the bot could only answer with a button that opens it, after a press of that."""
        user = USERS[person]

        async def found() -> list[View]:
            if not self.slack.workspace.open_views(user):
                for each in self.slack.whispers(user):
                    if _asks(each) and each["ts"] not in self._pressed:
                        self._pressed.add(each["ts"])
                        await self.slack.press(user, each, ASK)
            return self.slack.workspace.open_views(user)

        last = (await until(found, f"a form for {person}"))[-1]
        inputs = [block for block in last.view["blocks"] if block["type"] == "input"]
        fields = {b["block_id"]: _value(b["element"]) for b in inputs if not b["block_id"].endswith(OWN)}
        return Asked(last.id, fields, last)

    async def fill(self, person: str, form: Asked, values: Mapping[str, str]) -> Mapping[str, str]:
        return await self.slack.fill(form.raw, values)

    async def started(self, text: str) -> str:
        async def found() -> list[str]:
            every = self.slack.workspace.messages.items()
            rows = [(name, each) for name, of in every for each in of.values() if each["user"] == BOT_USER]
            return [f"{name} {each.get('thread_ts', each['ts'])}" for name, each in rows if text in read(each)]

        return (await until(found, f"a thread that says {text!r}"))[0]

    async def files(self, thread: str) -> Mapping[str, str]:
        channel, ts = thread.split()
        shared = [file for each in self.slack.thread(channel, ts) for file in each.get("files", ())]
        kept = [self.slack.workspace.files[file["id"]] for file in shared]
        return {file.name: (file.content or b"").decode() for file in kept}

    def _channel(self) -> str:
        """A channel that nobody has written in."""
        channel = f"C0ROOM{next(self._channels)}"
        self.slack.workspace.channel(channel, *USERS.values())
        return channel


@contextlib.asynccontextmanager
async def on_slack(home: Path, toolchain: Toolchain, mode: Literal["socket", "http"]) -> AsyncIterator[SlackDriver]:
    """The fake, and the product connected to it."""
    async with open_slack() as slack:
        settings = slack_settings(home, toolchain, slack, mode)
        async with working(settings) as app:
            chat = app.chats["slack"]
            chat.capabilities = replace(chat.capabilities, sends_per_second=QUICK)
            serving = None
            if mode == "http":
                port = free_port()
                serving = asyncio.create_task(serve_page(app, settings, port))
                slack.over_http(f"http://127.0.0.1:{port}{PATH}", SECRET)
                await until(_answering(slack), "the page answers Slack")
            else:
                await slack.connected()
            try:
                yield SlackDriver(app, slack)
            finally:
                await slack.carrier.rest()
                if serving is not None:
                    serving.cancel()
                    await asyncio.gather(serving, return_exceptions=True)


def slack_settings(
    home: Path, toolchain: Toolchain, slack: FakeSlack, mode: str = "socket", **more: object
) -> Settings:
    """The settings of an installation in the fake's workspace."""
    tokens = {"slack_bot_token": BOT_TOKEN, "slack_url": slack.api, "slack_mode": mode}
    ways = {"socket": {"slack_app_token": APP_TOKEN}, "http": {"slack_signing_secret": SECRET}}
    return settings_for(home, toolchain, people=PEOPLE, **(tokens | ways[mode] | more))


def _answering(slack: FakeSlack):
    async def is_answering() -> bool:
        try:
            return (await slack.verify_url("x"))["status"] == 200
        except OSError:
            return False

    return is_answering


def _seen(message: Json) -> Seen:
    return Seen(message["ts"], read(message), tuple(action_of(b["action_id"]) for b in buttons_of(message)), message)


def _place(said: Json) -> str:
    return str(said.get("ts") or said.get("thread_ts"))


def _asks(message: Json) -> bool:
    return any(action_of(button["action_id"]) == ASK for button in buttons_of(message))


def _value(element: Json) -> str:
    option = element.get("initial_option")
    return str(option["value"]).removeprefix("=") if option else str(element.get("initial_value") or "")
