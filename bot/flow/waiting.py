"""What a run waits for: a "no" that passes by itself is no end."""

from collections.abc import Mapping
from typing import Final

from bot.domain.errors import Sentence, ThreadformError, say
from bot.domain.run import Run, RunState
from iac.errors import Broken, ClusterSilent

WAIT_S: Final[Mapping[str, float]] = {
    "lock.held": 1.0,
    "lock.template": 5.0,
    "lock.guest": 2.0,
    "acts.locked": 5.0,
    "freeze.on": 30.0,
    "audit.unread": 1.0,
    "audit.broken": 30.0,
}
"""Seconds until the same is tried again, by the sentence of the refusal, where nobody rings before."""
SILENT_S: Final = 5.0
UNTOLD: Final = frozenset({"audit.unread"})
"""Over in a moment: not worth a word."""


PATIENCE_S: Final = 86_400.0
"""How long a request waits for a cluster that is away; after that its person is told to ask again."""


FAULT_S: Final = 5.0
FAULT_MAX_S: Final = 3_600.0


def wait_after_fault(run: Run, now: float) -> float:
    """How many seconds to wait after a fault that trying again at once would only meet again.

    Half as long as the run stands where it is, so each wait is longer than the one before, and nothing is counted.
    """
    return min(FAULT_MAX_S, max(FAULT_S, (now - run.updated_at) / 2))


def is_outage(run: Run, no: ThreadformError, now: float) -> bool:
    """Whether a plan waits for this to pass: a silent cluster or database ends no request for a day."""
    is_away = isinstance(no, ClusterSilent) or no.sentence.key == "run.store_silent"
    return is_away and now - run.created_at < PATIENCE_S


def note_of(no: ThreadformError) -> Sentence:
    """What the card of a run that waits says."""
    return say("outage.cluster", why=no.why) if isinstance(no, ClusterSilent) else no.sentence


def wait_of(no: ThreadformError) -> float | None:
    """How many seconds to wait before the same again; None where waiting does not help."""
    if isinstance(no, Broken) and no.is_worth_retrying:
        return SILENT_S
    return WAIT_S.get(no.sentence.key)


def is_told(run: Run, no: ThreadformError) -> bool:
    """Whether the card says so: only before the apply has begun, and only what lasts."""
    return run.state is RunState.APPROVED and no.sentence.key not in UNTOLD
