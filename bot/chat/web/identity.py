"""Who is at the browser: signed cookies and one-time links. Nothing in here trusts what a browser says."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from bot.chat.web.log import WebLog

COOKIE = "threadform"
COOKIE_DAYS = 30
LINK_HOURS = 24
USED = "used-links"
"""Audience of the rows that remember used links; nobody reads it."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Signs short texts for one purpose each, with an end date."""

    secret: bytes

    def sign(self, purpose: str, text: str, *, until: float) -> str:
        """A token for ``text`` that holds until that time (seconds since the epoch)."""
        plain = base64.urlsafe_b64encode(f"{until:.0f}|{text}".encode()).decode().rstrip("=")
        return f"{plain}.{self._mac(purpose, plain)}"

    def read(self, purpose: str, token: str, *, now: float) -> str | None:
        """The text of a token of ours; None where it is forged, of another purpose, or too old."""
        plain, _, mac = token.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(purpose, plain).encode()):
            return None
        until, _, text = base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4)).decode().partition("|")
        return text if float(until) > now else None

    def _mac(self, purpose: str, plain: str) -> str:
        return hmac.new(self.secret, f"{purpose}:{plain}".encode(), hashlib.sha256).hexdigest()


def new_link(seal: Seal, person: str, *, now: float) -> str:
    """A path that makes one browser that person, once."""
    token = seal.sign("link", f"{secrets.token_hex(8)}|{person}", until=now + LINK_HOURS * 3600)
    return f"/enter?token={token}"


async def use_link(seal: Seal, log: WebLog, token: str, *, now: float) -> str | None:
    """The person of a link that nobody has used, which is used now; None else. One of two racers wins."""
    text = seal.read("link", token, now=now)
    if text is None:
        return None
    nonce, _, person = text.partition("|")
    mine = secrets.token_hex(16)
    first = await log.get(await log.append(USED, "used", mine, key=f"link:{nonce}"))
    return person if first and first.body == mine else None
