"""Finding terraform or tofu, and asking it who it is."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from iac.errors import Broken, ToolMissing
from iac.terraform.environment import for_terraform
from iac.terraform.pins import OLDEST, PRODUCTS
from iac.terraform.running import Command, run

ASK_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Binary:
    """A terraform or tofu that answers; ``platform`` is Go's, such as ``linux_amd64``."""

    path: Path
    product: str
    version: str
    platform: str

    @property
    def is_new_enough(self) -> bool:
        """Whether this product can work with it."""
        return parse_version(self.version) >= OLDEST


def parse_version(text: str) -> tuple[int, ...]:
    """``1.11.4`` or ``1.6.0-rc1`` as numbers; the part after the dash does not count."""
    return tuple(int(part) for part in text.partition("-")[0].split(".") if part.isdigit())


def ask(path: Path) -> Binary:
    """Ask a binary for its version; ``ToolMissing`` where it does not answer as terraform does."""
    command = Command(
        f"asking {path.name} for its version", [str(path), "version", "-json"], Path("/"), {}, ASK_SECONDS
    )
    try:
        answer = json.loads(run(_with_environment(command)))
        return Binary(path, _product(path), str(answer["terraform_version"]), str(answer["platform"]))
    except (Broken, ValueError, KeyError, TypeError) as fault:
        raise ToolMissing(path.name, f"{path} does not answer as terraform does: {fault}") from fault


def find(binary: str | None) -> Path | None:
    """The named binary, else tofu or terraform on PATH; None where there is none.

    ``ToolMissing`` where a binary is named and is not there: a wrong setting is never passed over silently.
    """
    if binary:
        found = shutil.which(binary)
        if found is None:
            raise ToolMissing(binary, f"THREADFORM_TF_BIN names {binary}, which is not a program here")
        return Path(found).resolve()
    found = next(filter(None, map(shutil.which, PRODUCTS)), None)
    return Path(found).resolve() if found else None


def check(binary: Binary) -> Binary:
    """The binary, or ``ToolMissing`` where it is too old."""
    if not binary.is_new_enough:
        oldest = ".".join(map(str, OLDEST))
        raise ToolMissing(binary.product, f"{binary.path} is version {binary.version}; {oldest} or newer is needed")
    return binary


def _product(path: Path) -> str:
    return "tofu" if "tofu" in path.name else "terraform"


def _with_environment(command: Command) -> Command:
    return Command(command.act, command.argv, command.cwd, for_terraform(None), command.seconds)
