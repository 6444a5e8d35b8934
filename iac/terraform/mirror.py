"""The provider, unpacked in a filesystem mirror of ours: from its registry, else built with Go."""

import json
import re
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from iac.errors import Broken
from iac.manifest import ROOT_MODULE
from iac.terraform.binary import Binary
from iac.terraform.building import build
from iac.terraform.environment import for_terraform
from iac.terraform.pins import PROVIDER, PROVIDER_BINARY, PROVIDER_PACKAGE, PROVIDER_VERSION
from iac.terraform.running import Command, Say, run

ASK_SECONDS = 30.0
REGISTRY_SECONDS = 90.0
_LISTED = re.compile(rf"provider\[([^\]/]+)/{re.escape(PROVIDER)}\]")
_FRAME = re.compile(r"\x1b\[[0-9;]*m|[│╷╵]")

CLI_CONFIG = """\
disable_checkpoint = true

provider_installation {{
  filesystem_mirror {{
    path    = {path}
    include = ["{host}/{provider}"]
  }}
}}
"""
"""Without a ``direct`` block terraform asks no network for a provider."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where the provider of one binary lies; ``host`` is the default provider host of that binary."""

    home: Path
    host: str
    platform: str

    @property
    def directory(self) -> Path:
        """The root of the mirror."""
        return self.home / "mirror"

    @property
    def provider(self) -> Path:
        """The provider itself."""
        return self.directory / self.host / PROVIDER / PROVIDER_VERSION / self.platform / PROVIDER_BINARY

    def config(self) -> str:
        """The CLI configuration that knows this mirror and nothing else."""
        return CLI_CONFIG.format(path=json.dumps(str(self.directory)), host=self.host, provider=PROVIDER)


def ask_host(binary: Binary) -> str:
    """The host under which this binary looks for providers whose source names none."""
    with tempfile.TemporaryDirectory() as directory:
        work = _requirements(Path(directory))
        said = run(_command("asking for the provider's host", [str(binary.path), "providers"], work, ASK_SECONDS))
    found = _LISTED.search(said)
    if found is None:
        raise Broken("asking for the provider's host", f"{binary.path} said: {said.strip()[:500]}")
    return found[1]


def fill(binary: Binary, mirror: Mirror, say: Say) -> None:
    """Put the provider into the mirror: from the registry, else built; nothing where it is there already."""
    if mirror.provider.exists():
        return
    mirror.provider.parent.mkdir(parents=True, exist_ok=True)
    try:
        _download(binary, mirror, say)
    except Broken as fault:
        say(f"no registry answered ({_in_short(fault.why)})")
        build("provider", PROVIDER_PACKAGE, mirror.provider, say)


def write_lock(binary: Binary, mirror: Mirror, config: Path, target: Path) -> None:
    """Have terraform write the lock file for exactly the provider in the mirror; it is used read-only from then on."""
    with tempfile.TemporaryDirectory(prefix="lock-", dir=target.parent) as directory:
        work = _requirements(Path(directory))
        argv = [str(binary.path), "providers", "lock", f"-fs-mirror={mirror.directory}", f"-platform={mirror.platform}"]
        run(_command("locking the provider", argv, work, ASK_SECONDS, config))
        (work / ".terraform.lock.hcl").replace(target)


def _download(binary: Binary, mirror: Mirror, say: Say) -> None:
    """Let ``providers mirror`` check the registry's signature, and unpack: terraform copies packed ones each time."""
    say(f"asking the registry for {PROVIDER} {PROVIDER_VERSION} (at most {REGISTRY_SECONDS:.0f} s)")
    with tempfile.TemporaryDirectory(prefix="download-", dir=mirror.home) as directory:
        work = _requirements(Path(directory))
        argv = [str(binary.path), "providers", "mirror", f"-platform={mirror.platform}", "got"]
        run(_command("asking the registry", argv, work, REGISTRY_SECONDS), say)
        packed = next((work / "got").rglob("*.zip"))
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(work / "unpacked")
        found = next((work / "unpacked").glob(f"{PROVIDER_BINARY}*"))
        found.chmod(0o755)
        found.replace(mirror.provider)


def _requirements(work: Path) -> Path:
    shutil.copy(ROOT_MODULE / "versions.tf", work / "versions.tf")
    return work


def _command(act: str, argv: list[str], work: Path, seconds: float, config: Path | None = None) -> Command:
    environment = for_terraform(config) | {"TF_REGISTRY_DISCOVERY_RETRY": "0", "TF_REGISTRY_CLIENT_TIMEOUT": "10"}
    return Command(act, argv, work, environment, seconds)


def _in_short(text: str) -> str:
    """Terraform's error in one line, without its frame and colours."""
    lines = [_FRAME.sub("", line).strip() for line in text.splitlines()]
    error = next((line for line in lines if line.startswith("Error: ")), "")
    return error or next(filter(None, lines), "no words")
