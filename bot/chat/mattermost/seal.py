"""Our own signature on what Mattermost carries for us, because Mattermost signs nothing of it. Pure.

A token says what a button means: its action, its value, the post it belongs to (by our own key) and a nonce that
stands on that post for as long as the button does. Whoever changes a letter of it, or takes it elsewhere, is found out.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TOKEN_MOST = 200_000
"""Characters of a token that are looked at: a form of ours has less."""
PATH_LENGTH = 40


class Forged(Exception):
    """It was not us who made that, or not for this place."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Signs and checks with one secret; each purpose has a key of its own."""

    secret: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """The part of our callback address that nobody can guess."""
        return self._mac("path", b"").hex()[:PATH_LENGTH]

    def close(self, purpose: str, values: Mapping[str, Any]) -> str:
        """The values as a token."""
        body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
        return ".".join(base64.urlsafe_b64encode(part).decode() for part in (body, self._mac(purpose, body)))

    def open(self, purpose: str, token: object) -> Mapping[str, Any]:
        """What the token says; raises ``Forged`` where it is not one of ours for that purpose."""
        if not isinstance(token, str) or len(token) > TOKEN_MOST:
            raise Forged("no token")
        try:
            body, mac = (base64.urlsafe_b64decode(part.encode()) for part in token.split("."))
        except ValueError as wrong:
            raise Forged("not a token") from wrong
        if not hmac.compare_digest(mac, self._mac(purpose, body)):
            raise Forged("not signed by us")
        values: Mapping[str, Any] = json.loads(body)
        return values

    def _mac(self, purpose: str, body: bytes) -> bytes:
        key = hmac.new(self.secret, f"mattermost:{purpose}".encode(), hashlib.sha256).digest()
        return hmac.new(key, body, hashlib.sha256).digest()
