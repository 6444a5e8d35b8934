"""How much of a repository is fetched and read, and from where. Values only; the settings fill them."""

from dataclasses import dataclass

HOSTS = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
"""Where repositories may come from when nothing else is said."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading. Sizes in bytes, times in seconds.

    ``most_bytes`` bounds every file that git writes, and what is read in all; ``most_blob`` one file that is read.
    ``most_entries`` is how many files of a tree are looked at by name, ``most_read`` how many are opened.
    """

    seconds: float = 20.0
    most_bytes: int = 50_000_000
    most_blob: int = 256_000
    most_entries: int = 20_000
    most_read: int = 200
    most_read_bytes: int = 4_000_000
    most_depth: int = 12


@dataclass(frozen=True, slots=True)
class Origins:
    """Where a repository may come from.

    ``hosts`` are names, with a port where it is not 443. ``is_private_allowed`` lets a host that is named live on a
    private network, ``ca_file`` is what its certificate is checked by. ``files_under`` allows ``file://`` below one
    directory: no setting sets it, tests do.
    """

    hosts: tuple[str, ...] = HOSTS
    is_private_allowed: bool = False
    ca_file: str = ""
    files_under: str = ""
