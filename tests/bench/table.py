"""The table that the bench prints: what was measured, the figure, the goal, and whether it is met."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Table:
    """Prints each line as soon as it is known; a run that is stopped has shown what it had."""

    began: float = field(default_factory=time.monotonic)
    missed: list[str] = field(default_factory=list)

    def heading(self, text: str) -> None:
        print(f"\n{text}", flush=True)

    def line(self, what: str, figure: str) -> None:
        """A figure without a goal."""
        print(f"  {what:62s} {figure}", flush=True)

    def goal(self, what: str, value: float, most: float, unit: str = "", also: str = "") -> None:
        """A figure that should be at most ``most``."""
        is_met = value <= most
        if not is_met:
            self.missed.append(what)
        figure = f"{_short(value)}{unit}{f'   ({also})' if also else ''}"
        print(f"  {what:62s} {figure:32s} goal {_short(most)}{unit}: {'met' if is_met else 'NOT MET'}", flush=True)

    def broke(self, part: str, fault: Exception) -> None:
        """A part that could not be measured to its end counts as missed; the others are measured all the same."""
        self.missed.append(part)
        print(f"  {part} broke: {type(fault).__name__}: {fault}", flush=True)

    def part_ends(self, part: str, began: float) -> None:
        """How much of the whole it took."""
        print(f"  [{part}: {time.monotonic() - began:.0f} s]", flush=True)

    def end(self) -> None:
        missed = f"not met: {'; '.join(self.missed)}" if self.missed else "every goal is met"
        print(f"\n{time.monotonic() - self.began:.0f} s; {missed}", flush=True)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many percent of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def both(seconds: Sequence[float], low: float = 50, high: float = 95) -> str:
    """Two percentiles in milliseconds."""
    return f"{percentile(seconds, low) * 1000:.0f}, {percentile(seconds, high) * 1000:.0f} ms"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2f}"
