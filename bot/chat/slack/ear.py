"""The ear: whatever Slack sends is stored before it is acknowledged, and nothing else is waited for."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, Final

import structlog

from bot.chat.port import Actor, Commanded, Conversation, Filled, Forms, Opening, Pressed, Said, Sink
from bot.chat.slack.controls import ASK
from bot.chat.slack.modals import missing_errors, parse_view, render_errors
from bot.chat.slack.names import Names
from bot.chat.slack.reading import Opened, Own, Reader
from bot.chat.words import Words
from bot.ports import Clock, JoinedThreads

log = structlog.get_logger()

Json = Mapping[str, Any]

NOTHING: Final[Json] = {}
AGAIN_S: Final = 3_600.0
"""How often it is written down that a thread was heard in."""
KNOWN: Final = 10_000
LATE_S: Final = 2.0
"""A mention older than this was brought late: replies to it may have come before it, when they were not yet for us."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is begun beside the acknowledgement; each returns at once, but for ``open``, which is quick."""

    open: Callable[[Pressed | Commanded, Opening], Awaitable[bool]]
    ask: Callable[[Pressed], None]
    thinking: Callable[[Said], None]
    greet: Callable[[Opened], None]
    not_here: Callable[[Said], None]
    read_on: Callable[[Said], None]


@dataclass(slots=True)
class Ear:
    """Hears one workspace. What it answers is the payload of the acknowledgement."""

    own: Own
    sink: Sink
    joined: JoinedThreads
    names: Names
    beside: Beside
    _: KW_ONLY
    words: Words
    now: Clock = time.monotonic
    wall: Clock = time.time
    _known: dict[str, float] = field(default_factory=dict)
    _told: dict[str, None] = field(default_factory=dict)

    async def hear(self, body: Json) -> Json:
        """One body; raises where it could not be stored: then it is not acknowledged, and comes again."""
        try:
            event = Reader(self.own, self.names.known).read(body, self.now())
        except (LookupError, ValueError, TypeError, AttributeError) as fault:
            # The same again would be read the same: it is acknowledged, and the log says what it was.
            log.warning("body.unreadable", kind=body.get("type"), why=f"{type(fault).__name__}: {fault}")
            return NOTHING
        if isinstance(event, Said):
            if await self.said(event) and self._is_first(event):
                self.beside.thinking(event)
        elif isinstance(event, Opened):
            self.beside.greet(event)
        elif isinstance(event, Pressed):
            await self._pressed(event)
        elif isinstance(event, Filled):
            return await self._filled(event, body["view"])
        elif isinstance(event, Commanded):
            return await self._commanded(event)
        return NOTHING

    async def said(self, event: Said) -> bool:
        """Words: kept where they are for us; in all other places nothing is stored, and nothing is logged."""
        is_here = self.own.acts_in(event.conversation.channel)
        if not event.is_to_bot and not (is_here and await self._takes_part(event.conversation)):
            return False
        if not is_here:
            if self._is_first(event):
                self.beside.not_here(event)
            return False
        # First the thread, then the word: a reply that comes a moment later is known to be for us.
        at = float(event.message.id) if event.message else 0.0
        is_new = await self._join(event.conversation, at)
        try:
            await self.sink(replace(event, is_to_bot=True, who=await self._named(event.who)))
        except BaseException:
            if is_new:  # it comes again, and is as new as now
                self._known.pop(event.conversation.key, None)
            raise
        if is_new and self.wall() - at > LATE_S:
            self.beside.read_on(event)
        return True

    async def _pressed(self, event: Pressed) -> None:
        """A button that opens a form says nothing to anybody else: it is opened while its trigger is fresh."""
        if event.action == ASK:
            self.beside.ask(event)
        elif not await self._opened(event):
            await self.sink(event)

    async def _opened(self, event: Pressed | Commanded) -> bool:
        """Whether the answer is a form, and that is open: then nothing was decided, and nothing is stored."""
        opening = await self.sink.form_for(event) if isinstance(self.sink, Forms) else None
        return opening is not None and await self.beside.open(event, opening)

    async def _filled(self, event: Filled, view: Json) -> Json:
        """A form: what is wrong with it is in the acknowledgement, beside its inputs."""
        missing = missing_errors(parse_view(view), self.words, self.words.language_of(_said_in(view)))
        errors = missing or await self.sink(event)
        return render_errors(view, errors) if errors else NOTHING

    async def _commanded(self, event: Commanded) -> Json:
        if not self.own.acts_in(event.conversation.channel):
            return {"text": self.words.text("slack.not_here", self.words.language_of(event.text))}
        if not await self._opened(event):
            await self.sink(event)
        return NOTHING

    async def _named(self, who: Actor) -> Actor:
        """Names are asked for of people who speak to us, and of nobody else."""
        return replace(who, name=(await self.names.learn(who.id)).get(who.id, who.name))

    def _is_first(self, event: Said) -> bool:
        """Whether these words came for the first time: Slack tells a mention twice, and more often when it doubts."""
        is_first = event.dedupe not in self._told
        self._told[event.dedupe] = None
        while len(self._told) > KNOWN:
            del self._told[next(iter(self._told))]
        return is_first

    async def _takes_part(self, conversation: Conversation) -> bool:
        return conversation.key in self._known or await self.joined.has(conversation)

    async def _join(self, conversation: Conversation, at: float) -> bool:
        """Written down the first time, and once in a while; whether this process knew nothing of it.

        It is known before it is written: a reply may be on the heels of the mention.
        """
        before = self._known.get(conversation.key)
        if before is not None and self.now() - before < AGAIN_S:
            return False
        if len(self._known) >= KNOWN:
            self._known.clear()
        self._known[conversation.key] = self.now()
        try:
            await self.joined.join(conversation, at)
        except BaseException:
            self._known.pop(conversation.key, None)
            raise
        return before is None


def _said_in(view: Json) -> str:
    """The words of a modal: its language is that of the answer to it."""
    labels = [block["label"]["text"] for block in view.get("blocks", ()) if block.get("type") == "input"]
    return " ".join([str((view.get("title") or {}).get("text", "")), *labels])
