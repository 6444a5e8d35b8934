"""Which files of a tree are worth opening, and in which order. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from agents.repository.facts import Note, Reason
from agents.repository.git import Entry
from agents.repository.limits import Limits
from agents.repository.readers.compose import is_compose
from agents.repository.readers.languages import is_language
from agents.repository.words import clean

_LEFT_OUT = frozenset({
    "node_modules", "vendor", "third_party", ".git", ".github", ".gitlab", ".venv", "venv", "site-packages",
    "__pycache__", "testdata", "test-fixtures", ".terraform",
})  # fmt: skip
_DOCKERFILE = re.compile(r"(?:Dockerfile|Containerfile)(?:\.[\w-]+)?|[\w-]+\.Dockerfile", re.IGNORECASE)
_README = re.compile(r"readme(?:\.(?:md|rst|txt|markdown))?", re.IGNORECASE)
_SYMLINK, _SUBMODULE = "120000", "160000"


@dataclass
class Chosen:
    """The files to open, and what was passed over."""

    files: dict[str, Entry] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def choose(entries: Iterable[Entry], limits: Limits) -> Chosen:
    """The files that a reader knows, the telling ones first; what is passed over is counted in a note."""
    chosen, ranked = Chosen(), []
    passed: Counter[Reason] = Counter()
    for count, entry in enumerate(entries):
        if count >= limits.most_entries:
            chosen.notes.append(Note("entries", count=limits.most_entries))
            break
        path = entry.path.decode("utf-8", "replace")
        rank = rank_of(path)
        why = _passed(entry, path, rank, limits)
        if why:
            passed[why] += 1
        elif rank is not None:
            ranked.append((rank, path.count("/"), path, entry))
    ranked.sort(key=lambda each: each[:3])
    chosen.files = {path: entry for _, _, path, entry in ranked[: limits.most_read]}
    chosen.notes += [Note(why, count=count) for why, count in passed.items() if count]
    if len(ranked) > limits.most_read:
        chosen.notes.append(Note("files", count=len(ranked) - limits.most_read))
    return chosen


def rank_of(path: str) -> int | None:
    """How much a file tells about what runs: 0 the most, None nothing."""
    name = path.rpartition("/")[2]
    if is_compose(path) or name == "Chart.yaml":
        return 0
    if is_dockerfile(path) or is_readme(path):
        return 1
    if name == "values.yaml" or "/templates/" in f"/{path}":
        return 2 if name.endswith((".yaml", ".yml")) else None
    if is_language(path) or name.endswith(".tf"):
        return 3
    return 4 if name.endswith((".yaml", ".yml")) else None


def is_dockerfile(path: str) -> bool:
    """Whether a file is a Dockerfile by its name."""
    name = path.rpartition("/")[2]
    return bool(_DOCKERFILE.fullmatch(name)) and not name.lower().endswith((".md", ".txt"))


def is_readme(path: str) -> bool:
    """Whether a file is the README of the whole repository."""
    return bool(_README.fullmatch(path))


def _passed(entry: Entry, path: str, rank: int | None, limits: Limits) -> Reason | None:
    """Why a file is passed over that might have told something; None for one that is opened, or never would be."""
    if entry.mode == _SUBMODULE:
        return "submodule"
    if not path.isprintable() or "\ufffd" in path:
        return "path"
    if not entry.is_regular:
        return "symlink"
    if rank is None:
        return None
    if path.count("/") > limits.most_depth or clean(path) != path:
        return "path"
    return "left_out" if _LEFT_OUT & set(path.split("/")[:-1]) else None
