"""Linking: one person proves that two accounts are theirs, by acting on both sides. Pure.

A code is issued on one side and typed on the other; there the person is shown who the first side is and confirms,
and then the first side is shown who the second is and confirms. Only then are the two one person.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

LINK, LINK_NO = "link", "link_no"
"""The actions of the buttons: both accounts are mine; they are not."""
CODE_LIVES_S = 600.0
MOST_CODES = 5
CODES_WITHIN_S = 3_600.0
MOST_WRONG = 5
"""Codes that were none, of one account within ``WRONG_WITHIN_S``: 30 ** 10 codes cannot be tried so."""
WRONG_WITHIN_S = 900.0
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letter that is read as another."""
CODE_LENGTH = 10

Stage = Literal["issued", "entered", "vouched", "done", "ended"]
TURN: Mapping[Stage, Literal["first", "second"]] = {"entered": "second", "vouched": "first"}
"""Whose confirmation is waited for."""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One row of the links: from then on the account is that person's (``is_on``), or is so no more."""

    seq: int
    account: str
    person: str
    is_on: bool


@dataclass(slots=True)
class Ties:
    """The links as they stand: whose an account is, and with whom it was ever one."""

    person_of: dict[str, str] = field(default_factory=dict)
    ever: dict[str, set[str]] = field(default_factory=dict)
    seen: int = 0

    def take(self, rows: Sequence[LinkRow]) -> None:
        """Read on, in the order in which the links were made."""
        for row in rows:
            if row.is_on:
                self.person_of[row.account] = row.person
            elif self.person_of.get(row.account) == row.person:
                del self.person_of[row.account]
            self.ever.setdefault(row.account, set()).add(row.person)
            self.ever.setdefault(row.person, set()).add(row.account)
            self.seen = row.seq

    def accounts_of(self, ids: Collection[str]) -> tuple[str, ...]:
        """The linked accounts of a person of these ids: a link names the one that was first in the settings then."""
        return tuple(sorted(account for account, whose in self.person_of.items() if whose in ids))

    def ever_one(self, ids: Iterable[str]) -> frozenset[str]:
        """Whatever was ever one with one of these, by however many steps: links that were undone are steps too."""
        found, left = set[str](), [*ids]
        while left:
            each = left.pop()
            if each not in found:
                found.add(each)
                left += self.ever.get(each, ())
        return frozenset(found)


def new_code(choose: Callable[[str], str]) -> str:
    """A fresh code, as it is shown: two groups of five; ``choose`` picks a letter by chance."""
    letters = "".join(choose(LETTERS) for _ in range(CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def parse_code(text: str) -> str | None:
    """The code that was typed, without its hyphen; None for what cannot be one."""
    typed = re.sub(r"[\s\-`]", "", text).upper()
    return typed if len(typed) == CODE_LENGTH and set(typed) <= set(LETTERS) else None


def hashed(code: str) -> str:
    """How a code is kept: 49 bits by chance that live ten minutes need no salt."""
    return hashlib.sha256(f"threadform link {parse_code(code)}".encode()).hexdigest()
