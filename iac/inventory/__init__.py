"""One reading of the cluster as values, what the cluster wrote down about itself, and the read-only eyes for both."""

from iac.inventory.affinity import Affinity
from iac.inventory.devices import Device
from iac.inventory.eyes import Cluster, Records
from iac.inventory.history import History, Sample
from iac.inventory.signals import NO_SIGNALS, NodeSignals, Signals
from iac.inventory.tasks import Task
from iac.inventory.values import (
    FILL_LIMIT,
    GIB,
    HOST_RESERVE_BYTES,
    HOST_RESERVE_SHARE,
    MIB,
    Guest,
    Inventory,
    Network,
    Node,
    Storage,
)

__all__ = [
    "FILL_LIMIT",
    "GIB",
    "HOST_RESERVE_BYTES",
    "HOST_RESERVE_SHARE",
    "MIB",
    "NO_SIGNALS",
    "Affinity",
    "Cluster",
    "Device",
    "Guest",
    "History",
    "Inventory",
    "Network",
    "Node",
    "NodeSignals",
    "Records",
    "Sample",
    "Signals",
    "Storage",
    "Task",
]
