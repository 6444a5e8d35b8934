"""What documentation is made of, and what a search finds. Text in here was written by others: it is only ever data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "fr"]
Verdict = Literal["found", "maybe", "none"]

FOUND_SHARE, MAYBE_SHARE = 0.5, 0.3
"""Share of a question's term weight that a passage must hold to be an answer, and to be worth showing with a doubt.

Measured with this kind of index on 40 real and 20 off-topic questions: .5 lets in 5 % of what is off topic, .3 a third.
"""


@dataclass(frozen=True, slots=True)
class Section:
    """Text under one heading; ``anchor`` is what leads to it behind an address, empty where there is none."""

    heading: str
    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read; ``is_superseded``: it only says that another page takes its place."""

    title: str
    sections: tuple[Section, ...]
    is_superseded: bool = False
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """One file of a source before it is read: ``key`` names it in its source, ``address`` where people find it.

    ``form`` is a suffix such as ``.md`` that says how it is read; pages with the same key are each other's translation.
    """

    key: str
    address: str
    form: str
    content: bytes
    language: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a page, small enough to be quoted from. ``score`` is higher for the better one."""

    page: str
    title: str
    heading: str
    address: str
    text: str
    language: str = ""
    score: float = 0.0
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """The best passages, one a page, best first; ``forms`` were looked for in so many ``pages``."""

    passages: tuple[Passage, ...]
    forms: tuple[str, ...]
    pages: int

    @property
    def verdict(self) -> Verdict:
        """How far the best passage may be called an answer."""
        share = self.passages[0].share if self.passages else 0.0
        return "found" if share >= FOUND_SHARE else "maybe" if share >= MAYBE_SHARE else "none"


@dataclass(frozen=True, slots=True)
class Source:
    """Where pages come from: ``place`` is a path or an address, ``link`` what people put before a page's name."""

    name: str
    kind: Literal["own", "file", "directory", "url", "git"]
    place: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Shelved:
    """A source with what is indexed of it. Times in seconds since the epoch."""

    source: Source
    pages: int
    passages: int
    read_at: float


@dataclass(frozen=True, slots=True)
class Left:
    """A file that was not taken in; ``why`` is the last part of a key of the catalogues."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """All pages of one source, and what was left out with the reason."""

    pages: tuple[Raw, ...]
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """What one reading of a source came to: pages that are new or changed, gone, and as they were."""

    changed: int
    gone: int
    same: int
    passages: int
    left: tuple[Left, ...] = ()


Progress = Callable[[int, str], None]
"""Told after each page: how many were read, and the name of this one."""
