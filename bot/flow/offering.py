"""Somebody asked for more time: what can be kept longer is shown with its buttons. Words alone change no lease."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.contracts import Reply
from bot.chat.cards import Offer, lease_card
from bot.chat.port import Event
from bot.chat.words import moment
from bot.domain.errors import Refused, Sentence, say
from bot.domain.lease import Lease, days, more_asked
from bot.flow.telling import Telling
from bot.ports import Clock, Leases, Outgoing

INTENT = "extend_ttl"
MOST = 6
"""More guests than that are not offered on one card."""


@dataclass(frozen=True, slots=True)
class Offering:
    """Turns a wish for more time into a card that somebody presses."""

    leases: Leases
    telling: Telling
    now: Clock

    async def of(self, event: Event, reply: Reply) -> Outgoing | None:
        """The card in place of the reply; None where the reply is about something else, or names no guest."""
        understood = reply.understood
        targets = understood.slots.get("targets") if understood and understood.intent == INTENT else None
        if understood is None or not targets:
            return None
        known = {lease.guest.lower(): lease for lease in await self.leases.all()}
        said, offers = self._offers([str(name) for name in targets], known, understood.slots, reply.language)
        card = lease_card(said, offers, self.telling.words, reply.language)
        return Outgoing(f"reply:{event.dedupe}", event.conversation, card)

    def _offers(
        self, names: Sequence[str], known: Mapping[str, Lease], slots: Mapping[str, Any], language: str
    ) -> tuple[list[Sentence], list[Offer]]:
        said: list[Sentence] = []
        offers: list[Offer] = []
        for name in names[:MOST]:
            lease = known.get(name.lower())
            if lease is None:
                said.append(say("lease.gone", guest=name))
                continue
            try:
                more_s = more_asked(lease, slots, self.now())
            except Refused as no:
                said.append(no.sentence)
                continue
            said.append(_offered(lease, more_s, language))
            offers.append((lease, more_s))
        if len(names) > MOST:
            said.append(say("lease.more", count=len(names) - MOST))
        return said, offers


def _offered(lease: Lease, more_s: float | None, language: str) -> Sentence:
    until = moment(lease.ends_at, language)
    if more_s is None:
        return say("lease.offer", guest=lease.guest, until=until)
    return say("lease.offer_days", guest=lease.guest, until=until, count=days(more_s))
