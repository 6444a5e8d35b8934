"""Mattermost, tried for real: the token, the socket, the callbacks, a card with a file, its edit and its deletion."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx

from bot.chat.mattermost import MattermostChat
from bot.chat.mattermost.faults import NoStart
from bot.chat.mattermost.listening import conversation_of
from bot.chat.mattermost.posts import Channel
from bot.chat.mattermost.starting import check_server
from bot.chat.mattermost.triggers import CONFIG_KEY, triggers_of
from bot.chat.port import Conversation, Event
from bot.chat.words import Words
from bot.cli.doctor import Line
from bot.cli.live import tried
from bot.cli.trial import Trial
from bot.settings import Settings
from bot.wiring.mattermost import callback_secret, server_of
from iac.errors import Broken

CALL_S = 5.0
TOKEN = "threadform mattermost setup --env FILE makes another one"  # noqa: S105 - a hint
SOCKET = "let a proxy before the server pass /api/v4/websocket on, with its upgrade"
SERVE = "start threadform serve; THREADFORM_MATTERMOST_CALLBACK_HOST and _PORT say where it listens"
INVITE = "invite the bot into the channel of THREADFORM_MATTERMOST_TEST_CHANNEL"
EDITS = "let people edit their posts for longer: System Console, Posts, or PostEditTimeLimit -1"
DELETE = "delete the message by hand"


class NoNotes:
    """Nothing is remembered of a trial, and no card is said again."""

    async def get(self, name: str) -> None:
        """None."""

    async def put(self, name: str, text: str) -> None:
        """Not kept."""

    async def swap(self, name: str, before: str | None, after: str) -> bool:
        """Not kept."""
        del name, before, after
        return True

    async def say_again(self, key: str, why: str) -> None:
        """Not said."""


async def try_(settings: Settings) -> AsyncIterator[Line]:
    """Everything that can be tried without a person pressing something."""
    chat = MattermostChat(server_of(settings), callback_secret(settings), Words.load(), NoNotes(), NoNotes())
    try:
        first = await tried("mattermost, bot token", _who(chat), TOKEN)
        yield first
        if not first.is_ok:
            return
        yield await tried("mattermost, websocket", _socket(chat), SOCKET)
        yield await tried("mattermost, signed triggers", _triggers(chat), "upgrade the server")
        yield await tried("mattermost, callback listener", _callback(chat, settings), SERVE)
        async for line in _messages(chat, settings.mattermost_test_channel):
            yield line
    finally:
        await chat.close()


async def _who(chat: MattermostChat) -> str:
    await check_server(chat.known, chat.pace)
    me = await chat.known.me()
    return f"@{me.username} on {chat.api.url}"


async def _socket(chat: MattermostChat) -> str:
    """A connection that ends as soon as it is known to work; what it hears meanwhile is another process's."""

    async def nothing(_event: Event | object = None) -> None:
        return

    chat.line.take, chat.line.resync = nothing, nothing
    listening = asyncio.create_task(chat.line.listen())
    up = asyncio.create_task(chat.line.is_up.wait())
    try:
        await asyncio.wait({listening, up}, return_when=asyncio.FIRST_COMPLETED)
        if not up.done():
            listening.result()
            raise NoStart("mattermost.no_websocket", url=chat.api.url, why="it closed at once")
    finally:
        for task in (listening, up):
            task.cancel()
        await asyncio.gather(listening, up, return_exceptions=True)
    return "it answers"


async def _triggers(chat: MattermostChat) -> str:
    """Whether who pressed is signed by the server: weaker evidence is no fault, and worth knowing."""
    config = await chat.api.get("/config/client", format="old")
    if triggers_of(str(config.get(CONFIG_KEY) or "")) is None:
        return "the server shows no key: presses are believed by its word alone"
    return "the server signs who pressed"


async def _callback(chat: MattermostChat, settings: Settings) -> str:
    """Our own listener, as this machine reaches it; whether the server does, the first press will tell."""
    host = "127.0.0.1" if settings.mattermost_callback_host in ("0.0.0.0", "::") else settings.mattermost_callback_host  # noqa: S104 - compared with
    url = f"http://{host}:{settings.mattermost_callback_port}/mattermost/{chat.callbacks.path}/press"
    with contextlib.suppress(httpx.HTTPError):
        async with httpx.AsyncClient(timeout=CALL_S, trust_env=False, verify=False) as client:  # noqa: S501 - http
            if (await client.post(url, json={})).status_code == httpx.codes.BAD_REQUEST:
                return f"it listens on {host}:{settings.mattermost_callback_port}"
    raise Broken(
        "asking the callback listener", f"nothing of ours answers on {host}:{settings.mattermost_callback_port}"
    )


async def _messages(chat: MattermostChat, channel: str) -> AsyncIterator[Line]:
    """One card through its whole life, in a channel that is there for that."""
    if not channel:
        mend = "set THREADFORM_MATTERMOST_TEST_CHANNEL to TEAM/CHANNEL, one that it was invited to"
        found = "not tried: there is no channel to try in"
        yield Line("mattermost, messages", found, is_ok=False, mend=mend, is_needed=False)
        return
    try:
        trial = MattermostTrial(chat, await _place(chat, channel))
    except Broken as fault:
        yield Line("mattermost, messages", f"{channel}: {fault.why}", is_ok=False, mend=INVITE)
        return
    for name, act, mend in (
        ("a post with a file", trial.post, INVITE),
        ("reading it back by its key", trial.find, TOKEN),
        ("an edit in its place", trial.edit, EDITS),
        ("a deletion", trial.delete, DELETE),
    ):
        line = await tried(f"mattermost, {name}", act(), mend)
        yield line
        if trial.message is None:
            return


class MattermostTrial(Trial):
    """With its deletion."""

    def __init__(self, chat: MattermostChat, where: Conversation) -> None:
        """As every trial."""
        super().__init__(chat, where)
        self.api = chat.api

    async def delete(self) -> str:
        """Leave nothing behind: with the first post its thread goes."""
        await self.api.call("DELETE", f"/posts/{self.posted.id}")
        return "nothing is left"


async def _place(chat: MattermostChat, named: str) -> Conversation:
    """The channel of the settings."""
    team, _, channel = named.partition("/")
    path = f"/teams/{(await chat.api.get(f'/teams/name/{team}'))['id']}/channels/name/{channel}"
    return conversation_of(Channel.model_validate(await chat.api.get(path)), None)
