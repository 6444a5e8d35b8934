"""The terminal as a platform of the chat port: one person, one thread at a time, plain lines in and out."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field

import structlog

from bot.chat.port import (
    Actor,
    Button,
    Buttons,
    Capabilities,
    Card,
    Commanded,
    Conversation,
    Event,
    Filled,
    Form,
    How,
    Message,
    Pressed,
    Said,
    Sink,
)
from bot.chat.terminal.asking import Asking
from bot.chat.terminal.render import Told, keyed, render_card, render_input
from bot.chat.words import Words
from bot.domain.command import split_command
from iac.errors import Value

log = structlog.get_logger()

PLATFORM = "terminal"
TEXT_MAX = 16_000
YES = frozenset({"yes", "y", "oui", "o"})
CAPABILITIES = Capabilities(
    can_edit=True,
    can_whisper=True,
    has_forms=True,
    can_stream=False,
    text_max=TEXT_MAX,
    parts_max=1_000,
    diff_inline_max=1_000_000,
)


@dataclass
class TerminalChat:
    """A conversation in a terminal. ``people`` are those one may speak as with ``/as``; empty: nobody else."""

    words: Words
    out: Callable[[str], None]
    person: Actor
    lines: AsyncIterator[str]
    _: KW_ONLY
    people: Sequence[Actor] = ()
    language: str = "en"
    is_coloured: bool = False
    capabilities: Capabilities = CAPABILITIES
    thread: str = field(default_factory=lambda: secrets.token_hex(6))
    _posted: dict[str, Message] = field(default_factory=dict)
    _buttons: tuple[Button, ...] = ()
    _asking: Asking | None = None
    _is_private: bool = False
    _confirming: Button | None = None
    _closed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Begin with a clean memory of what was shown."""
        self._told = Told(is_coloured=self.is_coloured)

    @property
    def conversation(self) -> Conversation:
        """The thread that is being talked in."""
        return Conversation(PLATFORM, "local", "main", self.thread, is_direct=True)

    async def run(self, sink: Sink) -> None:
        """Read lines until they end, ``/quit`` or ``close``."""
        self._say("terminal.hello", name=self.person.name or self.person.id)
        reading = asyncio.ensure_future(self._read(sink))
        closing = asyncio.ensure_future(self._closed.wait())
        try:
            await asyncio.wait({reading, closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, closing):
                task.cancel()
            await asyncio.gather(closing, return_exceptions=True)
        if reading.done() and not reading.cancelled():
            reading.result()

    async def close(self) -> None:
        """Stop reading."""
        self._closed.set()

    async def post(self, to: Conversation, card: Card, *, key: str) -> Message:
        """Print a card; the same key prints nothing twice."""
        if key not in self._posted:
            self._posted[key] = Message(to if to.thread else self.conversation, key)
            self._show(key, card)
        return self._posted[key]

    async def find(self, to: Conversation, key: str) -> Message | None:
        """What was printed under that key since the start; a terminal remembers no longer."""
        del to
        return self._posted.get(key)

    async def edit(self, message: Message, card: Card, *, key: str) -> How:
        """Print what an edit changes, line by line."""
        del key  # what changed is known from what was shown
        self._show(message.id, card)
        return How.NATIVE

    async def whisper(self, to: Conversation, who: Actor, card: Card, *, key: str) -> How:
        """Print it where ``who`` is the one at the keyboard; kept from anybody else."""
        del to
        if who.key != self.person.key or key in self._posted:
            return How.DEGRADED
        self._posted[key] = Message(self.conversation, key)
        self.out(f"({self.words.text('terminal.private', self.language)})")
        self._print(render_card(card, is_coloured=self.is_coloured))
        self._buttons = (*_buttons_of(card), *self._buttons)
        form = _form_of(card)
        if form:
            self._ask_for(form, is_private=True)
        return How.NATIVE

    async def ask(self, surface: object, who: Actor, to: Conversation, form: Form) -> How:
        """Ask the questions of a form, one after the other."""
        del surface
        return await self.whisper(to, who, Card(plain=form.title, parts=(form,)), key=f"ask:{form.id}")

    async def status(self, to: Conversation, text: str | None) -> None:
        """Print what is going on."""
        del to
        if text:
            self.out(f"… {text}")

    async def _read(self, sink: Sink) -> None:
        async for line in self.lines:
            if line.strip() == "/quit":
                return
            try:
                await self._hear(line, sink)
            except Exception:
                log.exception("terminal.not_stored")
                self._say("terminal.not_stored")

    async def _hear(self, line: str, sink: Sink) -> None:
        text = line.strip()
        command = split_command(text)
        if command is not None and command[0] != "help":
            await sink(Commanded(_nonce(), self.conversation, self.person, name=command[0], text=command[1]))
        elif text.startswith("/"):
            self._command(text)
        elif self._confirming:
            await self._confirm(text, sink)
        elif button := self._pressed(text):
            await self._press(button, sink)
        elif self._asking:
            await self._answer(self._asking, line, sink)
        elif len(text) > TEXT_MAX:
            self._say("terminal.too_long", count=len(text), most=TEXT_MAX)
        elif text:
            await sink(self._said(text))

    def _command(self, text: str) -> None:
        command, _, name = text.partition(" ")
        if command == "/as":
            self._switch(name.strip())
        elif command == "/new":
            self.thread = secrets.token_hex(6)
            self._buttons, self._asking = (), None
            self._say("terminal.new")
        elif command == "/help":
            self._say("terminal.help")
        else:
            self._say("terminal.unknown", command=command)

    def _switch(self, name: str) -> None:
        wanted = name.casefold()
        found = next((p for p in self.people if wanted in (p.name.casefold(), p.id.casefold())), None)
        if not self.people:
            self._say("terminal.no_switch")
        elif found is None:
            self._say("terminal.nobody", name=name or "?", names=tuple(p.name or p.id for p in self.people))
        else:
            self.person = found
            self._say("terminal.now", name=found.name or found.id)

    def _pressed(self, text: str) -> Button | None:
        """A button by its letter or its whole label."""
        shown = keyed(self._buttons)
        by_label = next((b for b in self._buttons if b.label.casefold() == text.casefold()), None)
        if self._asking and self._is_private:
            return by_label  # one letter may be an answer
        return by_label or shown.get(text.casefold(), ("", None))[1]

    async def _press(self, button: Button, sink: Sink) -> None:
        if button.confirm:
            self._confirming = button
            self._say("terminal.confirm", question=button.confirm)
            return
        await sink(self._press_of(button))

    async def _confirm(self, text: str, sink: Sink) -> None:
        button, self._confirming = self._confirming, None
        if button and text.casefold() in YES:
            await sink(self._press_of(button))
        else:
            self._say("terminal.left_alone")

    async def _answer(self, asking: Asking, line: str, sink: Sink) -> None:
        answered = asking.answered(line)
        if isinstance(answered, str):
            self._say(answered)
            return
        self._asking = answered
        if answered.question:
            self._ask_next(answered)
            return
        form, self._asking = answered.form, None
        event = Filled(_nonce(), self.conversation, self.person, form=form.id, values=answered.values, state=form.state)
        wrong = await sink(event) or {}
        self._print([*wrong.values()])
        if wrong:
            self._asking = Asking(form)
            self._ask_next(self._asking)

    def _show(self, name: str, card: Card) -> None:
        self._print(self._told.lines(name, card))
        self._buttons = _buttons_of(card)
        form = _form_of(card)
        if form:
            self._ask_for(form, is_private=False)
        elif not (self._is_private and self._buttons):
            # A private question is about the card's decision: it stands while there is one to make.
            self._asking = None

    def _ask_for(self, form: Form, *, is_private: bool) -> None:
        self._asking, self._is_private = Asking(form), is_private
        if len(form.inputs) > 1:
            self._ask_next(self._asking)

    def _ask_next(self, asking: Asking) -> None:
        if asking.question:
            self._print(render_input(asking.question))

    def _said(self, text: str) -> Event:
        return Said(_nonce(), self.conversation, self.person, text=text, is_to_bot=True)

    def _press_of(self, button: Button) -> Event:
        return Pressed(_nonce(), self.conversation, self.person, action=button.action, value=button.value)

    def _print(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.out(line)

    def _say(self, key: str, **values: Value) -> None:
        self.out(self.words.text(key, self.language, **values))


def _form_of(card: Card) -> Form | None:
    return next((part for part in card.parts if isinstance(part, Form)), None)


def _buttons_of(card: Card) -> tuple[Button, ...]:
    return tuple(button for part in card.parts if isinstance(part, Buttons) for button in part.items)


def _nonce() -> str:
    return f"{PLATFORM}:{secrets.token_hex(16)}"
