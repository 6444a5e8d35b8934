"""One repository from its address to its facts, in an empty directory. Blocking: it runs in a process of its own."""

from collections.abc import Iterable
from pathlib import Path

from agents.repository.address import Address
from agents.repository.choosing import choose
from agents.repository.facts import Note, Repository
from agents.repository.git import Entry, Git
from agents.repository.limits import Limits, Origins
from agents.repository.reading import read_files
from agents.repository.resolving import pinned

_LFS = b"version https://git-lfs.github.com/spec/"


def read_repository(address: Address, origins: Origins, limits: Limits, home: Path) -> Repository:
    """Fetch and read. Raises ``Refused`` with what git, the network or the limits said."""
    pin = pinned(address, origins) if address.host else ""
    git = Git(home, origins, limits, pin)
    branch = git.fetch(address)
    chosen = choose(git.entries(), limits)
    texts, notes = contents(git.blobs(list(chosen.files.values())), chosen.files)
    found = read_files(texts, address.name)
    return Repository(
        url=address.url,
        commit=git.commit(),
        branch=branch,
        title=found.title,
        services=found.services,
        declared=found.declared,
        charts=found.charts,
        languages=found.languages,
        notes=(*chosen.notes, *notes, *found.notes),
    )


def contents(
    blobs: Iterable[tuple[Entry, bytes | None, int]], files: dict[str, Entry]
) -> tuple[dict[str, str], list[Note]]:
    """The files as text, and a note for each that is too large, elsewhere, or no text."""
    paths = dict(zip(files.values(), files, strict=True))
    texts: dict[str, str] = {}
    notes: list[Note] = []
    for entry, content, _ in blobs:
        path = paths[entry]
        if content is None:
            notes.append(Note("too_large", path))
        elif content.startswith(_LFS):
            notes.append(Note("lfs", path))
        elif b"\0" in content[:8000]:
            notes.append(Note("binary", path))
        else:
            texts[path] = content.decode("utf-8", "replace")
            if "\ufffd" in texts[path]:
                notes.append(Note("encoding", path))
    return texts, notes
