"""Opening a form: at once while the press is fresh, else as questions in the thread, for the presser alone."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass
from typing import Final

import structlog

from bot.chat.port import Actor, Card, Conversation, Form, How, Opening, Text, TooFast
from bot.chat.slack.calling import Calls, No
from bot.chat.slack.modals import Origin, render_view
from bot.chat.slack.reading import Trigger
from bot.chat.words import Words
from bot.ports import Clock
from iac.errors import Broken

log = structlog.get_logger()

FRESH_S: Final = 2.5
"""Slack takes a trigger for three seconds; the call needs some of that."""

Whisper = Callable[[Conversation, Actor, Card, str], Awaitable[How]]


@dataclass(frozen=True, slots=True)
class Asking:
    """Forms for one person."""

    calls: Calls
    words: Words
    whisper: Whisper
    _: KW_ONLY
    now: Clock = time.monotonic

    async def ask(self, surface: object, who: Actor, to: Conversation, form: Form) -> How:
        """Open the modal; NATIVE where it is open, else the same questions are in the thread."""
        if await self.open(surface, to, Opening(form, language="")):
            return How.NATIVE
        return await self._in_thread(surface, who, to, form)

    async def open(self, surface: object, to: Conversation, opening: Opening) -> bool:
        """Open the modal while the press is fresh; whether it is open."""
        if not isinstance(surface, Trigger):
            return False
        origin = Origin(to.channel, to.thread or "")
        try:
            async with asyncio.timeout(max(0.0, FRESH_S - (self.now() - surface.at))):
                view = render_view(opening.form, origin, self.words, language=opening.language, note=opening.note)
                await self.calls.call("views.open", trigger_id=surface.id, view=view)
        except (No, TooFast, Broken, ValueError, TimeoutError) as fault:
            log.info("form.not_opened", form=opening.form.id, why=str(fault) or "too late")
            return False
        return True

    async def explain(self, who: Actor, to: Conversation, surface: object) -> None:
        """A form that no button could carry: its questions stand in the message already."""
        said = self.words.text("slack.answer_there", "en")
        await self.whisper(to, who, Card(plain=said, parts=(Text(said),)), f"ask:{_short(surface)}")

    async def _in_thread(self, surface: object, who: Actor, to: Conversation, form: Form) -> How:
        """A private note, the questions, and the button that opens them again."""
        language = self.words.language_of(" ".join([form.title, *(each.label for each in form.inputs)]))
        said = self.words.text("slack.too_late", language)
        card = Card(plain=f"{form.title}. {said}", parts=(Text(said), form), tone="waiting")
        await self.whisper(to, who, card, f"ask:{_short(surface)}")
        return How.DEGRADED


def _short(surface: object) -> str:
    """A name for one press."""
    return hashlib.sha256(repr(surface).encode()).hexdigest()[:16]
