"""Slack as a platform of the chat port: Bolt brings and verifies, our ear hears, cards are said piece by piece."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import structlog
from slack_bolt.app.async_app import AsyncApp
from starlette.routing import BaseRoute

from bot.chat.port import Actor, Capabilities, Card, Conversation, Form, How, Message, Pressed, Said, Sink, TooFast
from bot.chat.slack.alive import PAUSE_S, Alive
from bot.chat.slack.asking import Asking
from bot.chat.slack.calling import Calls, No
from bot.chat.slack.carrying import unpack_form
from bot.chat.slack.catching_up import CatchingUp
from bot.chat.slack.door import app_of, route_of
from bot.chat.slack.ear import KNOWN, Beside, Ear
from bot.chat.slack.editing import Editing
from bot.chat.slack.errands import Errands
from bot.chat.slack.limits import EXCERPT, MESSAGE
from bot.chat.slack.link import Link
from bot.chat.slack.names import Names
from bot.chat.slack.reading import PLATFORM, Reader
from bot.chat.slack.saying import Saying
from bot.chat.slack.starting import Places, Standing, begin, check_socket, why
from bot.chat.slack.tab import Tab
from bot.chat.slack.thread import Reading
from bot.chat.slack.whispering import Whispering
from bot.chat.words import Words
from bot.ports import JoinedThreads
from iac.errors import Broken, Refused

log = structlog.get_logger()

CLOSED_PLACES: Final = frozenset({"not_in_channel", "channel_not_found", "is_archived", "restricted_action"})
CAPABILITIES: Final = Capabilities(
    can_edit=True,
    can_whisper=True,
    has_forms=True,
    can_stream=False,
    text_max=MESSAGE,
    parts_max=50,
    diff_inline_max=EXCERPT,
    sends_per_second=1.0,
)


@dataclass(frozen=True, slots=True)
class Keys:
    """What Slack knows us by. The app token is for the socket, the signing secret for HTTP mode."""

    bot: str = field(repr=False)
    app: str = field(default="", repr=False)
    signing: str = field(default="", repr=False)
    mode: Literal["socket", "http"] = "socket"
    url: str = "https://slack.com/api/"


class SlackChat:
    """One workspace."""

    capabilities = CAPABILITIES

    def __init__(self, keys: Keys, words: Words, joined: JoinedThreads, places: Places | None = None) -> None:
        """Nothing is connected before ``run``, and no connection is opened before the first call."""
        self.keys, self.words, self.joined, self.places = keys, words, joined, places or Places()
        self.calls = Calls(keys.bot, keys.url)
        self.errands, self.names, self.tab = Errands(), Names(self.calls), Tab(self.calls, words)
        self.saying = Saying(self.calls, words, self._own_user)
        self.editing = Editing(self.saying, words, self._own_user)
        self.whispering = Whispering(self.calls, words, self.saying)
        self.asking = Asking(self.calls, words, self.whispering.whisper)
        self.pause_s = PAUSE_S
        self._standing: Standing | None = None
        self._app: AsyncApp | None = None
        self._link: Link | None = None
        self._ear: Ear | None = None
        self._is_hearing = False
        self._spoken_in: set[str] = set()
        self._closed = asyncio.Event()

    async def run(self, sink: Sink) -> None:
        """Connect and hear until ``close``; ``Broken`` with the reason where that does not work, in good time."""
        standing = self._standing = await begin(self.calls, self.places)
        log.info("slack.known", team=standing.own.team, user=standing.own.user, lacks=list(standing.missing))
        ear = self._ear = Ear(standing.own, sink, self.joined, self.names, self._beside(), words=self.words)
        try:
            await self._open(ear)
            self._is_hearing = True
            log.info("slack.connected", mode=self.keys.mode)
            await self._stay(ear)
        finally:
            self._is_hearing = False
            self._app, link, self._link = None, self._link, None
            if link is not None:
                await link.close()

    async def close(self) -> None:
        """Stop hearing, and let go of every connection."""
        self._closed.set()
        await self.errands.close()
        await self.names.close()
        await self.calls.close()

    async def ready(self) -> str | None:
        """Whether people are heard; a remark where a scope is missing."""
        if self._standing is None or not self._is_hearing:
            raise Broken("listening to Slack", "not connected yet", is_worth_retrying=True)
        if self._link is not None:
            self._link.check()
        return self._standing.remark

    def routes(self) -> Sequence[BaseRoute]:
        """Where Slack calls us, in HTTP mode."""
        return [route_of(lambda: self._app)] if self.keys.mode == "http" else []

    async def post(self, to: Conversation, card: Card, *, key: str) -> Message:
        """Say something new, or the rest of it; ``Refused`` where a thread is to begin in a place we are not in."""
        with Refusing(to if to.thread is None else None):
            return await self._joined(await self.saying.post(to, card, key))

    async def find(self, to: Conversation, key: str) -> Message | None:
        """The card that is out under that key, as a whole."""
        with Refusing():
            found = await self.saying.find(to, key)
            return await self._joined(found) if found is not None else None

    async def edit(self, message: Message, card: Card, *, key: str) -> How:
        """Replace a whole card; DEGRADED where it had to follow as a message of its own."""
        with Refusing():
            return await self.editing.edit(message, card, key)

    async def whisper(self, to: Conversation, who: Actor, card: Card, *, key: str) -> How:
        """For one person's eyes: in the channel, else in their direct messages, else not at all."""
        with Refusing():
            return await self.whispering.whisper(to, who, card, key)

    async def ask(self, surface: object, who: Actor, to: Conversation, form: Form) -> How:
        """Open a form while the press is fresh; else its questions are in the thread, for one person's eyes."""
        with Refusing():
            return await self.asking.ask(surface, who, to, form)

    async def status(self, to: Conversation, text: str | None) -> None:
        """Show that something is going on."""
        await self.tab.status(to, text)

    async def members(self, group_id: str) -> Sequence[str]:
        """Who is in a user group (``slack:S…``), each as ``slack:U…``."""
        act = f"reading the user group {group_id}"
        try:
            found = await self.calls.read("usergroups.users.list", usergroup=group_id.partition(":")[2])
        except No as no:
            raise Broken(act, why(no)) from no
        except TooFast as wait:
            raise Broken(act, str(wait), is_worth_retrying=True) from wait
        return [f"{PLATFORM}:{user}" for user in found.get("users") or ()]

    async def name_of(self, account: str) -> str:
        """What a person (``slack:U…``) is called here; empty where Slack does not tell it soon."""
        user = account.partition(":")[2]
        return (await self.names.learn(user)).get(user, "")

    async def _open(self, ear: Ear) -> None:
        if self.keys.mode == "http":
            self._app = app_of(self.calls.client, ear.hear, self.keys.signing)
            return
        knocking = Calls(self.keys.app, self.keys.url)
        try:
            await check_socket(knocking)
        finally:
            await knocking.close()
        self._link = Link(app_of(self.calls.client, ear.hear), self.keys.app, self.keys.url)
        await self._link.open()

    async def _stay(self, ear: Ear) -> None:
        """Until ``close``, or until something that keeps us here breaks."""
        catching = self._catching(ear)
        works = [asyncio.ensure_future(work) for work in self._works(catching, Reader(ear.own, self.names.known))]
        try:
            done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            for work in done:
                work.result()
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)

    def _catching(self, ear: Ear) -> CatchingUp:
        return CatchingUp(Reading(self.calls), self.joined, ear.said)

    def _works(self, catching: CatchingUp, reader: Reader) -> Sequence[Coroutine[Any, Any, object]]:
        watching = [self._link.stay()] if self._link is not None else []
        return [self._closed.wait(), Alive(catching, self.ready, reader, pause_s=self.pause_s).keep(), *watching]

    def _beside(self) -> Beside:
        run = self.errands.run
        return Beside(
            open=lambda event, opening: self.asking.open(event.surface, event.conversation, opening),
            ask=lambda event: run("ask", self._opened(event)),
            thinking=lambda event: run("status", self._thinking(event)),
            greet=lambda opened: run("greet", self.tab.greet(opened)),
            not_here=lambda event: run("not_here", self._not_here(event)),
            read_on=lambda event: run("read_on", self._read_on(event)),
        )

    async def _opened(self, event: Pressed) -> None:
        """The form that the pressed button carried."""
        form = unpack_form(event.value)
        if form is None:
            await self.asking.explain(event.who, event.conversation, event.surface)
        else:
            await self.asking.ask(event.surface, event.who, event.conversation, form)

    async def _thinking(self, event: Said) -> None:
        await self.tab.status(event.conversation, self._text("slack.thinking", event.text))

    async def _read_on(self, event: Said) -> None:
        """What was said after a mention that came late."""
        if self._ear is not None:
            await self._catching(self._ear).read_on(event, Reader(self._ear.own, self.names.known))

    async def _not_here(self, event: Said) -> None:
        card = Card(plain=self._text("slack.not_here", event.text))
        await self.whispering.whisper(event.conversation, event.who, card, event.dedupe)

    async def _joined(self, message: Message) -> Message:
        """Where we spoke, we are answered."""
        if message.conversation.key not in self._spoken_in:
            await self.joined.join(message.conversation, float(message.id))
            if len(self._spoken_in) >= KNOWN:
                self._spoken_in.clear()
            self._spoken_in.add(message.conversation.key)
        return message

    async def _own_user(self) -> str:
        if self._standing is None:
            self._standing = await begin(self.calls, self.places)
        return self._standing.own.user

    def _text(self, key: str, heard: str) -> str:
        return self.words.text(key, self.words.language_of(heard))


@dataclass(frozen=True, slots=True)
class Refusing:
    """Slack's no to something we say, as a fault of the outbox: it waits, and an admin reads why.

    ``begins`` is where a thread is to begin: whoever asked for that is told now, not after a day of trying.
    """

    begins: Conversation | None = None

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> None:
        """Translate."""
        if not isinstance(fault, No):
            return
        if self.begins is not None and fault.code in CLOSED_PLACES:
            raise Refused("slack.not_there", why=fault.code) from fault
        raise Broken(f"calling Slack's {fault.method}", why(fault), is_worth_retrying=True) from fault
