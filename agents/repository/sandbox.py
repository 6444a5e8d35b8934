"""The reader of repositories: each in a process and a directory of its own, with a clock and none of our secrets."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError

from agents.repository.address import Address, parse_address
from agents.repository.facts import Repository
from agents.repository.limits import Limits, Origins
from iac.errors import Refused, ThreadformError

log = structlog.get_logger()

_FACTS = TypeAdapter(Repository)
_ROOT = Path(__file__).resolve().parents[2]
_MOST_ANSWER = 4_000_000
_KEPT = 32
_STALE_S = 3600.0
_GRACE_S = 3.0


@dataclass
class SandboxedRepositories:
    """The ``Repositories`` of the product. ``home`` is where fetched directories live for the time of one reading."""

    home: Path
    origins: Origins = field(default_factory=Origins)
    limits: Limits = field(default_factory=Limits)
    fresh_s: float = 300.0
    _at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    _read: OrderedDict[Address, tuple[float, Repository]] = field(default_factory=OrderedDict)

    def address(self, text: str, branch: str = "") -> Address:
        """The address that a person wrote. Raises ``Refused``."""
        return parse_address(text, self.origins, branch)

    async def read(self, address: Address) -> Repository:
        """The facts of a repository; those read less than ``fresh_s`` seconds ago are given again."""
        known = self._read.get(address)
        if known and time.monotonic() - known[0] < self.fresh_s:
            return known[1]
        await self._turn()
        began = time.monotonic()
        try:
            found = await self._in_sandbox(address)
        finally:
            self._at_once.release()
        self._read[address] = (time.monotonic(), found)
        while len(self._read) > _KEPT:
            self._read.popitem(last=False)
        log.info(
            "repository.read",
            host=address.host,
            services=len(found.services),
            seconds=round(time.monotonic() - began, 2),
        )
        return found

    async def _turn(self) -> None:
        """A place among those that read at once. Raises ``Refused`` where none gets free in the time of one reading."""
        try:
            async with asyncio.timeout(self.limits.seconds):
                await self._at_once.acquire()
        except TimeoutError:
            raise Refused("repository.no.busy") from None

    async def _in_sandbox(self, address: Address) -> Repository:
        directory = await asyncio.to_thread(self._directory)
        try:
            return read_answer(await self._answered(address, directory))
        finally:
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)

    def _directory(self) -> Path:
        """A new directory; what a process that was killed left behind goes on the way."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in self.home.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another reading ends meanwhile, and takes its own away
                if time.time() - old.stat().st_mtime > _STALE_S:
                    shutil.rmtree(old, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix="read-", dir=self.home))

    async def _answered(self, address: Address, directory: Path) -> bytes:
        """What the process said. It and all it started are ended at the end, however that comes."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "agents.repository", stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, cwd=directory,
            env=_environment(directory),
            start_new_session=True, limit=_MOST_ANSWER,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await _exchanged(process, self._question(address, directory))
        except TimeoutError:
            raise Refused("repository.no.time", seconds=self.limits.seconds) from None
        finally:
            _end(process.pid)
            await process.wait()

    def _question(self, address: Address, directory: Path) -> bytes:
        home = directory / "git"
        home.mkdir()
        parts: dict[str, Any] = {"address": address, "origins": self.origins, "limits": self.limits}
        return json.dumps({"home": str(home), **{name: asdict(part) for name, part in parts.items()}}).encode()


def read_answer(said: bytes) -> Repository:
    """The facts in an answer. Raises ``Refused`` for a refusal, and for a process that broke or was ended."""
    try:
        told: dict[str, Any] = json.loads(said)
        if "fault" in told:
            log.error("repository.reader_broke", fault=str(told["fault"]))
            no: ThreadformError = Refused("repository.no.reader")
        elif "refused" in told:
            values = {name: tuple(v) if isinstance(v, list) else v for name, v in told["refused"]["values"].items()}
            no = Refused(told["refused"]["key"], **values)
        else:
            return _FACTS.validate_python(told["facts"])
    except (ValueError, KeyError, TypeError, ValidationError):
        log.warning("repository.reader_silent", is_empty=not said)
        no = Refused("repository.no.reader")
    raise no


async def _exchanged(process: asyncio.subprocess.Process, question: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("a process was started without its pipes")
    process.stdin.write(question)
    process.stdin.close()
    said = bytearray()
    while chunk := await process.stdout.read(65_536):
        said += chunk
        if len(said) > _MOST_ANSWER:
            raise Refused("repository.no.large")
    return bytes(said)


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _environment(directory: Path) -> dict[str, str]:
    """Nothing of ours: no key, no token, no proxy, only where programs and our own code are."""
    return {
        "PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(_ROOT), "HOME": str(directory),
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
