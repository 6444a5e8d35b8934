"""One private directory a run: the manifest, the state it starts from, the saved plan, and a ready ``.terraform``."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from iac.errors import Broken

PRIVATE_DIRECTORY = 0o700
PRIVATE_FILE = 0o600


@dataclass(frozen=True, slots=True)
class Workspace:
    """The directory of one run. Plan and state hold everything terraform knows: only their owner may read them."""

    directory: Path

    @property
    def plan_file(self) -> Path:
        """The saved plan; an approval is bound to its digest."""
        return self.directory / "plan.tfplan"

    @property
    def state_file(self) -> Path:
        """The local state: what it started from, and during the apply what there is by now."""
        return self.directory / "terraform.tfstate"

    @property
    def lock_file(self) -> Path:
        """The provider's checksum."""
        return self.directory / ".terraform.lock.hcl"

    @property
    def ready(self) -> Path:
        """What ``terraform init`` makes."""
        return self.directory / ".terraform"

    @property
    def events_file(self) -> Path:
        """What an apply reports, line by line; it exists from the moment an apply begins."""
        return self.directory / "apply.jsonl"


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What every workspace of the same toolchain and modules shares: the result of one real ``terraform init``."""

    ready: Path
    lock_file: Path


def write(directory: Path, files: Mapping[str, bytes], state: bytes | None, skeleton: Skeleton) -> Workspace:
    """Write a workspace from nothing, replacing an earlier plan of the same run.

    ``Broken`` where an apply has begun in that directory: what it leaves there is evidence, not scratch.
    """
    workspace = Workspace(directory)
    if workspace.events_file.exists():
        raise Broken(f"writing the workspace {directory.name}", "an apply has begun in it already")
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=PRIVATE_DIRECTORY, parents=True)
    for name, body in files.items():
        _make_parents(directory, directory / name)
        _write(directory / name, body)
    if state is not None:
        _write(workspace.state_file, state)
    _write(workspace.lock_file, skeleton.lock_file.read_bytes())
    # Links stay links: the provider itself is never copied.
    shutil.copytree(skeleton.ready, workspace.ready, symlinks=True)
    return workspace


def serial_of(state: bytes | None) -> int:
    """The serial number of a state; 0 where there is none yet. ``Broken`` where the bytes are no state."""
    if state is None:
        return 0
    try:
        return int(json.loads(state)["serial"])
    except (ValueError, KeyError, TypeError) as fault:
        raise Broken("reading the terraform state", f"this is no state: {fault}") from fault


def _make_parents(directory: Path, path: Path) -> None:
    """One by one: ``mkdir`` gives the mode to the last of them only."""
    for parent in reversed(path.relative_to(directory).parents):
        (directory / parent).mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)


def _write(path: Path, body: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "wb") as file:
        file.write(body)
