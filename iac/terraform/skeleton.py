"""The warm ``.terraform``: one real ``init`` for each toolchain and version of our modules, then only copies."""

import hashlib
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from iac.errors import Broken
from iac.manifest import render
from iac.spec import StackSpec
from iac.terraform.environment import for_terraform
from iac.terraform.running import Command, run
from iac.terraform.toolchain import Toolchain
from iac.workspace import Skeleton

INIT = ("init", "-input=false", "-lockfile=readonly", "-no-color")
INIT_SECONDS = 60.0


def warm(toolchain: Toolchain) -> Skeleton:
    """The skeleton for this toolchain and our modules, made where it is not there yet; safe for two processes."""
    home = toolchain.room / "skeletons" / _key(toolchain)
    if not home.exists():
        _make(toolchain, home)
    return Skeleton(home, toolchain.lock)


def _make(toolchain: Toolchain, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="init-", dir=target.parent) as directory:
        work = Path(directory)
        for name, body in render(StackSpec("", "", ())).items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(body)
        shutil.copy(toolchain.lock, work)
        argv = [str(toolchain.binary.path), *INIT]
        run(Command("terraform init", argv, work, for_terraform(toolchain.config), INIT_SECONDS))
        # Another process may have been quicker; its skeleton is the same as ours.
        with suppress(OSError):
            (work / ".terraform").rename(target)
    if not target.exists():
        raise Broken("terraform init", f"it made no {target}")


def _key(toolchain: Toolchain) -> str:
    """Everything that ``init`` looks at: the lock file, the CLI configuration, the binary, the modules."""
    digest = hashlib.sha256(toolchain.stamp.read_bytes() + toolchain.lock.read_bytes() + toolchain.config.read_bytes())
    for name, body in sorted(render(StackSpec("", "", ())).items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(body).digest())
    return digest.hexdigest()[:16]
