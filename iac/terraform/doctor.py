"""What ``threadform doctor`` says about the toolchain: what was found, what is missing, what mends it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from iac.errors import Broken
from iac.terraform.binary import Binary, ask, find
from iac.terraform.building import THREE_WAYS
from iac.terraform.pins import INSTALL, OLDEST, PROVIDER, PROVIDER_VERSION
from iac.terraform.toolchain import built_binary, load

GO = "go"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: ``found`` says what is there (None: nothing), ``mend`` the command or the way when it is not well."""

    name: str
    found: str | None
    is_ok: bool
    mend: str = ""


def inspect(home: Path, *, binary: str | None = None) -> tuple[Finding, ...]:
    """Look at everything that planning needs, change nothing, and never raise for what is missing."""
    home = home.resolve()
    return (_binary(home, binary), _provider(home, binary), _go(home, binary))


def _binary(home: Path, named: str | None) -> Finding:
    try:
        found = _ask(home, named)
    except Broken as fault:
        return Finding(
            "terraform or tofu", None, is_ok=False, mend=f"{fault.why}; name another one in THREADFORM_TF_BIN"
        )
    if found is None:
        return Finding("terraform or tofu", None, is_ok=False, mend=INSTALL)
    oldest = ".".join(map(str, OLDEST))
    mend = "" if found.is_new_enough else f"install {oldest} or newer, or name one in THREADFORM_TF_BIN"
    return Finding("terraform or tofu", f"{found.product} {found.version} at {found.path}", found.is_new_enough, mend)


def _ask(home: Path, named: str | None) -> Binary | None:
    path = find(named) or built_binary(home)
    return ask(path) if path.exists() else None


def _provider(home: Path, named: str | None) -> Finding:
    name = f"provider {PROVIDER} {PROVIDER_VERSION}"
    try:
        toolchain = load(home, binary=named)
    except Broken as fault:
        return Finding(
            name, None, is_ok=False, mend=f"{fault.why}" if INSTALL in fault.why else f"{fault.why}; run: {INSTALL}"
        )
    return Finding(name, f"{toolchain.mirror.provider}, checksum verified", is_ok=True)


def _go(home: Path, named: str | None) -> Finding:
    """Go is needed only to build what no registry and no PATH has."""
    path = shutil.which(GO)
    try:
        load(home, binary=named)
        is_needed = False
    except Broken:
        is_needed = True
    if path:
        return Finding(GO, path, is_ok=True)
    return Finding(GO, None, is_ok=not is_needed, mend=THREE_WAYS if is_needed else "")
