"""The stream that ``terraform apply -json`` writes: read as it grows, and told as progress."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from iac.terraform.door import Event, as_event

Step = Literal["started", "going", "done", "failed"]

_STEPS: dict[str, Step] = {
    "apply_start": "started",
    "apply_progress": "going",
    "apply_complete": "done",
    "apply_errored": "failed",
}


@dataclass(slots=True)
class Tail:
    """Whole lines of a growing file, from its beginning."""

    path: Path
    offset: int = 0

    def read(self, *, is_complete: bool = False) -> Iterator[Event]:
        """The lines that are new; a line that has no end yet waits, unless the file is complete."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            for line in file:
                if not line.endswith(b"\n") and not is_complete:
                    return
                self.offset += len(line)
                yield as_event(line)


def parse_progress(event: Event) -> tuple[str, Step, float, str] | None:
    """Address, step, seconds since it began, and terraform's own words; None for an event that is no progress."""
    step = _STEPS.get(str(event.get("type")))
    hook = event.get("hook")
    if step is None or not isinstance(hook, dict):
        return None
    address = str(hook.get("resource", {}).get("addr", ""))
    return address, step, float(hook.get("elapsed_seconds") or 0), str(event.get("@message", ""))
