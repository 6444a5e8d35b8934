"""What the hand writes down as it goes: one line a word, on disk before the next thing is done."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from iac.workspace import PRIVATE_FILE

Word = Literal["started", "going", "done", "failed"]
NAME = "acts.jsonl"


@dataclass(frozen=True, slots=True)
class Done:
    """One word about one step: ``at`` is its place in the plan, ``seconds`` since it began.

    ``task`` is the UPID that was followed; ``text`` what Proxmox VE said.
    """

    at: int
    word: Word
    seconds: float = 0.0
    text: str = ""
    task: str = ""


@dataclass(slots=True)
class Journal:
    """The file of one run's directory. ``open`` is for the hand alone, and only once: acts are never begun twice."""

    path: Path
    _descriptor: int = field(default=-1)

    @property
    def was_begun(self) -> bool:
        """Whether anybody ever began to act here."""
        return self.path.exists()

    def open(self) -> None:
        """Begin; ``FileExistsError`` where somebody has."""
        self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, PRIVATE_FILE)

    def write(self, done: Done) -> None:
        """One line, on disk when this returns."""
        os.write(self._descriptor, (json.dumps(asdict(done)) + "\n").encode())
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Nothing more is written."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def read(self) -> Iterator[Done]:
        """Every whole line so far; the last may be torn where somebody died over it."""
        if not self.path.exists():
            return
        for line in self.path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                yield Done(**json.loads(line))
