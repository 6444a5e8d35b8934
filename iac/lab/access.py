"""Where a running lab is and what opens it: written to its home when it is ready, read by its clients."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

FILE_NAME = "lab.json"


@dataclass(frozen=True, slots=True)
class LabAccess:
    """The address and the keys of one lab.

    ``endpoint`` is ``https://127.0.0.1:PORT``; ``ca_path`` the certificate to trust; the tokens are
    ``user@realm!name=uuid``; ``control_token`` opens ``/lab/`` only; ``pid`` is the serving process.
    """

    endpoint: str
    ca_path: Path
    bot_token: str
    admin_token: str
    control_token: str
    pid: int


def write_private(path: Path, text: str) -> None:
    """Replace the file at once, readable by its owner alone, so that no reader ever sees half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def write_access(home: Path, access: LabAccess) -> None:
    """Leave ``access`` in the lab's home."""
    fields = asdict(access) | {"ca_path": str(access.ca_path)}
    write_private(home / FILE_NAME, json.dumps(fields, indent=2))


def read_access(home: Path) -> LabAccess | None:
    """What a lab left in ``home``; None where there is none or it cannot be read. Says nothing about it being alive."""
    try:
        access = LabAccess(**json.loads((home / FILE_NAME).read_text(encoding="utf-8")))
        return replace(access, ca_path=Path(access.ca_path))
    except (OSError, ValueError, TypeError):
        return None
