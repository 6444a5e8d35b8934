"""The one door to the git binary: fetch one commit into a bare directory and read blobs. Nothing is checked out.

Without a work tree there is no symlink to follow, no hook, filter or attribute to run and no submodule to enter: what a
repository holds stays bytes.
"""

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.repository.address import Address
from agents.repository.limits import Limits, Origins
from iac.errors import Refused

_HARMLESS = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.symlinks=false", "core.bigFileThreshold=1m",
    "credential.helper=", "core.askPass=", "protocol.allow=never", "protocol.version=2", "http.followRedirects=false",
    "http.cookieFile=", "http.proxy=", "http.maxRequests=2", "http.lowSpeedLimit=1", "http.lowSpeedTime=10",
    "fetch.fsckObjects=true", "transfer.fsckObjects=true", "fetch.unpackLimit=1", "fetch.recurseSubmodules=false",
    "fetch.writeCommitGraph=false", "transfer.bundleURI=false", "gc.auto=0", "maintenance.auto=false",
    "pack.threads=1", "submodule.recurse=false", "init.templateDir=",
)  # fmt: skip
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
_REGULAR = frozenset({"100644", "100755"})
_MOST_SAID = 4_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a tree: ``mode`` as git writes it (120000 a symlink, 160000 a submodule)."""

    path: bytes
    mode: str
    blob: str

    @property
    def is_regular(self) -> bool:
        """Whether it is a file that can be read."""
        return self.mode in _REGULAR


@dataclass(frozen=True, slots=True)
class Git:
    """git in one empty directory, with an environment that holds nothing of ours."""

    home: Path
    origins: Origins
    limits: Limits
    pin: str = ""

    def fetch(self, address: Address) -> str:
        """Fetch the newest commit of the branch, alone and without large files; the branch that was taken.

        Raises ``Refused`` with what git met.
        """
        self._run("init", "--quiet", "--bare", ".")
        branch = self._branch(address)
        self._run(
            "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance",
            f"--filter=blob:limit={self.limits.most_blob + 1}", address.url,
            f"refs/heads/{branch}" if branch else "HEAD",
        )  # fmt: skip
        # What a fetch wrote about its origin would make git fetch a large file the moment it is named.
        (self.home / "config").write_text(_CONFIG)
        return branch

    def commit(self) -> str:
        """The commit that was fetched, 40 hex digits."""
        return self._run("rev-parse", "--verify", "FETCH_HEAD^{commit}").decode().strip()

    def entries(self) -> Iterator[Entry]:
        """The files of the tree in its own order; whoever stops asking ends git."""
        with self._started("ls-tree", "-r", "-z", "--full-tree", "FETCH_HEAD") as listing:
            rest = b""
            try:
                while chunk := _read(listing, 65_536):
                    *whole, rest = (rest + chunk).split(b"\0")
                    yield from (_entry(line) for line in whole)
            finally:
                listing.kill()

    def blobs(self, wanted: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None, int]]:
        """The contents of these files with their sizes; None for one that is too large or was not fetched (size -1)."""
        sizes = dict(zip(wanted, self._sizes(wanted), strict=True))
        small = [entry for entry in wanted if 0 <= sizes[entry] <= self.limits.most_blob]
        room = itertools.accumulate(sizes[entry] for entry in small)
        contents = self._contents(
            [e for e, used in zip(small, room, strict=True) if used <= self.limits.most_read_bytes]
        )
        for entry in wanted:
            yield entry, contents.get(entry.blob), sizes[entry]

    def _branch(self, address: Address) -> str:
        """The longest beginning of what followed ``/tree/`` that is a branch there."""
        if address.branch or not address.after:
            return address.branch
        if "/" not in address.after:
            return address.after
        told = self._run("ls-remote", "--heads", "--quiet", address.url)
        known = {line.partition(b"\trefs/heads/")[2].decode("utf-8", "replace") for line in told.splitlines()}
        parts = address.after.split("/")
        begins = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
        return next((name for name in begins if name in known), parts[0])

    def _sizes(self, wanted: Sequence[Entry]) -> list[int]:
        asked = "".join(f"{entry.blob}\n" for entry in wanted).encode()
        told = self._run("cat-file", "--batch-check=%(objectsize)", stdin=asked).splitlines()
        return [int(line) if line.isdigit() else -1 for line in told]

    def _contents(self, wanted: Sequence[Entry]) -> dict[str, bytes]:
        asked = "".join(f"{entry.blob}\n" for entry in wanted).encode()
        told = self._run("cat-file", "--batch", stdin=asked)
        found: dict[str, bytes] = {}
        at = 0
        for entry in wanted:
            head, _, _ = told[at : at + 200].partition(b"\n")
            size = int(head.split()[2])
            start = at + len(head) + 1
            found[entry.blob], at = told[start : start + size], start + size + 1
        return found

    def _run(self, *words: str, stdin: bytes = b"") -> bytes:
        said = self.home / "said"  # a file, for it ends where the largest file ends: a server may talk for ever
        with said.open("wb") as errors:
            done = subprocess.run(  # noqa: S603 - our own words; an address begins with https:// or file://
                self._command(words), cwd=self.home, env=self._environment(), input=stdin, stdout=subprocess.PIPE,
                stderr=errors, check=False,
            )  # fmt: skip
        if done.returncode != 0:
            is_full = any(pack.stat().st_size >= self.limits.most_bytes for pack in self.home.glob("objects/pack/*"))
            raise Refused("repository.no.large" if is_full else reason_of(said.read_bytes()[-_MOST_SAID:]))
        return done.stdout

    def _started(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own words
            self._command(words), cwd=self.home, env=self._environment(), stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _command(self, words: Sequence[str]) -> list[str]:
        more = ["protocol.https.allow=always"]
        more += ["protocol.file.allow=always"] if self.origins.files_under else []
        more += [f"http.sslCAInfo={self.origins.ca_file}"] if self.origins.ca_file else []
        more += [f"http.curloptResolve={self.pin}"] if self.pin else []
        options = [word for setting in (*_HARMLESS, *more) for word in ("-c", setting)]
        return [program(), "--git-dir=.", *options, *words]

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.defpath, "HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home), "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "", "SSH_ASKPASS": "", "GIT_SSH_COMMAND": "false", "GIT_PROTOCOL_FROM_USER": "0",
            "GIT_LFS_SKIP_SMUDGE": "1", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_ATTR_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": str(self.home.parent),
        }  # fmt: skip


def program() -> str:
    """Where git is. Raises ``Refused`` where there is none."""
    found = shutil.which("git", path=os.environ.get("PATH", os.defpath))
    if not found:
        raise Refused("repository.no.git")
    return found


def reason_of(said: bytes) -> str:
    """The sentence for what git said on stderr; its own words may hold what a server sent, and are not repeated."""
    text = said.decode("utf-8", "replace").lower()
    for key, signs in _REASONS:
        if any(sign in text for sign in signs):
            return key
    return "repository.no.fetch"


_REASONS = (
    ("repository.no.empty", ("couldn't find remote ref head",)),
    ("repository.no.branch_there", ("couldn't find remote ref", "could not find remote branch")),
    ("repository.no.large", ("signal 25", "signal 24", "file too large", "out of memory", "file size limit",
                             "unable to write file")),
    ("repository.no.there", ("could not read username", "authentication failed", "not found", "does not exist",
                             "error: 403", "error: 404",
                             "terminal prompts disabled", "does not appear to be a git repository")),
    ("repository.no.moved", ("error: 30", "redirection")),
    ("repository.no.certificate", ("certificate", "ssl")),
    ("repository.no.broken", ("fsck", "bad object", "corrupt", "inflate", "unpack", "index-pack", "early eof",
                              "invalid", "hash mismatch")),
    ("repository.no.reach", ("could not resolve", "failed to connect", "couldn't connect", "timed out", "too slow",
                             "low speed", "operation too slow", "connection")),
)  # fmt: skip


def _entry(line: bytes) -> Entry:
    head, _, path = line.partition(b"\t")
    mode, _, blob = head.decode("ascii", "replace").split(" ", 2)
    return Entry(path, mode, blob)


def _read(listing: subprocess.Popen[bytes], most: int) -> bytes:
    return listing.stdout.read1(most) if listing.stdout and hasattr(listing.stdout, "read1") else b""
