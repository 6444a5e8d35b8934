"""What it costs to place ten guests on a large cluster: a cost that grows faster than the cluster is a defect."""

import time
from pathlib import Path

from iac.inventory import GIB, Guest, Inventory, Network, Node, NodeSignals, Signals, Storage
from iac.placement import place_all
from iac.spec import GuestSpec
from iac.terraform.toolchain import Toolchain
from tests.bench.table import Table, percentile

SMALL, LARGE = 4, 32
GUESTS_A_NODE = 62
ASKED = 10
TIMES = 15
GROWS = 1.5
"""Per node, within one run on a shared machine."""


def measure(table: Table, home: Path, toolchain: Toolchain) -> None:
    table.heading(f"Placing {ASKED} guests at once ({GUESTS_A_NODE} guests a node)")
    few, many = _ms(SMALL), _ms(LARGE)
    ratio = (many / LARGE) / (few / SMALL)
    table.goal(f"a node of {LARGE} against a node of {SMALL}", ratio, GROWS, also=f"{few:.1f}, {many:.1f} ms in all")


def _ms(nodes: int) -> float:
    inventory = cluster(nodes)
    asked = [GuestSpec(f"g{i}", "ubuntu-2404-cloud", 2, 4096, 40) for i in range(ASKED)]
    spent = []
    for _ in range(TIMES):
        began = time.process_time()
        place_all(asked, inventory)
        spent.append((time.process_time() - began) * 1000)
    return percentile(spent, 50)


def cluster(count: int) -> Inventory:
    """That many equal nodes, half full, each with a storage of its own beside the shared one."""
    names = tuple(f"n{i:02d}" for i in range(count))
    nodes = tuple(Node(n, True, 64, 0.2, 512 * GIB, 200 * GIB) for n in names)
    guests = tuple(
        Guest(1000 + i, f"m{i}", names[i % count], "qemu", "running", False, 2, 4 * GIB, 20 * GIB)
        for i in range(count * GUESTS_A_NODE)
    )
    image = Guest(
        100, "ubuntu-2404-cloud", names[0], "qemu", "stopped", True, 1, GIB, 4 * GIB, storages=("ceph",)
    )  # fmt: skip
    shared = Storage("ceph", "rbd", True, frozenset({"images"}), 500_000 * GIB, 0, names)
    own = tuple(Storage("local-lvm", "lvmthin", False, frozenset({"images"}), 2000 * GIB, 0, (n,)) for n in names)
    return Inventory(
        cluster="large",
        version="9.1",
        is_quorate=True,
        nodes=nodes,
        guests=(image, *guests),
        storages=(shared, *own),
        networks=(Network("vmbr0", "bridge", names),),
        pools=(),
        read_at=0.0,
        signals=Signals(tuple(NodeSignals(n, 0.2, 0.5, 0.01, 0, 0) for n in names)),
    )
