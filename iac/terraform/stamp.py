"""The stamp of a finished installation: what was installed, so that the second time only has to compare."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from iac.terraform.binary import Binary
from iac.terraform.pins import PROVIDER_VERSION


@dataclass(frozen=True, slots=True)
class Stamp:
    """One binary with one provider: ``provider_sha256`` is of the unpacked provider."""

    binary: str
    version: str
    platform: str
    host: str
    provider_version: str
    provider_sha256: str


def stamp(binary: Binary, host: str, provider: Path) -> Stamp:
    """The stamp of what lies there now."""
    return Stamp(str(binary.path), binary.version, binary.platform, host, PROVIDER_VERSION, checksum(provider))


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(path: Path, value: Stamp) -> None:
    """Write it in one step."""
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(asdict(value), indent=2) + "\n")
    draft.replace(path)


def read(path: Path) -> Stamp | None:
    """What was installed; None where nothing was, or the stamp is not one of ours."""
    try:
        return Stamp(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None
