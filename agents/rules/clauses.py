"""A message cut into what it asks for, one after the other: "snapshot db01, then restart it" is two clauses. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from agents.rules.lexicon import Heard
from agents.rules.marks import Mark

_STOP = re.compile(
    r"\b(?:and then|and also|then|and|puis|ensuite|et puis|et ensuite|et aussi|"
    r"et|after that|apres ca|apres|also|mais|but)\b|[,.;!?\n+&]"
)
_TAIL = re.compile(
    r"\b(?:before (?:i|we|you|it|they|he|she|[a-z]+ing\b|the (?:upgrade|"
    r"update|patch\w*|migration|change|deploy\w*|release))|so (?:that )?(?:i|"
    r"we|it|they|the)\b|because|since (?!\d)|depuis (?:la |le |l'|que |qu')|as (?:i|we) |in case|"
    r"in order to|while (?:i|we)|avant (?:de |d'|que|qu'|la |le |l'|mon "
    r"|ma |notre |une? )(?!fin)|pour (?:que|qu'|pouvoir|ne pas|[a-z]+(?:er|"
    r"ir|re)\b)|parce qu|car |vu qu|puisqu|afin |au cas|histoire de|on va "
    r"|on doit |"
    r"i(?:'m| am| have|'ll| will| want)? (?:going|about|planning|to )|(?:to|"
    r"and) (?:test|try|patch|upgrade|update|save|avoid|check|see|make sure|"
    r"run|do)\b)[^.;!?\n]*"
)
_NOT = re.compile(
    r"(?:\b(?:don'?t|do not|doesn'?t|not|never|without|ne|n'|sans|no need to|"
    r"pas besoin de)|n')\s*(?:la |le |les |l'|it |them |any |the )?$"
)
_UNWANTED = re.compile(
    r"\b(?:no|not|isn'?t|aren'?t|don'?t|doesn'?t|never|no longer|plus|pas|nobody|personne n')\s+(?:really )?$"
)
COMMANDS = frozenset(
    [
        "start",
        "stop",
        "restart",
        "delete",
        "create",
        "clone",
        "grow",
        "shrink",
        "set",
        "add",
        "migrate",
        "drain",
        "rollback",
        "backup",
        "snapshot",
        "list",
        "status",
        "deploy",
        "extend",
        "enable",
        "disable",
    ]
)
_REMEDIES = frozenset(
    {"start", "stop", "restart", "delete", "grow", "shrink", "migrate", "rollback", "backup", "snapshot"}
)
_LATEST = 26
"""Characters after a stop within which the next command must begin to be one of its own."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a message with what was heard and named in it; ``is_alone`` where it is the whole message."""

    text: str
    start: int
    end: int
    heard: tuple[Heard, ...]
    marks: tuple[Mark, ...]
    is_alone: bool = False

    def joined(self, other: "Clause", text: str) -> "Clause":
        """The clause and the one after it as one."""
        marks = (*self.marks, *other.marks)
        return Clause(text[self.start : other.end], self.start, other.end, (*self.heard, *other.heard), marks)


def told(heard: Sequence[Heard], text: str) -> tuple[Heard, ...]:
    """What is heard and meant: not inside a longer phrase of another act, not denied, not in a "before I ..."."""
    tails = [m.span() for m in _TAIL.finditer(text)]
    acts = [h for h in heard if h.kind == "act"]
    kept = [h for h in heard if h.kind != "act" or not (_is_inside(h, acts) or _is_denied(h, text))]
    outside = [h for h in kept if h.kind != "act" or not any(a <= h.start < b for a, b in tails)]
    has_command = any(h.kind == "act" and (h.concept in COMMANDS or h.concept == "trouble") for h in outside)
    return tuple(outside if has_command else kept)


def clauses_of(text: str, heard: Sequence[Heard], marks: Sequence[Mark]) -> list[Clause]:
    """The clauses of a message; a new one begins after a stop where a command follows at once."""
    cuts = [0, *_cuts(text, heard, marks), len(text)]
    return [
        Clause(
            text[a:b], a, b,
            tuple(h for h in heard if a <= h.start < b),
            tuple(m for m in marks if a <= m.start < b),
            is_alone=len(cuts) == 2,  # noqa: PLR2004 - where it begins and where it ends
        )
        for a, b in pairwise(cuts)
    ]  # fmt: skip


def _cuts(text: str, heard: Sequence[Heard], marks: Sequence[Mark]) -> list[int]:
    commands = [h for h in heard if h.kind == "act" and h.concept in COMMANDS]
    inside = [(h.start, h.end) for h in commands] + [(m.start, m.end) for m in marks]
    cuts = []
    for stop in _STOP.finditer(text):
        if any(a <= stop.start() < b for a, b in inside):
            continue
        is_next = any(
            stop.end() <= h.start <= stop.end() + _LATEST and not _STOP.search(text[stop.end() : h.start])
            for h in commands
        )
        if is_next and any(h.start < stop.start() for h in (*commands, *_reasons(heard, commands, stop.end()))):
            cuts.append(stop.end())
    return cuts


def _reasons(heard: Sequence[Heard], commands: Sequence[Heard], start: int) -> list[Heard]:
    """What is wrong, where the next command is the remedy: "web01 is slow, bump it"."""
    following = next((h for h in commands if h.start >= start), None)
    if following is None or following.concept not in _REMEDIES:
        return []
    return [h for h in heard if h.kind == "act" and h.concept == "trouble"]


def _is_denied(heard: Heard, text: str) -> bool:
    """Whether an act is said not to be done; that something does not work is trouble and no denial."""
    if heard.concept in {"lack", "want"} and _UNWANTED.search(text[: heard.start]):
        return True
    return heard.concept not in {"trouble", "docs"} and _NOT.search(text[: heard.start]) is not None


def _is_inside(heard: Heard, acts: Sequence[Heard]) -> bool:
    """Whether a longer phrase of another act covers this one: "starting" in "keeps restarting"."""
    return any(
        heard.concept not in {other.concept, "quota"}
        and other.start <= heard.start
        and heard.end <= other.end
        and other.end - other.start > heard.end - heard.start
        for other in acts
    )
