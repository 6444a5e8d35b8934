"""The runner's hand for either kind of run: terraform applies a saved plan, the other hand does the acts kept here.

Which of them it is, the files in the run's directory say: an approval is bound to the bytes of one of them.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.outcome import Ending, Progress
from iac.terraform.applier import Applier
from iac.terraform.environment import Credentials
from iac.terraform.skeleton import warm
from iac.terraform.toolchain import Toolchain
from iac.workspace import PRIVATE_DIRECTORY, PRIVATE_FILE, Workspace, unpack

if TYPE_CHECKING:
    from iac.hand import Doer

ACTS_FILE = "acts.json"
ACTS_BEGIN = b"{"
"""Steps are JSON; the packed files of a plan are not."""


@dataclass(slots=True)
class EitherHand:
    """Terraform and the hand for acts over one run's directory; ``seconds`` is the wall clock of either."""

    directory: Path
    toolchain: Toolchain
    access: Credentials
    seconds: float
    _applier: Applier = field(init=False)
    _doer: "Doer | None" = None
    _is_stopped: bool = False

    def __post_init__(self) -> None:
        self._applier = Applier(self.toolchain, self.access, self.directory, self.seconds)

    @property
    def _acts(self) -> Path:
        return self.directory / ACTS_FILE

    def hold(self, seconds: float) -> bool:
        """Take the directory, waiting for at most so long."""
        return self._applier.hold(seconds)

    def has_plan(self) -> bool:
        """Whether what was approved lies here."""
        return self._acts.exists() or Workspace(self.directory).plan_file.exists()

    def unpack(self, files: bytes) -> None:
        """Lay what was kept into the directory."""
        if not files.startswith(ACTS_BEGIN):
            unpack(self.directory, files, warm(self.toolchain))
            return
        self.directory.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
        self._acts.touch(mode=PRIVATE_FILE)
        self._acts.write_bytes(files)

    def apply(self, digest: str) -> Ending:
        """Do what has that digest; blocks until it has ended."""
        if self._acts.exists():
            return self._act(digest)
        applied = self._applier.apply(digest)
        return Ending(applied.exit_code == 0, applied.seconds, applied.errors)

    def interrupt(self) -> None:
        """Ask either to stop after its present step."""
        self._is_stopped = True
        self._applier.interrupt()
        if self._doer is not None:
            self._doer.interrupt()

    def _act(self, digest: str) -> Ending:
        # The client of the cluster is heavy, and the start of a runner is on everybody's way: acts alone pay for it.
        from iac.hand import Doer  # noqa: PLC0415
        from iac.proxmox import Access  # noqa: PLC0415

        cluster = self.access
        access = Access(cluster.endpoint, cluster.api_token, cluster.ca_path, cluster.is_insecure)
        self._doer = doer = Doer(access, self.directory, self.seconds)
        if self._is_stopped:
            doer.interrupt()
        acted = doer.apply(digest)
        steps = tuple(Progress(f"act:{done.at}", done.word, done.seconds, done.text) for done in acted.done)
        return Ending(acted.is_good, acted.seconds, acted.errors, steps)
