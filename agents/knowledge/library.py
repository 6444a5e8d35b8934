"""The library: the pages that ship with the product, those that a team added, and the search over all of them."""

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from agents.knowledge.crawling import crawl
from agents.knowledge.directories import gather
from agents.knowledge.doors import Door
from agents.knowledge.index import Index
from agents.knowledge.searching import MOST, search
from agents.knowledge.shipped import NAME, OWN, shipped
from agents.knowledge.values import Counted, Found, Gathered, Language, Progress, Shelved, Source
from iac.errors import Broken, Refused

T = TypeVar("T")
DAMAGED = ".damaged"
"""What an index that cannot be read is called from then on."""


def quiet(_count: int, _name: str) -> None:
    """Nobody is told."""


@dataclass
class Library:
    """``path`` is the index of an installation, made when it is first needed; without one it lives in memory.

    Several processes may use one path: each change is a transaction, and readers see it whole or not at all.
    """

    path: Path | None = None
    door: Door = field(default_factory=Door)
    now: Callable[[], float] = time.time
    _memory: Index | None = field(default=None, repr=False)
    _is_stocked: bool = field(default=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def search(self, question: str, language: Language | None = None, most: int = MOST) -> Found:
        """The best passages for a question, one a page. ``Broken`` where the index cannot be read."""
        return self._using(lambda index: search(index, question, language, most))

    def shelved(self) -> tuple[Shelved, ...]:
        """Every source with what is known of it, our own pages first."""
        return self._using(lambda index: index.shelved())

    def add(self, source: Source, tell: Progress = quiet) -> Counted:
        """Take in a source, or read it again. ``Refused`` where it cannot be read or its name is taken."""
        known = {each.source.name: each.source for each in self.shelved()}
        taken = known.get(source.name)
        if source.name == NAME or (taken is not None and taken.place != source.place):
            raise Refused("knowledge.name_taken", name=source.name, place=taken.place if taken else NAME)
        return self._take(source, self._gathered(source, tell), tell)

    def remove(self, name: str) -> None:
        """Forget a source; ``Refused`` where there is none of that name, or where it is our own."""
        if name == NAME:
            raise Refused("knowledge.own", name=name)

        def act(index: Index) -> bool:
            with index:
                return index.remove(name)

        if not self._using(act):
            names = tuple(each.source.name for each in self.shelved() if each.source.name != NAME)
            raise Refused("knowledge.no_source" if names else "knowledge.no_sources", name=name, names=names)

    def reindex(self, source: Source, tell: Progress = quiet) -> Counted:
        """Read a source again; only what changed is cut anew. What cannot be read keeps its old pages: ``Refused``."""
        return self._take(source, self._gathered(source, tell), tell)

    def mend(self) -> bool:
        """Lay an index aside that is damaged, so that a new one is made; whether that was needed."""
        if self.path is None or not self.path.exists() or _is_whole(self.path):
            return False
        for end in ("", "-wal", "-shm"):
            part = self.path.with_name(self.path.name + end)
            if part.exists():
                part.replace(self.path.with_name(self.path.name + DAMAGED + end))
        self._is_stocked = False
        return True

    def _gathered(self, source: Source, tell: Progress) -> Gathered:
        if source.kind == "own":
            return shipped()
        return crawl(source, self.door, tell) if source.kind == "url" else gather(source)

    def _take(self, source: Source, gathered: Gathered, tell: Progress) -> Counted:
        def act(index: Index) -> Counted:
            with index:
                return index.take(source, gathered.pages, self.now(), tell)

        counted = self._using(act)
        return Counted(counted.changed, counted.gone, counted.same, counted.passages, (*gathered.left, *counted.left))

    def _using(self, act: Callable[[Index], T]) -> T:
        """Do something with the index; our own pages are in it."""
        try:
            with self._lock:
                index = self._memory or self._open()
                try:
                    self._stock(index)
                    return act(index)
                finally:
                    if index is not self._memory:
                        index.close()
        except (sqlite3.Error, OSError) as fault:
            raise Broken("using the index of the documentation", str(fault), key="knowledge.broken") from fault

    def _open(self) -> Index:
        if self.path is None:
            self._memory = Index()
            return self._memory
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Index(self.path)

    def _stock(self, index: Index) -> None:
        """Our own pages as this version of the product has them; looked at once a process."""
        if not self._is_stocked or not index.size()[0]:
            if not index.has(OWN, shipped().pages):
                with index:
                    index.take(OWN, shipped().pages, self.now(), quiet)
            self._is_stocked = True


def _is_whole(path: Path) -> bool:
    """Whether an index can be trusted; ``Broken`` where that cannot be found out, such as without the right to read."""
    try:
        index = Index(path)
        try:
            return index.is_whole()
        finally:
            index.close()
    except sqlite3.OperationalError as fault:
        raise Broken("looking at the index", str(fault), key="knowledge.broken") from fault
    except sqlite3.DatabaseError:
        return False
