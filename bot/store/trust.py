"""Whether the audit trail can be believed: read whole at the start and once a day, and what is new in between."""

from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.domain.errors import Refused, Sentence, TrailTorn, say
from bot.store.audit import START, Audit, Head
from iac.errors import Broken

log = structlog.get_logger()

LOOK_EVERY_S: Final = 5.0
WHOLE_EVERY: Final = 17_280
"""Looks from one whole reading to the next: a day."""


@dataclass(slots=True)
class AuditTrust:
    """The ``Trust`` port. Says no until the trail was read whole, and from the moment in which it does not add up."""

    audit: Audit
    doubt: Sentence | None = field(default_factory=lambda: say("audit.unread"))
    _at: Head = START
    _looks: int = 0

    def check_trail(self) -> None:
        """``Refused`` with the doubt, where there is one."""
        if self.doubt is not None:
            raise Refused(self.doubt.key, **self.doubt.values)

    async def look(self) -> None:
        """Read on from where it was found right; a torn trail is read from its start until it is whole again.

        A database that does not answer changes no verdict: it lets nothing begin by itself.
        """
        if self._looks % WHOLE_EVERY == 0:
            self._at = START
        try:
            if self._at == START:
                await self._anchor()
            self._at = await self.audit.walk(self._at)
        except TrailTorn as torn:
            self._doubt(torn)
        except Broken as away:
            log.warning("audit.unread", why=away.why)
        else:
            self._believe()

    async def _anchor(self) -> None:
        """The head in the log: a log that is kept elsewhere holds the trail up to here, whoever owns the database."""
        head = await self.audit.head()
        log.info("audit.anchored", rows=head.seq, hash=head.hash)

    def _doubt(self, torn: TrailTorn) -> None:
        if self.doubt is None or self.doubt.key != "audit.broken":
            log.error("audit.broken", row=torn.row)
        self.doubt = say("audit.broken", row=torn.row)
        self._at, self._looks = START, 1

    def _believe(self) -> None:
        if self.doubt is not None:
            log.info("audit.verified", rows=self._at.seq, hash=self._at.hash)
        self.doubt = None
        self._looks += 1
