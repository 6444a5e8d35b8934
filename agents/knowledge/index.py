"""The index: one SQLite file with the full text of every passage. Each change is one transaction."""

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from agents.knowledge.forms import parse
from agents.knowledge.passages import passages_of
from agents.knowledge.values import Counted, Left, Passage, Progress, Raw, Shelved, Source

VERSION: Final = 1
"""Of the tables and of how pages are read and cut: an index of another version is made anew."""
WAIT_S: Final = 30.0
"""How long one process waits for another that writes."""

_TABLES: Final = """
CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, place TEXT NOT NULL,
  link TEXT NOT NULL, read_at REAL NOT NULL);
CREATE TABLE pages (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, key TEXT NOT NULL, address TEXT NOT NULL,
  title TEXT NOT NULL, language TEXT NOT NULL, fingerprint TEXT NOT NULL, UNIQUE (source, key, language));
CREATE TABLE passages (id INTEGER PRIMARY KEY, page INTEGER NOT NULL, anchor TEXT NOT NULL);
CREATE INDEX passages_of_page ON passages (page);
CREATE VIRTUAL TABLE texts USING fts5(title, head, body, tokenize='porter unicode61 remove_diacritics 2');
"""
_NAMES: Final = ("texts", "passages", "pages", "sources")
_SHELVED: Final = """
SELECT s.name, s.kind, s.place, s.link, s.read_at, count(DISTINCT p.id), count(t.id) FROM sources s
LEFT JOIN pages p ON p.source = s.id LEFT JOIN passages t ON t.page = p.id GROUP BY s.id ORDER BY s.id
"""
_SIZE: Final = """
SELECT count(DISTINCT p.id), count(t.id) FROM pages p LEFT JOIN passages t ON t.page = p.id WHERE p.source = ?
"""
_BEST: Final = """
WITH found AS MATERIALIZED (
  SELECT rowid AS id, rank FROM texts WHERE texts MATCH ? AND rank MATCH 'bm25(3.0, 2.0, 1.0)' ORDER BY rank LIMIT ?)
SELECT found.id, found.rank, p.key, p.source, texts.title, texts.head, p.address, t.anchor, texts.body, p.language
FROM found JOIN texts ON texts.rowid = found.id JOIN passages t ON t.id = found.id JOIN pages p ON p.id = t.page
ORDER BY found.rank
"""


