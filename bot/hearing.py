"""Hearing: one event from the inbox, taken to the stage it belongs to."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from agents.contracts import Language
from bot.chat.port import Commanded, Event, Filled, Pressed, Said
from bot.domain.approval import CONFIRM, LAY_ASIDE
from bot.domain.command import is_link
from bot.domain.edit import EDIT, EDIT_ACTION
from bot.domain.errors import Lost
from bot.domain.lease import EXTEND
from bot.domain.linking import LINK, LINK_NO
from bot.domain.mending import STOP
from bot.domain.tracing import TRACE
from bot.flow.applying import Applying
from bot.flow.approving import Approving
from bot.flow.closing import Closing
from bot.flow.commanding import Commanding
from bot.flow.editing import Editing
from bot.flow.intake import Intake
from bot.flow.leasing import Leasing
from bot.flow.linking import Linking
from bot.flow.mending import ACTIONS, Mending
from bot.flow.planning import Planning
from bot.flow.reminding import Reminding
from bot.flow.stopping import Stopping
from bot.flow.telling import Telling
from bot.flow.tongue import REQUESTED, Tongue
from bot.flow.tracing import Tracing
from bot.flow.upkeep import Upkeep
from bot.ports import Inbox, Outbox
from iac.errors import Broken, Sentence, say

log = structlog.get_logger()

HEAR_LEASE_S = 30.0
"""Renewed while an event is worked on: an event of a worker that died is taken up after that."""


@dataclass(frozen=True, slots=True)
class Stages:
    """The use cases, by job."""

    intake: Intake
    commanding: Commanding
    planning: Planning
    approving: Approving
    applying: Applying
    closing: Closing
    upkeep: Upkeep
    reminding: Reminding
    editing: Editing
    mending: Mending
    stopping: Stopping
    leasing: Leasing
    linking: Linking
    tracing: Tracing


@dataclass(frozen=True, slots=True)
class Hearing:
    """Takes one event from the inbox to the stage it belongs to."""

    inbox: Inbox
    stages: Stages
    outbox: Outbox
    telling: Telling
    tongue: Tongue
    owner: str
    lease_s: float = HEAR_LEASE_S
    look_up: Callable[[], Awaitable[object]] | None = None
    """Reads whose accounts are whose: who was linked or parted a moment ago, elsewhere too, is judged as they are."""

    async def hear(self, key: str) -> None:
        """Have the event's whole effect, once; an event that is another worker's is left to it.

        What may heal by itself is said once and tried again; what is a defect of ours is said and laid aside,
        under a reference that the log has too.
        """
        event = await self.inbox.claim(key, self.owner, self.lease_s)
        if event is None:
            return
        try:
            async with self._keeping(key):
                await self._looked_up()
                await self._heard(event)
        except Broken as fault:
            if fault.is_worth_retrying:
                await self._tell(event, fault.sentence, "wait")
                await self._give_back(key)
                raise
            await self._tell(event, fault.sentence, "broken")
        except Lost:
            # Its turn in the thread is another's by now, or forgotten: it comes again, and has its effect once.
            await self._give_back(key)
            raise
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("event.broke", key=key, reference=reference)
            await self._tell(event, say("broken.unheard", reference=reference), "broken")
        await self.inbox.done(key)

    async def _looked_up(self) -> None:
        if self.look_up is not None:
            await self.look_up()

    async def _heard(self, event: Event) -> None:
        if isinstance(event, Pressed) and event.action == EDIT_ACTION:
            await self.stages.editing.press(event)
        elif isinstance(event, Pressed):
            await self._pressed(event)
        elif isinstance(event, Filled) and event.form.startswith(EDIT):
            await self.stages.editing.fill(event)
        elif isinstance(event, Filled) and event.form.startswith((CONFIRM, LAY_ASIDE)):
            await self.stages.approving.fill(event)
        elif isinstance(event, Filled) and event.form.startswith(f"{REQUESTED}:"):
            await self._requested(event)
        elif isinstance(event, Commanded):
            await self._commanded(event)
        elif not (isinstance(event, Said) and await self.stages.approving.hear(event)):
            await self.stages.intake.hear(event)

    async def _requested(self, event: Filled) -> None:
        """A request that was filled in is heard as words."""
        said = await self.stages.commanding.fill(event)
        if said is not None:
            await self._heard(said)

    async def _commanded(self, event: Commanded) -> None:
        """A command that means a request or a decision is heard as one, with the checks of every other."""
        if is_link(event.name, event.text):
            await self.stages.linking.command(event)
            return
        meant = await self.stages.commanding.command(event)
        if meant is not None:
            await self._heard(meant)
            await self.stages.commanding.told(event, meant)

    async def _pressed(self, event: Pressed) -> None:
        """To the stage that the button belongs to."""
        if event.action in ACTIONS:
            await self.stages.mending.press(event)
        elif event.action in (LINK, LINK_NO):
            await self.stages.linking.press(event)
        elif event.action == STOP:
            await self.stages.stopping.press(event)
        elif event.action == EXTEND:
            await self.stages.leasing.press(event)
        elif event.action == TRACE:
            await self.stages.tracing.press(event)
        else:
            await self.stages.approving.press(event)

    @asynccontextmanager
    async def _keeping(self, key: str) -> AsyncIterator[None]:
        """Renew the claim every third of its lease: a crew may think for longer than a dead worker is waited for."""
        beating = asyncio.create_task(self._beat(key))
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _beat(self, key: str) -> None:
        while True:
            await asyncio.sleep(self.lease_s / 3)
            try:
                await self.inbox.renew(key, self.owner, self.lease_s)
            except Broken as away:
                log.warning("event.not_renewed", key=key, why=str(away))

    async def _give_back(self, key: str) -> None:
        """Soon again; where the database is away too, the claim ends by itself."""
        try:
            await self.inbox.give_back(key, self.owner)
        except Broken as away:
            log.warning("event.not_given_back", key=key, why=str(away))

    async def _tell(self, event: Event, sentence: Sentence, why: str) -> None:
        language = await self._language(event)
        await self.outbox.add([self.telling.note(event, sentence, language, about=why)])

    async def _language(self, event: Event) -> Language:
        """The language of the thread; what broke may be the database that knows it."""
        try:
            return await self.tongue.of(event)
        except Broken:
            return "en"
