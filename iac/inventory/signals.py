"""How the nodes have been doing, as far as it was measured: load, trend, waiting for storage, errors, work."""

from collections.abc import Iterable
from dataclasses import dataclass

from iac.errors import Sentence
from iac.inventory.history import HOUR_S, History, cpu, pressure
from iac.inventory.tasks import Task


@dataclass(frozen=True, slots=True)
class NodeSignals:
    """What was measured of one node; None: not measured, which counts neither for it nor against it.

    ``busy``: share of the processor in the last hour. ``expected``: the share to expect within a day. ``pressure``:
    share of the last hour in which work waited for storage. ``failed``: tasks that failed within the last day.
    ``running``: tasks under way.
    """

    node: str
    busy: float | None = None
    expected: float | None = None
    pressure: float | None = None
    failed: int | None = None
    running: int | None = None


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of all nodes, and in sentences which sources could not be read."""

    nodes: tuple[NodeSignals, ...] = ()
    missing: tuple[Sentence, ...] = ()

    def of(self, node: str) -> NodeSignals:
        """What was measured of that node; nothing where nobody looked."""
        return next((n for n in self.nodes if n.node == node), NodeSignals(node))


NO_SIGNALS = Signals()


def signals_of(
    node: str, hour: History | None, week: History | None, failed: Iterable[Task] | None, running: Iterable[Task] | None
) -> NodeSignals:
    """The signals of one node from its last hour, its last week and its tasks; None for what could not be read."""
    return NodeSignals(
        node=node,
        busy=hour.mean(cpu, HOUR_S) if hour else None,
        expected=expected(week) if week else None,
        pressure=hour.mean(pressure, HOUR_S) if hour else None,
        failed=None if failed is None else sum(t.node == node and t.speaks_against_node for t in failed),
        running=None if running is None else sum(t.node == node and t.is_running for t in running),
    )


def expected(week: History) -> float | None:
    """The share of the processor to expect within a day, 0..1: the week's highest, or more where the load grows.

    The highest value of the last seven days bounds the next day's in 85 of 100 cases, better than the highest value
    of a mean forecast (29 of 100); a load that grows by more than that will not be bounded by what was.
    """
    peak = week.peak(cpu)
    if peak is None:
        return None
    level, rise = week.mean(cpu, 24 * HOUR_S), week.rise_per_day(cpu)
    grown = level + rise if level is not None and rise is not None else 0.0
    return min(1.0, max(peak, grown))
