"""One private directory a run: the manifest, the state it starts from, the saved plan, and a ready ``.terraform``."""

import io
import json
import os
import secrets
import shutil
import tarfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from iac.errors import Broken

PRIVATE_DIRECTORY = 0o700
PRIVATE_FILE = 0o600
LEFT_OUT = frozenset({".terraform", ".terraform.lock.hcl", "apply.jsonl", "apply.err", "apply.lock"})
"""What a saved plan does not consist of: each machine has its own provider, each apply its own traces."""


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
    _clear(directory)
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


def _clear(directory: Path) -> None:
    """Take it away at once: a terraform that lost its worker may still write in it, and goes with it."""
    aside = directory.with_name(f"{directory.name}.{secrets.token_hex(4)}.old")
    with suppress(FileNotFoundError):
        directory.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def pack(directory: Path) -> bytes:
    """Everything a saved plan consists of, as one archive: manifest, state, plan file. Not what ``init`` made."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for path in sorted(path for path in directory.rglob("*") if _is_packed(path.relative_to(directory))):
            archive.add(path, str(path.relative_to(directory)), recursive=False)
    return whole.getvalue()


def unpack(directory: Path, packed: bytes, skeleton: Skeleton) -> Workspace:
    """Rebuild a workspace from its archive on any machine; the plan file comes last, so it never stands there alone.

    ``Broken`` where an apply has begun in that directory, or the archive is none of ours.
    """
    workspace = Workspace(directory)
    if workspace.events_file.exists():
        raise Broken(f"rebuilding the workspace {directory.name}", "an apply has begun in it already")
    directory.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    files = _files_in(packed)
    plan = files.pop(workspace.plan_file.name, None)
    if plan is None:
        raise Broken(f"rebuilding the workspace {directory.name}", "there is no plan in the archive")
    for name, body in files.items():
        _make_parents(directory, directory / name)
        _write(directory / name, body)
    _write(workspace.lock_file, skeleton.lock_file.read_bytes())
    shutil.copytree(skeleton.ready, workspace.ready, symlinks=True, dirs_exist_ok=True)
    fresh = workspace.plan_file.with_suffix(".new")
    _write(fresh, plan)
    fresh.replace(workspace.plan_file)
    return workspace


def _is_packed(path: Path) -> bool:
    return path.parts[0] not in LEFT_OUT and path.suffix != ".log"


def _files_in(packed: bytes) -> dict[str, bytes]:
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
            members = [member for member in archive.getmembers() if member.isfile()]
            return {_inside(member.name): _body(archive, member) for member in members}
    except tarfile.TarError as fault:
        raise Broken("unpacking a saved plan", str(fault)) from fault


def _body(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


def _inside(name: str) -> str:
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise Broken("unpacking a saved plan", f"{name} leads out of its directory")
    return name


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
