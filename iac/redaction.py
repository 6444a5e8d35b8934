"""What looks like a secret, or is one that we were told, leaves no door: not in logs, cards, prompts or records."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

HIDDEN: Final = "[hidden]"
SHORTEST: Final = 6
"""A shorter word would hide half of every sentence."""

SECRET_NAME: Final = re.compile(
    r"token|secret|password|passwd|api_?key|state_?key|authorization|cookie|private|credential|ticket|csrf",
    re.IGNORECASE,
)
# Strangers choose what is searched: no form may look through the same words again from each of their letters.
_USER: Final = r"[^\s\"'@!:]{1,64}(?:@[^\s\"'@!:]{1,64}){1,3}"
"""user@realm, as Proxmox VE writes it in at most 64 letters; a user may be called like a letter's address."""
# No form reaches over a quotation mark: JSON that had a secret in it is JSON without it.
_FORMS: Final = (
    r"PVEAPIToken=[^\s\"']+",
    rf"\b{_USER}![\w-]{{1,128}}=[0-9a-fA-F-]{{36}}",  # user@realm!name=uuid
    rf"\bPVE\w{{0,32}}:{_USER}:[0-9A-F]{{8}}::[^\s\"']+",  # a ticket
    r"xox[abeprs]-[\w-]+|xapp-[\w-]+|https://hooks\.slack\.com/[^\s\"']+",
    r"\bAIza[\w-]{30,}|\bsk-[\w-]{20,}|\bgh[opsur]_\w{20,}|\bgithub_pat_\w{20,}|\bAKIA[0-9A-Z]{16}\b",
    r"(?<![\w-])(?>eyJ|[\w-]*?-eyJ)[\w-]{10,}+\.[\w-]{10,}+\.[\w-]*",  # a JSON web token
    r"\$(?:5|6|y|2[aby])\$[\w./$=,-]{20,}",  # a password as crypt(5) keeps it
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|(?:\\n|[\w+/=\s:,-])*)",
    r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])",  # 32 bytes in base64: a state key
)
_VALUE: Final = re.compile("|".join(_FORMS))
# A host with a port and a path with an at sign is no password.
_URL: Final = re.compile(r"://[^/\s:@]*:(?!\d{1,5}(?:[/?#\s]|$))[^\s\"'<>]{1,512}@")
_BEARER: Final = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{16,}", re.IGNORECASE)
_NAMED: Final = re.compile(
    r"((?:token|secret|passw(?:or)?d|api[_-]?key|state[_-]?key|private[_-]?key|csrf)"
    r"(?:\\?[\"'])?\s*[:=]\s*(?:\\?[\"'])?)(?!\[hidden\])(?:[^\s\"'\\,;&)}\]]|\\(?![\"']))+",
    re.IGNORECASE,
)
_told: set[str] = set()


def keep_secret(secrets: Iterable[str]) -> None:
    """Hide these very words from now on, however they come; also as a URL writes them."""
    for secret in secrets:
        if len(secret) >= SHORTEST:
            _told.update({secret, quote(secret, safe="")})


def redact(text: str) -> str:
    """The text with everything replaced that looks like a token, a key or a password, or was told to be one."""
    for secret in sorted(_told, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = _VALUE.sub(HIDDEN, text)
    text = _URL.sub(f"://{HIDDEN}@", text)
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    return _NAMED.sub(rf"\1{HIDDEN}", text)


def without_secrets(value: Any, name: str = "") -> Any:
    """The value with everything hidden that looks like a secret, by its name or by its form, however deep."""
    if SECRET_NAME.search(name) and not isinstance(value, int | float | None):
        return HIDDEN
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {str(inner): without_secrets(each, str(inner)) for inner, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [without_secrets(each) for each in value]
    return value
