"""What the rows of the page's log hold, as values and as JSON; and a log read as what stands now."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.chat.port import Card, Tone
from bot.chat.web.log import EDIT, WebLog, WebRow
from bot.store.codec import dump_card, parse_card

CARD, SAID, NOTE, STATUS, LISTED = "card", "said", "note", "status", "thread"
MESSAGES = frozenset({CARD, SAID, NOTE})
TRANSIENT = frozenset({STATUS})
"""Kinds that mean something only while they happen: a reader who was away never gets them."""
PAGE = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answered a form, and what: input id -> what is shown for it."""

    name: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Posted:
    """A card of the bot; ``answers`` are those of its forms that were filled. ``at`` in seconds (UTC)."""

    card: Card
    at: float
    answers: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A person's words. ``is_lost``: they could not be stored for the bot."""

    person: str
    name: str
    text: str
    at: float
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """What is going on right now; None clears it."""

    text: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A thread in the list: the request it began with, and under it the title of its last card."""

    thread: str
    title: str
    tone: Tone
    at: float
    about: str = ""


Body = Posted | Spoken | Status | Listed


@dataclass(frozen=True, slots=True)
class Standing:
    """A row as it stands, its newest edit taken in."""

    seq: int
    audience: str
    kind: str
    body: Body


def dump_body(body: Body) -> str:
    """A body as JSON; the same value is always the same text."""
    if isinstance(body, Posted):
        answers = {form: {"name": a.name, "values": dict(a.values)} for form, a in body.answers.items()}
        return json.dumps({"card": dump_card(body.card), "at": body.at, "answers": answers}, ensure_ascii=False)
    return json.dumps(asdict(body), ensure_ascii=False)


def parse_body(kind: str, stored: str) -> Body:
    """The body of a row of that kind."""
    value: dict[str, Any] = json.loads(stored)
    if kind == SAID:
        return Spoken(**value)
    if kind == STATUS:
        return Status(**value)
    if kind == LISTED:
        return Listed(**value)
    answers = {form: Answer(**answer) for form, answer in value["answers"].items()}
    return Posted(parse_card(value["card"]), value["at"], answers)


def fold(rows: Iterable[WebRow], standing: dict[int, Standing] | None = None) -> dict[int, Standing]:
    """Rows as they stand, by seq, in order; an edit of a row that is not among them is left out."""
    found = {} if standing is None else standing
    for row in rows:
        first = found.get(row.ref) if row.kind == EDIT and row.ref is not None else None
        if first:
            found[first.seq] = Standing(first.seq, first.audience, first.kind, parse_body(first.kind, row.body))
        elif row.kind != EDIT:
            found[row.seq] = Standing(row.seq, row.audience, row.kind, parse_body(row.kind, row.body))
    return found


async def read_all(log: WebLog, seq: int, audiences: Sequence[str]) -> list[WebRow]:
    """Every row after ``seq``, however many."""
    rows: list[WebRow] = []
    while True:
        more = await log.since(rows[-1].seq if rows else seq, audiences, PAGE)
        rows += more
        if len(more) < PAGE:
            return rows


async def standing(log: WebLog, seq: int) -> Standing | None:
    """One row as it stands now; None for a row that is no message."""
    first = await log.get(seq)
    if first is None or first.kind not in MESSAGES:
        return None
    return fold(await read_all(log, seq - 1, [first.audience])).get(seq)
