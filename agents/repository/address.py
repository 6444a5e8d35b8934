"""The address of a repository, from what a person wrote. Pure."""

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from agents.repository.limits import HOSTS, Origins
from iac.errors import Refused

MOST = 400
_SCP = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!//)\S+")
_PART = re.compile(r"[\w.@+~-]{1,200}")
_BRANCH = re.compile(r"(?!.*(?:\.\.|//|@\{|\.lock(?:/|$)))[\w][\w./+@-]{0,199}(?<![/.])")
_PARTS_OF_A_REPOSITORY = 2
_DEEP = re.compile(r"/(?:-/)?(?:tree|blob|src/branch|src)/")


@dataclass(frozen=True, slots=True)
class Address:
    """A repository that may be read: ``url`` for git and for people, ``host`` as it is allowed, with its port.

    ``after`` is what follows ``/tree/``: a branch, or a branch and a directory, which only the server can tell apart.
    """

    url: str
    host: str
    branch: str = ""
    after: str = ""

    @property
    def name(self) -> str:
        """The last part of the path: what people call it."""
        return posixpath.basename(self.url.rstrip("/")).removesuffix(".git")


def parse_address(text: str, origins: Origins, branch: str = "") -> Address:
    """The address in ``text``. Raises ``Refused`` with the reason; a secret in it is never repeated."""
    text = text.strip().lstrip("<(").rstrip(".,;:!)>")
    if not text or len(text) > MOST or not text.isprintable() or " " in text:
        raise Refused("repository.no.address")
    if text.startswith(("ssh://", "git://")) or ("://" not in text and _SCP.fullmatch(text)):
        raise Refused("repository.no.ssh")
    parts = _split(text)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise Refused("repository.no.credentials")
    if branch and not _BRANCH.fullmatch(branch):
        raise Refused("repository.no.branch")
    return _file(parts, origins, branch) if parts.scheme == "file" else _https(parts, origins, branch)


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        _ = parts.port  # raises where it is no number
    except ValueError:
        raise Refused("repository.no.address") from None
    return parts


def _https(parts: SplitResult, origins: Origins, branch: str) -> Address:
    if parts.scheme != "https":
        raise Refused("repository.no.https")
    host = (parts.hostname or "").rstrip(".").lower()
    place = host if parts.port in {None, 443} else f"{host}:{parts.port}"
    if place not in origins.hosts:
        raise Refused("repository.no.host", host=place[:80] if _PART.fullmatch(host) else "?", hosts=origins.hosts)
    path, _, after = _cut(parts.path)
    names = [unquote(name) for name in path.split("/") if name]
    if len(names) < _PARTS_OF_A_REPOSITORY or not all(map(_is_part, names)):
        raise Refused("repository.no.address")
    after = unquote(after).strip("/")
    if after and not _BRANCH.fullmatch(after):
        raise Refused("repository.no.branch")
    url = f"https://{place}/{'/'.join(names)}"
    needs_ending = place in HOSTS and not url.endswith(".git")
    return Address(f"{url}.git" if needs_ending else url, place, branch, "" if branch else after)


def _cut(path: str) -> tuple[str, str, str]:
    """The path before and after ``/tree/``: a page of a repository stands for the repository."""
    found = _DEEP.search(path)
    return (path[: found.start()], found[0], path[found.end() :]) if found else (path, "", "")


def _is_part(name: str) -> bool:
    return bool(_PART.fullmatch(name)) and name not in {".", ".."} and not name.startswith("-")


def _file(parts: SplitResult, origins: Origins, branch: str) -> Address:
    """A directory of this machine, only below the one that is allowed."""
    path = posixpath.normpath(unquote(parts.path))
    if not origins.files_under or parts.netloc or not path.startswith(posixpath.normpath(origins.files_under) + "/"):
        raise Refused("repository.no.https")
    return Address(f"file://{path}", "", branch)
