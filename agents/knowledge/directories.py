"""A directory or a file as pages. What is hidden, outside, too large or no text is left out, and named."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.knowledge.forms import FORMS, is_text
from agents.knowledge.values import Gathered, Left, Raw, Source
from iac.errors import Refused


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one source may bring: files, bytes of one file, and bytes in all."""

    files: int = 5000
    page: int = 2 * 1024 * 1024
    whole: int = 200 * 1024 * 1024


BOUNDS: Final = Bounds()
_TOLD: Final = frozenset([".pdf", ".docx", ".odt", ".doc"])
"""Documents that people may expect to be read; other files of a directory are passed over without a word."""


def gather(source: Source, bounds: Bounds = BOUNDS) -> Gathered:
    """All pages of a directory or a file. ``Refused`` where it is gone, empty of pages, or too much."""
    place = Path(source.place)
    if place.is_dir():
        files = list(_walk(place))
        if len(files) > bounds.files:
            raise Refused("knowledge.too_many", place=source.place, count=len(files), most=bounds.files)
    elif place.is_file():
        files = [place]
    else:
        raise Refused("knowledge.no_such_place", place=source.place)
    return _gathered(source, place, files, bounds)


def _walk(place: Path) -> Iterator[Path]:
    """Files by name, hidden ones aside; links are not followed, so that nothing outside is read."""
    for folder, names, files in os.walk(place, followlinks=False):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in {"node_modules", "venv"})
        for name in sorted(files):
            path = Path(folder, name)
            is_ours = not name.startswith(".") and path.suffix.lower() in FORMS.keys() | _TOLD
            if is_ours and not path.is_symlink() and path.is_file():  # a pipe would be waited for
                yield path


def _gathered(source: Source, place: Path, files: list[Path], bounds: Bounds) -> Gathered:
    pages, left, size = list[Raw](), list[Left](), 0
    for path in files:
        key = path.relative_to(place).as_posix() if place.is_dir() else path.name
        why, content = _read(path, bounds.page)
        size += len(content)
        if size > bounds.whole:
            raise Refused("knowledge.too_large", place=source.place, most_mb=bounds.whole // 1024 // 1024)
        if why:
            left.append(Left(key, why))
        else:
            pages.append(Raw(key, _address(source, key, is_alone=place.is_file()), path.suffix.lower(), content))
    if not pages:
        raise Refused("knowledge.no_pages", place=source.place, forms=tuple(sorted(FORMS)), left=len(left))
    return Gathered(tuple(pages), tuple(left))


def _read(path: Path, most: int) -> tuple[str, bytes]:
    """Why a file is left out, or its bytes."""
    suffix = path.suffix.lower()
    if suffix not in FORMS:
        return ("pdf" if suffix == ".pdf" else "form"), b""
    try:
        if path.stat().st_size > most:
            return "size", b""
        content = path.read_bytes()
    except OSError:
        return "unreadable", b""
    return ("", content) if is_text(content) else ("binary", b"")


def _address(source: Source, key: str, *, is_alone: bool) -> str:
    """Where people find a page: behind the link that was given, else the source's name; never a path of ours."""
    if source.link:
        return source.link if is_alone and not source.link.endswith("/") else f"{source.link.rstrip('/')}/{key}"
    return key if is_alone else f"{source.name}/{key}"
