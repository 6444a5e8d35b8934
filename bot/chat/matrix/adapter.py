"""Matrix as a platform of the chat port: threads, edits and files of its own; numbers and questions for the rest."""

import asyncio
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, Final

import structlog

from bot.chat.matrix.api import MatrixApi, path_of
from bot.chat.matrix.direct import DirectRooms
from bot.chat.matrix.ear import Ear, Pulse
from bot.chat.matrix.events import Me
from bot.chat.matrix.places import Places
from bot.chat.matrix.render import render
from bot.chat.matrix.saying import OURS, Saying, Where, buttons_of, content_of, form_of, is_encrypted
from bot.chat.port import Actor, Capabilities, Card, Conversation, Form, How, Message, Sink, TooFast
from bot.chat.words import Words
from bot.domain.errors import Refused, ThreadformError
from bot.ports import Notes
from iac.errors import Broken

log = structlog.get_logger()

PLATFORM: Final = "matrix"
START_S: Final = 30.0
TYPING_MS: Final = 30_000
CAPABILITIES: Final = Capabilities(
    can_edit=True,
    can_whisper=False,
    has_forms=False,
    can_stream=False,
    text_max=24_000,
    parts_max=1_000,
    diff_inline_max=4_000,
)


@dataclass
class MatrixChat:
    """One account of a homeserver. ``known`` are accounts that may invite it, beside those of its own server.

    Degraded, and said here: buttons are numbers to type (or to react with), forms are questions one after the other,
    a private word goes to a direct room. Encrypted rooms are not heard, and nothing is said in them.
    """

    api: MatrixApi
    notes: Notes
    words: Words
    _: KW_ONLY
    known: frozenset[str] = frozenset()
    start_s: float = START_S
    capabilities: Capabilities = CAPABILITIES
    _ear: Ear | None = field(default=None, init=False, repr=False)
    _pulse: Pulse = field(default_factory=Pulse, init=False, repr=False)
    _me: Me | None = field(default=None, init=False, repr=False)
    _closed: asyncio.Event = field(default_factory=asyncio.Event, init=False, repr=False)

    def __post_init__(self) -> None:
        """Build what speaking and hearing share."""
        self._saying = Saying(self.api, self.words, Places(self.notes))
        self._direct = DirectRooms(self.api)

    async def run(self, sink: Sink) -> None:
        """Hear until ``close``; ``Broken`` with the reason where the server does not take us within ``start_s``."""
        self._pulse = Pulse()
        self._ear = ear = Ear(
            self._saying, self.notes, self._direct, sink, await self._started(), self.known, self._pulse
        )
        hearing = asyncio.ensure_future(ear.listen())
        closing = asyncio.ensure_future(self._closed.wait())
        try:
            await asyncio.wait({hearing, closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (hearing, closing):
                task.cancel()
            await asyncio.gather(hearing, closing, return_exceptions=True)
        if not hearing.cancelled():
            hearing.result()

    async def ready(self) -> None:
        """``Broken`` with the reason where people are not heard."""
        if self._pulse.why:
            raise Broken("listening on Matrix", self._pulse.why, is_worth_retrying=True)

    async def close(self) -> None:
        """Stop hearing and speaking."""
        self._closed.set()
        await self.api.http.aclose()

    async def post(self, to: Conversation, card: Card, *, key: str) -> Message:
        """Say something new; the same key is the same event."""
        await self._check_is_open(to.channel)
        if to.thread is None:
            return await self._begin(to, card, key)
        return Message(to, await self._saying.card(Where(to.channel, to.thread, to), card, key))

    async def find(self, to: Conversation, key: str) -> Message | None:
        """The message of that key, among the last hundred of its thread, or of its room where there is none yet."""
        listed = self.api.thread(to.channel, to.thread) if to.thread else self.api.page(to.channel, None)
        chunk = (await listed)["chunk"]
        found = next((str(event["event_id"]) for event in chunk if _key_of(event) == key), None)
        return None if found is None else Message(to if to.thread else replace(to, thread=found), found)

    async def edit(self, message: Message, card: Card, *, key: str) -> How:
        """Replace a whole card: an event of its own, which readers see in its place."""
        to = message.conversation
        await self._check_is_open(to.channel)
        await self._saying.edit(Where(to.channel, to.thread or message.id, to), message.id, card, key)
        return How.NATIVE

    async def whisper(self, to: Conversation, who: Actor, card: Card, *, key: str) -> How:
        """Say it in a direct room, with the way back; nowhere, where there can be none."""
        me = await self._our_account()
        is_here = await self._direct.is_ours_alone(to.channel, me.user, who.id)
        room = to.channel if is_here else await self._direct.room_of(me.user, who.id)
        await self._check_is_open(room)
        where = Where(room, to.thread if is_here else None, to, who.id)
        await self._saying.card(where, card, key, "" if is_here else self._way_back(to, card))
        return How.DEGRADED

    async def ask(self, surface: object, who: Actor, to: Conversation, form: Form) -> How:
        """Ask the questions of a form, one after the other, in a direct room."""
        del surface  # there is none on Matrix
        return await self.whisper(to, who, Card(plain=form.title, parts=(form,)), key=f"ask:{form.id}")

    async def status(self, to: Conversation, text: str | None) -> None:
        """Show that we are typing; a nicety that may fail."""
        body: dict[str, Any] = {"typing": True, "timeout": TYPING_MS} if text else {"typing": False}
        try:
            me = await self._our_account()
            await self.api.call("PUT", path_of("rooms", to.channel, "typing", me.user), body=body)
        except (ThreadformError, TooFast, ValueError) as no:
            log.info("matrix.status_not_shown", why=str(no))

    async def _our_account(self) -> Me:
        if self._me is None:
            user = await self.api.whoami()
            self._me = Me(user, await self.api.name_of(user))
        return self._me

    async def _started(self) -> Me:
        try:
            async with asyncio.timeout(self.start_s):
                return await self._our_account()
        except TimeoutError as late:
            why = f"no answer within {self.start_s:g} s"
            raise Broken(f"signing in at {self.api.http.base_url}", why, key="matrix.silent") from late

    async def _begin(self, to: Conversation, card: Card, key: str) -> Message:
        """The first message of a thread; what may be answered is known once its event is."""
        rendered = render(card, self.words)
        event = await self._saying.send(to.channel, None, key, content_of(rendered))
        message = Message(replace(to, thread=event), event)
        where = Where(to.channel, event, message.conversation)
        if buttons_of(card) or form_of(card):
            await self._saying.edit(where, event, card, f"{key}:numbers")
        else:
            await self._saying.attach(where, event, rendered.files)
        return message

    def _way_back(self, to: Conversation, card: Card) -> str:
        link = "/".join(filter(None, ["https://matrix.to/#", to.channel, to.thread]))
        return self.words.text("matrix.about", self.words.language_of(card.plain), link=link)

    async def _check_is_open(self, room: str) -> None:
        """What people take to be encrypted is not said in clear: ``Refused``."""
        if await is_encrypted(self.notes, room):
            raise Refused("matrix.encrypted")


def _key_of(event: Mapping[str, Any]) -> object:
    content = event.get("content")
    return content.get(OURS) if isinstance(content, dict) else None