class Index:
    """One connection to the index. Used as ``with Index(path) as index``: leaving it keeps everything or nothing."""

    def __init__(self, path: Path | None = None) -> None:
        """``path`` is made where there is none; None is an index in memory, which lives as long as this."""
        self._db = sqlite3.connect(path or ":memory:", timeout=WAIT_S, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        if self._db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            with self:
                self._make()

    def __enter__(self) -> Self:
        """Begin to write; waits for whoever writes."""
        self._db.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        """Keep it, or nothing of it."""
        self._db.execute("ROLLBACK" if kind else "COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _make(self) -> None:
        """Empty tables of this version. Sources that people added stay known; ``reindex`` reads them again."""
        before = self._db.execute("PRAGMA user_version").fetchone()[0]
        if before == VERSION:
            return  # another process was quicker
        added = self._db.execute("SELECT name, kind, place, link FROM sources").fetchall() if before else []
        for name in _NAMES:
            self._db.execute(f"DROP TABLE IF EXISTS {name}")
        for statement in _TABLES.split(";"):
            self._db.execute(statement)
        for name, kind, place, link in added:
            self._source(Source(name, kind, place, link), 0.0)
        self._db.execute(f"PRAGMA user_version = {VERSION}")

    def shelved(self) -> tuple[Shelved, ...]:
        """Every source, in the order in which they came."""
        return tuple(
            Shelved(Source(name, kind, place, link), pages, passages, read_at)
            for name, kind, place, link, read_at, pages, passages in self._db.execute(_SHELVED)
        )

    def remove(self, name: str) -> bool:
        """Forget a source with all its pages; False where there is none of that name."""
        found = self._db.execute("SELECT id FROM sources WHERE name = ?", (name,)).fetchone()
        if found is None:
            return False
        for (page,) in self._db.execute("SELECT id FROM pages WHERE source = ?", found).fetchall():
            self._drop(page)
        self._db.execute("DELETE FROM sources WHERE id = ?", found)
        return True

    def take(self, source: Source, pages: Iterable[Raw], now: float, tell: Progress) -> Counted:
        """Make the index hold exactly these pages of a source; only what changed is read and cut again."""
        number = self._source(source, now)
        known = self._known(number)
        changed, same, left = 0, 0, list[Left]()
        for count, page in enumerate(pages, 1):
            mark = _fingerprint(page)
            old, before = known.pop((page.key, page.language), (None, ""))
            if before == mark:
                same += 1
            else:
                self._drop(old)
                left += self._put(number, page, mark)
                changed += 1
            tell(count, page.key)
        for old, _ in known.values():
            self._drop(old)
        return Counted(changed - len(left), len(known), same, self.size(number)[1], tuple(left))

    def has(self, source: Source, pages: Iterable[Raw]) -> bool:
        """Whether exactly these pages of a source are in the index."""
        found = self._db.execute("SELECT id FROM sources WHERE name = ?", (source.name,)).fetchone()
        known = self._known(found[0]) if found else {}
        marks = {(page.key, page.language): _fingerprint(page) for page in pages}
        return bool(found) and {page: mark for page, (_, mark) in known.items()} == marks

    def size(self, source: int | None = None) -> tuple[int, int]:
        """How many pages and passages a source has; of all sources together, a translated page counts once."""
        if source is None:
            found = self._db.execute(
                "SELECT (SELECT count(*) FROM pages WHERE language IN ('', 'en')), (SELECT count(*) FROM passages)"
            )
        else:
            found = self._db.execute(_SIZE, (source,))
        pages, passages = found.fetchone()
        return pages, passages

    def is_whole(self) -> bool:
        """Whether the file can be trusted; ``sqlite3.DatabaseError`` where it cannot even be read."""
        return bool(self._db.execute("PRAGMA quick_check").fetchone()[0] == "ok")

    def best(self, match: str, most: int) -> list[tuple[int, Passage]]:
        """The passages that match an FTS5 expression of ours, best first; the numbers are those of their rows."""
        return [
            (row, Passage(f"{source}/{key}", title, head, _with(address, anchor), body, language, -rank))
            for row, rank, key, source, title, head, address, anchor, body, language in self._db.execute(
                _BEST, (match, most)
            )
        ]

    def holding(self, match: str) -> frozenset[int]:
        """The rows of all passages that match."""
        rows = self._db.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (match,)).fetchall()
        return frozenset(row for (row,) in rows)

    def _source(self, source: Source, now: float) -> int:
        values = (source.name, source.kind, source.place, source.link, now)
        self._db.execute(
            "INSERT INTO sources (name, kind, place, link, read_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
            " SET kind = excluded.kind, place = excluded.place, link = excluded.link, read_at = excluded.read_at",
            values,
        )
        number: int = self._db.execute("SELECT id FROM sources WHERE name = ?", (source.name,)).fetchone()[0]
        return number

    def _known(self, source: int) -> dict[tuple[str, str], tuple[int | None, str]]:
        rows = self._db.execute("SELECT key, language, id, fingerprint FROM pages WHERE source = ?", (source,))
        return {(key, language): (number, mark) for key, language, number, mark in rows}

    def _put(self, source: int, page: Raw, mark: str) -> list[Left]:
        """One page with its passages. A page that another has replaced, or without words, is kept as empty."""
        document = parse(page.form, page.content)
        title = document.title or page.key
        new = self._db.execute(
            "INSERT INTO pages (source, key, address, title, language, fingerprint) VALUES (?, ?, ?, ?, ?, ?)",
            (source, page.key, page.address, title, page.language, mark),
        ).lastrowid
        sections = () if document.is_superseded else tuple(passages_of(document))
        for section in sections:
            row = self._db.execute("INSERT INTO passages (page, anchor) VALUES (?, ?)", (new, section.anchor)).lastrowid
            head = "" if section.heading == title else section.heading
            values = (row, title, head, section.text)
            self._db.execute("INSERT INTO texts (rowid, title, head, body) VALUES (?, ?, ?, ?)", values)
        return [] if sections else [Left(page.key, "superseded" if document.is_superseded else "no_words")]

    def _drop(self, page: int | None) -> None:
        rows = self._db.execute("SELECT id FROM passages WHERE page = ?", (page,)).fetchall()
        self._db.executemany("DELETE FROM texts WHERE rowid = ?", rows)
        self._db.execute("DELETE FROM passages WHERE page = ?", (page,))
        self._db.execute("DELETE FROM pages WHERE id = ?", (page,))


def expression(words: Iterable[str]) -> str:
    """An FTS5 expression for any of these words. Each is quoted: what a person typed is never syntax."""
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in words)


def _fingerprint(page: Raw) -> str:
    named = f"{VERSION}\n{page.key}\n{page.address}\n{page.form}\n{page.language}\n".encode()
    return hashlib.sha256(named + page.content).hexdigest()


def _with(address: str, anchor: str) -> str:
    return f"{address}#{anchor}" if anchor and address.startswith(("http://", "https://")) else address
