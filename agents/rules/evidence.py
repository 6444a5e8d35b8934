"""Nothing a model says about a request counts unless the person's own words bear it out. Pure."""

import re
from typing import Any

from agents.rules.numbers import digits_for_words
from agents.rules.page import fold
from agents.rules.shapes import GuestWish, Wish
from agents.rules.sizes import number_of

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_SCALES = {"cores": (1.0,), "memory_mb": (1.0, 1024.0, 1048576.0), "disk_gb": (1.0, 1024.0)}


def borne_out(ours: Wish, theirs: Wish, said: str) -> Wish:
    """Our own reading, with gaps filled from a model's where ``said`` holds the value; ours always wins."""
    text = digits_for_words(fold(said))
    if not ours.guests:
        guests = [_backed(GuestWish(), guest, text) for guest in theirs.guests]
        return ours.model_copy(update={"guests": [g for g in guests if g != GuestWish()]})
    if len(ours.guests) != len(theirs.guests):
        return ours
    pairs = zip(ours.guests, theirs.guests, strict=True)
    return ours.model_copy(update={"guests": [_backed(own, their, text) for own, their in pairs]})


def _backed(own: GuestWish, their: GuestWish, text: str) -> GuestWish:
    update: dict[str, Any] = {}
    for slot in ("image", "cores", "memory_mb", "disk_gb", "node", "storage", "network", "pool"):
        value = getattr(their, slot)
        if getattr(own, slot) is None and value is not None and _is_said(slot, value, text):
            update[slot] = value
    if not own.names:
        update["names"] = [name for name in their.names if name.lower() in text]
    return own.model_copy(update={k: v for k, v in update.items() if v})


def _is_said(slot: str, value: Any, text: str) -> bool:
    if slot in _SCALES:
        numbers = [number_of(n) for n in _NUMBER.findall(text)]
        return any(number * scale == value for number in numbers for scale in _SCALES[slot])
    words = re.findall(r"[a-z]+|\d+", fold(str(value)))
    return bool(words) and words[0] in text
