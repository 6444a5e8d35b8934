"""The toolchain: one terraform or tofu, one provider in a mirror, one lock file, and the check that they are whole."""

import fcntl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from iac.errors import ToolMissing
from iac.terraform import stamp as stamps
from iac.terraform.binary import Binary, ask, check, find
from iac.terraform.building import build
from iac.terraform.mirror import Mirror, ask_host, fill, write_lock
from iac.terraform.pins import BUILT_PACKAGE, INSTALL, PROVIDER, PROVIDER_VERSION
from iac.terraform.running import SAY_EVERY_S, Say, silent

WAIT_SECONDS = 1200.0
LOCK_FILE = ".terraform.lock.hcl"


@dataclass(frozen=True, slots=True)
class Toolchain:
    """What planning and applying run: everything below ``home`` belongs to us, the binary may be the operator's."""

    home: Path
    binary: Binary
    mirror: Mirror

    @property
    def room(self) -> Path:
        """What belongs to this very binary: another version of terraform has its own."""
        return self.home / f"{self.binary.product}-{self.binary.version}"

    @property
    def config(self) -> Path:
        """The CLI configuration file."""
        return self.room / "cli.tfrc"

    @property
    def lock(self) -> Path:
        """The dependency lock file, used read-only."""
        return self.room / LOCK_FILE

    @property
    def stamp(self) -> Path:
        """The stamp of the finished installation."""
        return self.room / "stamp.json"


def install(home: Path, *, binary: str | None = None, say: Say = silent) -> Toolchain:
    """Find or build what is missing; idempotent, safe for two processes, quick where everything is there.

    ``ToolMissing``, ``Broken`` or ``TimedOut`` say what could not be had and what mends it.
    """
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    with _alone(home / "install.lock", say):
        try:
            return load(home, binary=binary)
        except ToolMissing:
            return _install(home, binary, say)


def load(home: Path, *, binary: str | None = None) -> Toolchain:
    """The installed toolchain, verified; ``ToolMissing`` names the command that installs it."""
    home = home.resolve()
    path = find(binary) or built_binary(home)
    if not path.exists():
        raise ToolMissing("terraform", f"neither tofu nor terraform is on PATH; run: {INSTALL}")
    known = next((s for s in map(stamps.read, home.glob("*/stamp.json")) if s and s.binary == str(path)), None)
    if known is None:
        raise ToolMissing(PROVIDER, f"nothing is installed yet for {path} in {home}; run: {INSTALL}")
    mirror = Mirror(home, known.host, known.platform)
    with ThreadPoolExecutor(1) as beside:
        asking = beside.submit(ask, path)
        now = _checksum(mirror)
        found = check(asking.result())
    toolchain = Toolchain(home, found, mirror)
    _check_whole(toolchain, known, now)
    return toolchain


def _install(home: Path, binary: str | None, say: Say) -> Toolchain:
    found = check(ask(find(binary) or _build_terraform(home, say)))
    say(f"{found.product} {found.version} at {found.path}")
    toolchain = Toolchain(home, found, Mirror(home, ask_host(found), found.platform))
    _drop_spoilt(toolchain)
    fill(found, toolchain.mirror, say)
    toolchain.room.mkdir(exist_ok=True)
    toolchain.config.write_text(toolchain.mirror.config())
    write_lock(found, toolchain.mirror, toolchain.config, toolchain.lock)
    stamps.write(toolchain.stamp, stamps.stamp(found, toolchain.mirror.host, toolchain.mirror.provider))
    say(f"{PROVIDER} {PROVIDER_VERSION} at {toolchain.mirror.provider}")
    return load(home, binary=binary)


def _drop_spoilt(toolchain: Toolchain) -> None:
    """Throw away a provider that is not the one any stamp knows, so that it is fetched again."""
    known = {s.provider_sha256 for s in map(stamps.read, toolchain.home.glob("*/stamp.json")) if s}
    if known and toolchain.mirror.provider.exists() and stamps.checksum(toolchain.mirror.provider) not in known:
        toolchain.mirror.provider.unlink()


def _build_terraform(home: Path, say: Say) -> Path:
    target = built_binary(home)
    if not target.exists():
        say("neither tofu nor terraform is on PATH")
        build("terraform", BUILT_PACKAGE, target, say)
    return target


def built_binary(home: Path) -> Path:
    """Where a terraform of our own building lies."""
    return home / "bin" / "terraform"


def _checksum(mirror: Mirror) -> str:
    return stamps.checksum(mirror.provider) if mirror.provider.exists() else ""


def _check_whole(toolchain: Toolchain, known: stamps.Stamp, provider_sha256: str) -> None:
    if toolchain.binary.version != known.version:
        now = f"{toolchain.binary.path} is now version {toolchain.binary.version}, not {known.version}"
        raise ToolMissing(toolchain.binary.product, f"{now}; run: {INSTALL}")
    if provider_sha256 != known.provider_sha256 or known.provider_version != PROVIDER_VERSION:
        raise ToolMissing(
            PROVIDER, f"the provider in {toolchain.mirror.directory} is not the one installed; run: {INSTALL}"
        )
    if not toolchain.config.exists() or not toolchain.lock.exists():
        raise ToolMissing(PROVIDER, f"the lock file in {toolchain.room} is gone; run: {INSTALL}")


@contextmanager
def _alone(path: Path, say: Say) -> Iterator[None]:
    """Hold the installation; say so while another process has it, and give up at the wall clock."""
    began = said = time.monotonic()
    with path.open("w") as file:
        while not _locked(file.fileno()):
            now = time.monotonic()
            if now - began > WAIT_SECONDS:
                raise ToolMissing("terraform", f"another process has been installing in {path.parent} for too long")
            if now - said > SAY_EVERY_S:
                said = now
                say(f"waiting for another process that installs in {path.parent}: {now - began:.0f} s")
            time.sleep(0.1)
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
