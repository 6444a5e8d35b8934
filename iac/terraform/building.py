"""Building a program with Go from module files of ours, which pin every source by checksum."""

import shutil
import tempfile
from pathlib import Path

from iac.errors import ToolMissing
from iac.terraform.environment import for_go
from iac.terraform.pins import INSTALL, SOURCES
from iac.terraform.running import Command, Say, run

BUILD_SECONDS = 900.0

THREE_WAYS = (
    "there are three ways: install Go 1.26 or newer (the program is then built from pinned sources), "
    "or let this machine reach the provider's registry, "
    "or put terraform 1.5 or newer on PATH and copy the tools directory of another machine of the same kind here"
)


def build(sources: str, package: str, target: Path, say: Say) -> None:
    """Build ``package`` as pinned by the module files in ``go/<sources>`` to ``target``, in one step or not at all.

    ``ToolMissing`` where there is no Go; ``Broken`` with Go's own words; ``TimedOut`` after 15 minutes.
    """
    go = shutil.which("go")
    if go is None:
        raise ToolMissing("go", f"{target.name} is not here and cannot be built; {THREE_WAYS}; then run: {INSTALL}")
    say(f"building {target.name} with Go from pinned sources (1 to 5 minutes the first time)")
    with tempfile.TemporaryDirectory(prefix="build-", dir=_made(target.parent)) as directory:
        # A copy: Go wants to write beside its module files, which may lie in a read-only place.
        work = Path(directory)
        shutil.copytree(SOURCES / sources, work / "module")
        built = work / target.name
        argv = [
            go,
            "build",
            "-mod=readonly",
            "-trimpath",
            "-buildvcs=false",
            "-ldflags=-s -w",
            "-o",
            str(built),
            package,
        ]
        run(Command(f"building {target.name}", argv, work / "module", for_go(), BUILD_SECONDS), say)
        built.replace(target)


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory
