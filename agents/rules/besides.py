"""What is asked about a whole request beside its guests: how long it lives, its address, its VLAN. Pure."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from agents.rules.marks import Mark
from agents.rules.times import days_in, spans_in, until

_IP = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w.])")
_TAG = re.compile(r"\bvlan\s*(?:id|tag)?\s*[:=]?\s*(\d{1,4})\b")
_LIFE = re.compile(
    r"\b(?:for|during|pour|pendant|durant|expires? in|expire dans|valables?|"
    r"ttl|lifetime|lease|duree(?: de vie)?|lasting|last|need it|besoin|garder?|"
    r"keep|serv\w+ que|(?:vivra|durera|tournera|restera)(?: que)?|only (?:be )?(?:needed|used|required)|"
    r"self[- ]?destruct\w*|"
    r"s'autodetrui\w*|auto-?destruct\w*|disappear\w*|vanish\w*|gone|go away|disparai\w*|dies?|"
    r"after|apres|au bout de|(?:kill|delete|destroy|remove|supprim|"
    r"detrui)\w*[- ](?:it |la |le )?(?:in|dans))\b[^.;]{0,24}?$"
)


_GOES = re.compile(
    r"\b(?:disparai\w+|supprim\w+|detrui\w+|effac\w+|jet\w+|delet\w+|remov\w+|gone|go away|expir\w+|destroy\w*|die|"
    r"kill\w*|bin(?:ned)?|trash\w*|torn down|tear it down|can go|peut partir|degag\w+|rend(?:re|s|rai))\b[^.;,]{0,16}$"
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


def _last_day(text: str, now: datetime) -> date | None:
    """The day after which it may go: "elle peut disparaître lundi"."""
    return next((mark.value for mark in days_in(text, now) if _GOES.search(text[: mark.start])), None)


def _life(text: str, now: datetime | None) -> dict[str, Any]:
    day = (until(text, now) or _last_day(text, now)) if now else None
    if day:
        return {"expires_on": day.isoformat()}
    for span in spans_in(text):
        if _LIFE.search(text[: span.start]) or re.match(
            r"\s*(?:only|max|de vie|lease|ttl|lifetime|(?:is |will be |would be |ca |me |nous |should )*(?:enough|"
            r"plenty|fine|do|"
            r"suffi\w*|ira|tops?|maxi\w*|seulement|pas plus)|of life|grand max)\b",
            text[span.end :],
        ):
            return {"ttl_hours": max(1, round(span.value))}
    return {}
