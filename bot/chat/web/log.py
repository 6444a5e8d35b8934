"""The web page's memory: one append-only log of rows, numbered in order, that survives a restart."""

from collections.abc import Sequence
from typing import Protocol

EDIT = "edit"
"""The kind of a row that ``replace`` appends: its body stands for the body of the row it refers to."""


class WebRow(Protocol):
    """One row, as any store holds it."""

    @property
    def seq(self) -> int:
        """Its number; later rows have higher ones."""
        ...

    @property
    def audience(self) -> str:
        """Who may read it."""
        ...

    @property
    def kind(self) -> str:
        """What the body is."""
        ...

    @property
    def body(self) -> str:
        """The page's own JSON."""
        ...

    @property
    def ref(self) -> int | None:
        """The number of the row that this one edits, else None."""
        ...


class WebLog(Protocol):
    """Rows are never changed: an edit is a row of its own, so that a reader resumes by the last number it saw."""

    async def append(self, audience: str, kind: str, body: str, key: str | None = None) -> int:
        """Append a row and return its seq; the same key returns the first row's seq and appends nothing."""
        ...

    async def replace(self, seq: int, body: str) -> int:
        """Append an ``edit`` row with the audience of row ``seq`` and ``ref`` set to it; raises without that row."""
        ...

    async def since(self, seq: int, audiences: Sequence[str], limit: int = 500) -> Sequence[WebRow]:
        """The rows after ``seq`` for these audiences, in order, at most ``limit``."""
        ...

    async def seq_of(self, key: str) -> int | None:
        """The number of the row that was appended under that key, or None."""
        ...

    async def get(self, seq: int) -> WebRow | None:
        """The row of that number as it was appended, or None."""
        ...
