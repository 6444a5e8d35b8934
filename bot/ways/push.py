"""A push service that takes a POST: ntfy, or whatever reads the same headers."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Final

import httpx

from bot.ports import Notice
from iac.errors import Broken

SECONDS: Final = 20.0
BYTES_MOST: Final = 3_800
"""ntfy makes a file of a message over 4,096 bytes, which no phone shows."""
PRIORITY: Final = {"info": "3", "warning": "4", "critical": "5"}
TAGS: Final = {"info": "information_source", "warning": "hourglass", "critical": "rotating_light"}


@dataclass(frozen=True, slots=True)
class Push:
    """Posts to one address, such as ``https://ntfy.example.org/proxmox``."""

    url: str = field(repr=False)
    token: str = field(default="", repr=False)
    seconds: float = SECONDS

    async def send(self, notice: Notice) -> None:
        """Post it; ``Broken`` where the answer is none, or not a yes."""
        headers = {
            "Title": _header(notice.title),
            "Priority": PRIORITY[notice.severity],
            "Tags": TAGS[notice.severity],
            "X-Threadform-Key": _header(notice.key),
        }
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            async with httpx.AsyncClient(timeout=self.seconds) as client:
                answer = await client.post(self.url, content=_cut(notice.text), headers=headers)
        except httpx.HTTPError as fault:
            why = f"{type(fault).__name__} {fault}".strip()
            raise Broken("sending a push message", why, is_worth_retrying=True) from fault
        if not answer.is_success:
            raise Broken("sending a push message", f"status {answer.status_code}", is_worth_retrying=True)


def _cut(text: str) -> bytes:
    """As much as a phone shows, cut at a line and marked where it is: the whole stands in the thread."""
    body = text.encode()
    if len(body) <= BYTES_MOST:
        return body
    kept = body[:BYTES_MOST].decode(errors="ignore")
    return f"{kept.rpartition(chr(10))[0] or kept}\n[…]".encode()


def _header(text: str) -> str:
    """Words of any language in a header, which is ASCII: as RFC 2047 has it."""
    line = " ".join(text.split())
    return line if line.isascii() and line.isprintable() else f"=?UTF-8?B?{b64encode(line.encode()).decode()}?="
