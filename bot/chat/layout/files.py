"""Texts that are too long for a message, as files beside it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class File:
    """A text that is too long for a message, whole; ``kind`` is what it is shown as."""

    name: str
    text: str
    kind: Literal["diff", "text"] = "text"


def named(name: str, text: str, others: Sequence[File]) -> File:
    """The text as a file whose name leads nowhere else and is no other file's."""
    taken = {file.name for file in others}
    safe = _file_name(name)
    stem, dot, kind = safe.rpartition(".")
    stem, kind = (stem, kind) if dot and stem else (safe, "txt")
    free = (f"{stem}{'' if n == 1 else f'-{n}'}.{kind}" for n in range(1, len(taken) + 2))
    found = next(each for each in free if each not in taken)
    return File(found, text, "diff" if kind == "diff" else "text")


def _file_name(name: str) -> str:
    """A name that is one name: what could lead elsewhere, or be read as a mark, is a dash."""
    kept = "".join(c if c.isalnum() or c in "._- " else "-" for c in name).strip(" .")
    return kept[-60:] or "text"
