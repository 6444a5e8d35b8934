"""How a node has been doing: samples in time, with gaps. Pure; the step is taken from the samples themselves."""

import itertools
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

DAY_S = 86400.0
HOUR_S = 3600.0
ENOUGH = 4
"""Readings that a trend needs at least; below that nothing is said."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment (seconds since the epoch, UTC); shares of 1, None where there is no reading.

    ``pressure`` is the share of the time in which some work waited for storage.
    """

    at: float
    cpu: float | None = None
    memory: float | None = None
    pressure: float | None = None


Reading = Callable[[Sample], float | None]


@dataclass(frozen=True, slots=True)
class History:
    """The samples of one node, oldest first."""

    node: str
    samples: tuple[Sample, ...] = ()

    @property
    def step_s(self) -> float:
        """Seconds from one sample to the next: the median of the differences; 0 where there are fewer than two."""
        times = [s.at for s in self.samples]
        return statistics.median(b - a for a, b in itertools.pairwise(times)) if len(times) > 1 else 0.0

    @property
    def known_share(self) -> float:
        """The share of the samples that hold a reading of the processor."""
        known = sum(1 for s in self.samples if s.cpu is not None)
        return known / len(self.samples) if self.samples else 0.0

    def mean(self, of: Reading, last_s: float) -> float | None:
        """The mean reading of the last seconds before the newest sample; None where there is none."""
        found = _values(self._last(last_s), of)
        return sum(found) / len(found) if found else None

    def peak(self, of: Reading) -> float | None:
        """The highest reading; None where there is none."""
        return max(_values(self.samples, of), default=None)

    def rise_per_day(self, of: Reading) -> float | None:
        """How much the reading grows in a day, by least squares over what is there; None where that is too little.

        It needs ``ENOUGH`` readings over at least a day: less tells morning from evening, not one day from the next.
        """
        known = [(s.at / DAY_S, value) for s in self.samples if (value := of(s)) is not None]
        if len(known) < ENOUGH or known[-1][0] - known[0][0] < 1:
            return None
        at, values = [t for t, _ in known], [v for _, v in known]
        return statistics.linear_regression(at, values).slope

    def _last(self, seconds: float) -> Sequence[Sample]:
        return [s for s in self.samples if s.at > self.samples[-1].at - seconds]


def _values(samples: Sequence[Sample], of: Reading) -> list[float]:
    return [value for s in samples if (value := of(s)) is not None]


def cpu(sample: Sample) -> float | None:
    """The processor's share in use."""
    return sample.cpu


def memory(sample: Sample) -> float | None:
    """The memory's share in use."""
    return sample.memory


def pressure(sample: Sample) -> float | None:
    """The share of the time in which work waited for storage."""
    return sample.pressure
