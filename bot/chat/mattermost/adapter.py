"""Mattermost as a platform of the chat port: one bot, its websocket, its voice, and where the server calls it."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field

import structlog

from bot.chat.mattermost.api import Api
from bot.chat.mattermost.asking import Asking
from bot.chat.mattermost.callbacks import ROOT, Callbacks
from bot.chat.mattermost.deeds import Deeds
from bot.chat.mattermost.faults import NoStart, Unreachable
from bot.chat.mattermost.guard import Guard
from bot.chat.mattermost.known import Known
from bot.chat.mattermost.limits import EXCERPT, MESSAGE
from bot.chat.mattermost.line import Line, Pace
from bot.chat.mattermost.listening import Listening
from bot.chat.mattermost.memory import Again, Presses
from bot.chat.mattermost.posts import PLATFORM
from bot.chat.mattermost.saying import Saying
from bot.chat.mattermost.seal import Seal
from bot.chat.mattermost.starting import allowed_teams, check_server
from bot.chat.mattermost.taking import Taking
from bot.chat.mattermost.whispering import Whispering
from bot.chat.port import Actor, Capabilities, Card, Conversation, Form, How, Message, Sink, TooFast
from bot.chat.words import Words
from bot.ports import Clock, Notes
from iac.errors import Broken

log = structlog.get_logger()

CAPABILITIES = Capabilities(
    can_edit=True,
    can_whisper=True,
    has_forms=True,
    can_stream=False,
    text_max=MESSAGE,
    parts_max=1_000,
    diff_inline_max=EXCERPT,
)


PACE = Pace()


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is and how we are known there. ``callback`` is our address as the server reaches it."""

    url: str
    token: str = field(repr=False)
    callback: str
    command_tokens: tuple[str, ...] = field(default=(), repr=False)
    teams: tuple[str, ...] = ()
    tls: ssl.SSLContext | None = None


@dataclass
class MattermostChat:
    """One bot on one server. ``secret`` closes what the server carries for us."""

    server: Server
    secret: bytes = field(repr=False)
    words: Words
    notes: Notes
    again: Again
    _: KW_ONLY
    pace: Pace = PACE
    now: Clock = time.time
    capabilities: Capabilities = CAPABILITIES

    def __post_init__(self) -> None:
        """Put the parts together; nothing is connected."""
        seal = Seal(self.secret)
        base = f"{self.server.callback.rstrip('/')}{ROOT}/{seal.path}"
        self.api = Api.at(self.server.url, self.server.token, self.server.tls)
        self.known = Known(self.api)
        taking = Taking(self.known)
        self.saying = Saying(self.known, self.words, seal, taking, f"{base}/press")
        self.whispering = Whispering(self.saying)
        self.asking = Asking(self.whispering, f"{base}/dialog")
        self.listening = Listening(self.known, taking, self.notes, self.now, self._sink)
        guard = Guard(self.known, self.now)
        deeds = Deeds(guard, self.asking, Presses(self.notes, self.again), self.words, seal, self._sink)
        self.callbacks = Callbacks(deeds, seal.path, self.server.command_tokens)
        self.line = Line(
            self.api.url,
            self.server.token,
            self.listening.take,
            self.listening.resync,
            self.pace,
            self.server.tls,
        )
        self._heard: Sink | None = None
        self._closed = asyncio.Event()
        self._why = ""

    async def run(self, sink: Sink) -> None:
        """Connect, reconnect, resync; return on ``close``. Raises ``NoStart`` with the reason where it cannot begin."""
        self._heard = sink
        await check_server(self.known, self.pace)
        self.listening.teams = await allowed_teams(self.known, self.server.teams)
        hearing = asyncio.create_task(self._keep())
        closing = asyncio.create_task(self._closed.wait())
        try:
            await asyncio.wait({hearing, closing}, return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                hearing.result()
        finally:
            for task in (hearing, closing):
                task.cancel()
            await asyncio.gather(hearing, closing, return_exceptions=True)
            with contextlib.suppress(Broken):
                await self.listening.keep()

    async def close(self) -> None:
        """Stop hearing, and let go of the connections."""
        self._closed.set()
        await self.api.close()

    async def ready(self) -> str | None:
        """Nothing where people are heard; ``Broken`` where they are not."""
        if not self.line.is_up.is_set():
            raise Unreachable("listening to Mattermost", self._why or f"no connection to {self.server.url}")
        return None

    async def post(self, to: Conversation, card: Card, *, key: str) -> Message:
        """Say something new."""
        return await self.saying.post(to, card, key=key)

    async def find(self, to: Conversation, key: str) -> Message | None:
        """The message posted under that key."""
        return await self.saying.find(to, key)

    async def edit(self, message: Message, card: Card, *, key: str) -> How:
        """Replace a whole card."""
        return await self.saying.edit(message, card, key=key)

    async def whisper(self, to: Conversation, who: Actor, card: Card, *, key: str) -> How:
        """Say something that only ``who`` sees."""
        return await self.whispering.whisper(to, who, card, key=key)

    async def ask(self, surface: object, who: Actor, to: Conversation, form: Form) -> How:
        """Open a form for one person."""
        return await self.asking.ask(surface, who, to, form)

    async def status(self, to: Conversation, text: str | None) -> None:
        """Show that we are typing; Mattermost ends that by itself."""
        if text is None:
            return
        with contextlib.suppress(Broken, TooFast):
            me = await self.known.me()
            await self.api.post(f"/users/{me.id}/typing", {"channel_id": to.channel, "parent_id": to.thread or ""})

    async def members(self, group_id: str) -> Sequence[str]:
        """Who is in ``mattermost:TEAM`` or ``mattermost:TEAM/CHANNEL``: groups proper are part of the paid server."""
        team, _, channel = group_id.partition(":")[2].partition("/")
        try:
            path = f"/teams/{(await self.api.get(f'/teams/name/{team}'))['id']}"
            if channel:
                path = f"/channels/{(await self.api.get(f'{path}/channels/name/{channel}'))['id']}"
            rows = await self.api.pages(f"{path}/members")
        except TooFast as wait:
            raise Unreachable(f"reading the group {group_id}", str(wait)) from wait
        return [f"{PLATFORM}:{row['user_id']}" for row in rows]

    def _sink(self) -> Sink:
        if self._heard is None:
            raise Unreachable("hearing people", "the connection has not begun")
        return self._heard

    async def _keep(self) -> None:
        """One connection after the other; the pause grows while none comes up, and a first one has its time."""
        pause, tries = self.pace.pause, 0
        until = asyncio.get_running_loop().time() + self.pace.start
        while True:
            before = self.line.begun
            try:
                await self.line.listen()
            except NoStart:
                raise
            except TooFast as wait:
                pause = max(pause, wait.seconds)
            except Exception as fault:
                self._why = fault.why if isinstance(fault, Broken) else f"{type(fault).__name__}: {fault}"
                log.warning("mattermost.cut", why=self._why)
            if not self.line.begun and asyncio.get_running_loop().time() > until:
                raise NoStart("mattermost.no_websocket", url=self.server.url, why=self._why)
            tries = 0 if self.line.begun > before else tries + 1
            await asyncio.sleep(min(self.pace.pause_most, pause * 2**tries))
            pause = self.pace.pause
