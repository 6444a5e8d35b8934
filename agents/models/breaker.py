"""A link that failed several times in a row rests for a while, so that nobody waits for it in vain."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_REST_S = 600.0
"""However often it fails, it is tried again after ten minutes."""
MOST_ASKED_S = 3600.0
"""However long it asks to be left alone, it is tried again after an hour: a date in another century is no reason."""
_DOUBLINGS = 16
"""More of them change nothing but the size of the number."""


@dataclass
class Breaker:
    """After ``max_failures`` in a row the link rests for ``rest_s`` seconds. One per link and process.

    After its rest one question is let through, the others go on without it: an answer ends the rest, a failure doubles
    it, up to ten minutes.
    """

    max_failures: int = 3
    rest_s: float = 60.0
    now: Callable[[], float] = time.monotonic
    failures: int = field(default=0, init=False)
    rests_until: float = field(default=0.0, init=False)
    _rests: int = field(default=0, init=False)
    _is_probed: bool = field(default=False, init=False)

    @property
    def is_resting(self) -> bool:
        """Whether the link is left out for now."""
        return self.now() < self.rests_until

    def admits(self) -> bool:
        """Whether this question may be asked; after a rest the first one is the probe, until it has ended."""
        if self.is_resting or self._is_probed:
            return False
        self._is_probed = self._rests > 0
        return True

    def failed(self) -> None:
        """Count one failure; the last allowed one, and that of a probe, send the link to rest.

        One that comes while the link rests was asked before: it says nothing new.
        """
        if self.is_resting:
            return
        self.failures += 1
        if self._rests or self.failures >= self.max_failures:
            self.rest(min(self.rest_s * 2 ** min(self._rests, _DOUBLINGS), MOST_REST_S))

    def rest(self, seconds: float) -> None:
        """Leave the link alone for so long, an hour at most; the endpoint itself may have asked for it."""
        self.failures, self._is_probed = 0, False
        self._rests += 1
        self.rests_until = self.now() + min(seconds, MOST_ASKED_S)

    def answered(self) -> None:
        """An answer wipes the slate."""
        self.failures, self._rests, self._is_probed = 0, 0, False

    def let_go(self) -> None:
        """A question that ended without an answer and without a fault, such as one that was cancelled."""
        self._is_probed = False
