"""The read-only eyes: ``Cluster`` makes one reading, ``Records`` looks up what the cluster wrote down about itself."""

from typing import Literal, Protocol, runtime_checkable

from iac.inventory.history import History
from iac.inventory.tasks import Task
from iac.inventory.values import Inventory


class Cluster(Protocol):
    """The reading eye. It has no verb that changes."""

    async def read(self) -> Inventory:
        """Read the whole cluster; ``ClusterSilent`` where it does not answer."""
        ...


@runtime_checkable
class Records(Protocol):
    """What no single reading holds. It has no verb that changes; a cluster may have no records at all.

    Each raises ``Broken`` for itself: what is missing keeps nobody from the rest.
    """

    async def tasks(self, *, only_failed: bool = False) -> tuple[Task, ...]:
        """The tasks of the last day, newest first, with those that still run; ``only_failed`` narrows it."""
        ...

    async def history(self, node: str, window: Literal["hour", "day", "week"]) -> History:
        """How a node has been doing in the last hour, day or week."""
        ...
