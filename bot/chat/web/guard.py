"""What stands between the network and the page: host, origin, size and form of a request. Every no is a sentence."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from iac.errors import Sentence, say

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
TEXT_MAX = 16_000
"""Characters of one message."""
BODY_MAX = 1 << 20
"""Bytes of one request: more than the longest message can take in JSON."""
NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
ROW = re.compile(r"[0-9]{1,18}")
MOST_ROWS = 10**18
"""Beyond every row there can be, and still a number that a database takes."""
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Denied(Exception):
    """A request that is answered with a sentence; ``fields`` are the form's inputs that are wrong."""

    status: int
    sentence: Sentence
    fields: dict[str, Sentence] = field(default_factory=dict)


def deny(status: int, key: str, **values: Any) -> Denied:
    """A no with the sentence ``web.error.<key>``."""
    return Denied(status, Sentence(f"web.error.{key}", values))


def check_host(request: Request, hosts: Collection[str]) -> None:
    """Refuse a name that is not ours: a page elsewhere may have been rebound to our address."""
    name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    if name not in LOOPBACK and name not in hosts:
        raise Denied(403, say("web.error.forbidden"))


def check_origin(request: Request) -> None:
    """Refuse a POST that another site's page made: its Origin names that site."""
    origin = urlsplit(request.headers.get("origin", ""))
    if not origin.netloc or origin.netloc != request.headers.get("host"):
        raise Denied(403, say("web.error.forbidden"))


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object of a POST with its nonce checked; anything else is refused in words."""
    check_origin(request)
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Denied(400, say("web.error.not_text"))
    body = await _read(request)
    try:
        value = json.loads(body.decode("utf-8"))
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate is no text either
    except (ValueError, RecursionError):
        raise Denied(400, say("web.error.not_text")) from None
    if not isinstance(value, dict) or not NONCE.fullmatch(str(value.get("nonce", ""))):
        raise Denied(400, say("web.error.not_text"))
    return value


def row_number(text: str) -> int | None:
    """A row's number as a browser says it; None for what is none, or is beyond every row there can be."""
    return int(text) if ROW.fullmatch(text) else None


def check_text(value: object) -> str:
    """A message as a person may send it: text, not empty, not too long, no control characters."""
    if not isinstance(value, str) or any(ord(c) < ord(" ") and c not in "\n\r\t" for c in value):
        raise Denied(400, say("web.error.not_text"))
    if len(value) > TEXT_MAX:
        raise Denied(422, say("web.error.too_long", count=len(value), most=TEXT_MAX))
    if not value.strip():
        raise Denied(422, say("web.error.empty"))
    return value.strip()


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX:
            raise Denied(413, say("web.error.too_large", most=TEXT_MAX))
    return bytes(body)
