"""What is asked about a whole request beside its guests: how long it lives, its address, its VLAN. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agents.rules.marks import Mark
from agents.rules.times import spans_in, until

_IP = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w.])")
_TAG = re.compile(r"\bvlan\s*(?:id|tag)?\s*[:=]?\s*(\d{1,4})\b")
_LIFE = re.compile(
    r"\b(?:for|during|pour|pendant|durant|expires? in|expire dans|valables?|"
    r"ttl|lifetime|lease|duree(?: de vie)?|lasting|last|need it|besoin|garder?|"
    r"keep|after|apres|au bout de|(?:kill|delete|destroy|remove|supprim|"
    r"detrui)\w*[- ](?:it |la |le )?(?:in|dans))\b[^.;]{0,24}?$"
)


def besides_of(extras: Sequence[Mark], text: str, now: datetime | None) -> dict[str, Any]:
    """The values by slot, those that were said."""
    kinds = {mark.value for mark in extras}
    values: dict[str, Any] = {}
    if "ip" in kinds and (address := _IP.search(text)):
        values["ip"] = address[0]
    if "vlan" in kinds and (tag := _TAG.search(text)):
        values["vlan"] = int(tag[1])
    return values | _life(text, now)


def _life(text: str, now: datetime | None) -> dict[str, Any]:
    day = until(text, now) if now else None
    if day:
        return {"expires_on": day.isoformat()}
    for span in spans_in(text):
        if _LIFE.search(text[: span.start]) or re.match(
            r"\s*(?:only|max|de vie|lease|ttl|lifetime)\b", text[span.end :]
        ):
            return {"ttl_hours": max(1, round(span.value))}
    return {}
