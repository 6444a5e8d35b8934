"""What would be written for a draft, read by the real terraform: the port behind the crew's linter."""

import asyncio
import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from iac import workspace
from iac.errors import Broken, TimedOut
from iac.manifest import render
from iac.manifest.rendering import TFVARS
from iac.spec import GuestSpec, PlacedGuest, StackSpec
from iac.terraform.environment import for_terraform
from iac.terraform.running import Command, run
from iac.terraform.skeleton import warm
from iac.terraform.toolchain import Toolchain

log = structlog.get_logger()

Render = Callable[[StackSpec], Mapping[str, bytes]]
SECONDS = 60.0
FIRST_VMID = 100


@dataclass
class TerraformLint:
    """``terraform validate`` over the manifest of a draft, once for each shape of it.

    Values of guests never enter the configuration (``iac.manifest``), so drafts share their shape: what terraform has
    read once, and takes, is remembered in ``home`` as an empty file. A message pays for it only where our modules have
    changed and nobody has warmed up since.
    """

    toolchain: Toolchain
    home: Path
    render: Render = render
    seconds: float = SECONDS
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    async def warm(self) -> None:
        """Read the shape that every draft has, before the first one comes."""
        await self.faults(())

    async def faults(self, guests: Sequence[GuestSpec]) -> tuple[str, ...]:
        """What terraform has against it; nothing where it was taken before, or where terraform was too slow to say."""
        files = self.render(StackSpec("lint", "lint", tuple(_placed(guest) for guest in guests)))
        shape = self._shape(files)
        if shape not in self.known and not (self.home / shape).exists():
            try:
                self.known[shape] = await asyncio.to_thread(self._read, files, shape)
            except TimedOut as slow:  # planning reads it again, with all its time
                log.warning("lint.slow", why=str(slow))
        return self.known.get(shape, ())

    def _read(self, files: Mapping[str, bytes], shape: str) -> tuple[str, ...]:
        with tempfile.TemporaryDirectory(prefix="lint-") as directory:
            work = workspace.write(Path(directory) / "stack", files, None, warm(self.toolchain)).directory
            argv = [str(self.toolchain.binary.path), "validate", "-no-color"]
            environment = for_terraform(self.toolchain.config)
            try:
                run(Command("terraform validate", argv, work, environment, self.seconds))
            except TimedOut:
                raise
            except Broken as fault:
                log.exception("lint.refused")
                return (str(fault),)
        with suppress(OSError):  # it is read again next time
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.home / shape).touch()
        return ()

    def _shape(self, files: Mapping[str, bytes]) -> str:
        """Everything that terraform reads, but for the values: the configuration, and which terraform it is."""
        digest = hashlib.sha256(self.toolchain.stamp.read_bytes())
        for name, body in sorted(files.items()):
            if name != TFVARS:
                digest.update(name.encode() + b"\0" + hashlib.sha256(body).digest())
        return digest.hexdigest()[:32]


def _placed(guest: GuestSpec) -> PlacedGuest:
    """The guest where it might be: what is decided later does not change the shape."""
    return PlacedGuest(
        spec=guest,
        vmid=FIRST_VMID,
        node=guest.node or "node",
        storage=guest.storage or "storage",
        network=guest.network or "network",
        template_vmid=FIRST_VMID,
        template_node="node",
        address=None,
        user="user",
        ssh_keys=(),
        tags=(),
        description="",
    )
