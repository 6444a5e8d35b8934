"""Who pressed, as the server itself signs it: the trigger of a press names the user and the moment.

Mattermost makes a trigger for each press, command and dialog (``GenerateTriggerId`` in its model package): base64 of
``id:user:milliseconds:`` and an ECDSA signature of it by the server's own key, whose public half is in the client
configuration. It proves who did something and when, but not what was pressed.
"""

import base64
import binascii
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from bot.chat.mattermost.seal import Forged

FRESH_S = 120.0
"""A trigger that is older was kept by somebody; clocks may differ by as much."""
CONFIG_KEY = "AsymmetricSigningPublicKey"


@dataclass(frozen=True, slots=True)
class Triggers:
    """Checks triggers with the public key of one server."""

    key: ec.EllipticCurvePublicKey

    def check(self, trigger: str, user: str, now: float) -> None:
        """Raise ``Forged`` unless the server signed that this user did something just now."""
        try:
            text = base64.b64decode(trigger, validate=True).decode()
            client, named, at, signature = text.split(":")
            signed = f"{client}:{named}:{at}:".encode()
            self.key.verify(base64.b64decode(signature, validate=True), signed, ec.ECDSA(hashes.SHA256()))
            age = now - int(at) / 1000
        except (ValueError, binascii.Error, InvalidSignature) as wrong:
            raise Forged("the trigger is not signed by the server") from wrong
        if named != user:
            raise Forged("the trigger is another person's")
        if abs(age) > FRESH_S:
            raise Forged("the trigger is old")


def triggers_of(public_key: str) -> Triggers | None:
    """The checker for a key as the server's configuration shows it (DER in base64); None where there is none."""
    if not public_key:
        return None
    try:
        key = load_der_public_key(base64.b64decode(public_key))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return Triggers(key) if isinstance(key, ec.EllipticCurvePublicKey) else None
