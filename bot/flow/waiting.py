"""What an approved run waits for: a "no" that passes by itself is no end."""

from collections.abc import Mapping
from typing import Final

from bot.domain.errors import ThreadformError
from bot.domain.run import Run, RunState
from iac.errors import Broken

WAIT_S: Final[Mapping[str, float]] = {
    "lock.held": 1.0,
    "lock.template": 5.0,
    "freeze.on": 30.0,
    "audit.unread": 1.0,
    "audit.broken": 30.0,
}
"""Seconds until the same is tried again, by the sentence of the refusal, where nobody rings before."""
SILENT_S: Final = 5.0
UNTOLD: Final = frozenset({"audit.unread"})
"""Over in a moment: not worth a word."""


def wait_of(no: ThreadformError) -> float | None:
    """How many seconds to wait before the same again; None where waiting does not help."""
    if isinstance(no, Broken) and no.is_worth_retrying:
        return SILENT_S
    return WAIT_S.get(no.sentence.key)


def is_told(run: Run, no: ThreadformError) -> bool:
    """Whether the card says so: only before the apply has begun, and only what lasts."""
    return run.state is RunState.APPROVED and no.sentence.key not in UNTOLD
