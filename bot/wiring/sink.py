"""Where every adapter's events go: forms are checked, events are stored, and only then is anything acknowledged."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.chat.port import OPENS_S, Commanded, Event, Filled, Opening, Said
from bot.domain.command import is_request
from bot.domain.errors import Refused
from bot.flow.asking import Asking
from bot.flow.checking import Checking
from bot.flow.tongue import ASKED, REQUESTED
from bot.ports import Clock, Jobs, Links
from bot.store.inbox import SqlInbox

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StoreFirst:
    """The ``Sink`` of every adapter, and its ``Forms``: the event is stored before anything else happens to it."""

    inbox: SqlInbox
    jobs: Jobs
    asking: Asking
    checking: Checking
    links: Links
    now: Clock

    async def __call__(self, event: Event) -> Mapping[str, str] | None:
        """Check, store, and ring only for what is new. A lost ring is found by the sweeper."""
        wrong = await self._wrong(event) if isinstance(event, Filled) else {}
        if wrong and not await self.inbox.has(event.dedupe):
            return wrong
        if await self.inbox.store(event, self.now()):
            await self.jobs.send("hear" if _is_for_the_crew(event) else "press", event.dedupe)
        return None

    async def _wrong(self, form: Filled) -> Mapping[str, str]:
        """Judged by whose the account is now: a link may have been made in another process."""
        await self.links.refresh()
        return await self.checking.errors(form)

    async def form_for(self, event: Event) -> Opening | None:
        """The form to open now; None where there is none, or none in time: then the event is stored as any other."""
        try:
            async with asyncio.timeout(OPENS_S):
                await self.links.refresh()
                return await self.asking.form_for(event)
        except Refused:
            return None
        except Exception:
            log.warning("form.not_opened", key=event.dedupe, exc_info=True)
            return None


def _is_for_the_crew(event: Event) -> bool:
    """Words, in whatever form: what the agents think about waits for its turn, and no press waits behind it."""
    if isinstance(event, Filled):
        return event.form.startswith((f"{ASKED}:", f"{REQUESTED}:"))
    return isinstance(event, Said) or (isinstance(event, Commanded) and is_request(event.name, event.text))
