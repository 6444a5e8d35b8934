"""A link that failed several times in a row rests for a while, so that nobody waits for it in vain."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Breaker:
    """After ``max_failures`` in a row the link rests for ``rest_s`` seconds. One per link and process."""

    max_failures: int = 3
    rest_s: float = 60.0
    now: Callable[[], float] = time.monotonic
    failures: int = field(default=0, init=False)
    rests_until: float = field(default=0.0, init=False)

    @property
    def is_resting(self) -> bool:
        """Whether the link is left out for now."""
        return self.now() < self.rests_until

    def failed(self) -> None:
        """Count one failure; the last allowed one sends the link to rest."""
        self.failures += 1
        if self.failures >= self.max_failures:
            self.failures, self.rests_until = 0, self.now() + self.rest_s

    def answered(self) -> None:
        """An answer wipes the slate."""
        self.failures = 0
