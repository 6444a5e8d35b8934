"""What placement promises for every cluster and every ask, judged on generated ones."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from iac.errors import Refused
from iac.inventory import GIB, MIB, Network
from iac.placement import Claim, place
from tests.unit.iac_rules.samples import ask, cluster, guest, node, storage, template

NAMES = ("n1", "n2", "n3", "n4")

nodes_of = st.fixed_dictionaries(
    {
        "is_online": st.booleans() | st.just(True),
        "is_in_maintenance": st.just(False) | st.booleans(),
        "cores": st.integers(1, 32),
        "cpu_load": st.floats(0, 1),
        "memory_bytes": st.integers(2, 64).map(lambda gb: gb * GIB),
        "memory_used_bytes": st.integers(0, 32).map(lambda gb: gb * GIB),
    }
)
some_nodes = st.lists(st.sampled_from(NAMES), unique=True)


@st.composite
def clusters(draw):
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
    local = draw(some_nodes)
    running = draw(st.lists(st.tuples(st.sampled_from(names), st.integers(1, 16)), max_size=5))
    machines = tuple(guest(200 + i, f"m{i}", n, memory_bytes=gb * GIB) for i, (n, gb) in enumerate(running))
    place_of_template, its_storage = draw(st.sampled_from(names)), draw(st.sampled_from(["ceph-vm", "local-lvm"]))
    return cluster(
        nodes=tuple(node(n, **draw(nodes_of)) for n in names),
        guests=(template(100, "ubuntu-2404-cloud", place_of_template, storages=(its_storage,)), *machines),
        storages=(
            storage(nodes=draw(some_nodes), used_gb=draw(st.integers(0, 1000))),
            *(storage("local-lvm", (n,), is_shared=False, used_gb=draw(st.integers(0, 1000))) for n in local),
        ),
        networks=(Network("vmbr0", "bridge", tuple(draw(some_nodes) or names)),),
    )


asks = st.builds(
    ask, cores=st.integers(1, 24), memory_mb=st.integers(256, 40_000), disk_gb=st.integers(4, 900), is_ha=st.booleans()
)
claims_of = st.lists(
    st.builds(
        Claim,
        st.sampled_from(NAMES),
        st.integers(1, 8),
        st.integers(256, 8192),
        st.sampled_from(["ceph-vm", "local-lvm"]),
        st.integers(1, 200),
    ),
    max_size=3,
)


def able(spec, inventory, claims):
    """The nodes that could take the guest."""
    try:
        placement = place(spec, inventory, claims=claims)
    except Refused:
        return set()
    return {v.node for v in placement.verdicts if v.score is not None}


@given(asks, clusters(), claims_of)
def test_no_chosen_node_breaks_a_hard_limit(spec, inventory, claims):
    try:
        placement = place(spec, inventory, claims=claims)
    except Refused:
        return
    chosen = inventory.node(placement.node)
    held = sum(c.memory_mb for c in claims if c.node == chosen.name) * MIB
    disks = [c.disk_gb for c in claims if c.storage == placement.storage]
    found = [s for s in inventory.storages if s.name == placement.storage and chosen.name in s.nodes]
    mine = (
        disks
        if found[0].is_shared
        else [c.disk_gb for c in claims if (c.storage, c.node) == ("local-lvm", chosen.name)]
    )
    assert chosen.is_online
    assert not chosen.is_in_maintenance
    assert chosen.cores >= spec.cores
    assert chosen.memory_used_bytes + held + spec.memory_mb * MIB <= chosen.memory_bytes
    assert found[0].used_bytes + (sum(mine) + spec.disk_gb) * GIB <= found[0].total_bytes
    assert any(chosen.name in n.nodes for n in inventory.networks if n.name == placement.network)
    assert placement.template.node == chosen.name or placement.template.storages == ("ceph-vm",)
    assert found[0].is_shared or not spec.is_ha


TIGHT = cluster(
    nodes=(node("n1", memory_bytes=16 * GIB), node("n2", memory_bytes=16 * GIB)),
    guests=(template(100, "ubuntu-2404-cloud", "n1"),),
    storages=(storage(nodes=("n1", "n2"), used_gb=840), storage("local-lvm", ("n1",), is_shared=False)),
    networks=(Network("vmbr0", "bridge", ("n1", "n2")),),
)
"""The shared storage takes 60 GB and not 80; then n1 still has its own disk to fall back on, and n2 has none."""


@example(ask(disk_gb=60), TIGHT, [], "disk_gb", 20)
@example(ask(disk_gb=60, is_ha=True), TIGHT, [], "disk_gb", 20)
@example(ask(memory_mb=12 * 1024), TIGHT, [], "memory_mb", 1)
@given(asks, clusters(), claims_of, st.sampled_from(["cores", "memory_mb", "disk_gb"]), st.integers(1, 5000))
def test_asking_for_more_never_lets_more_nodes_in(spec, inventory, claims, size, more):
    larger = replace(spec, **{size: getattr(spec, size) + more})
    assert able(larger, inventory, claims) <= able(spec, inventory, claims)


def test_a_disk_that_the_shared_storage_cannot_take_rules_out_the_node_without_another():
    assert able(ask(disk_gb=60), TIGHT, []) == {"n1", "n2"}
    assert able(ask(disk_gb=80), TIGHT, []) == {"n1"}
    assert able(ask(disk_gb=80, is_ha=True), TIGHT, []) == set()


@given(asks, clusters(), claims_of, st.sampled_from(NAMES))
def test_a_wish_never_lets_more_nodes_in(spec, inventory, claims, name):
    assert able(replace(spec, node=name), inventory, claims) <= able(spec, inventory, claims) & {name}
    assert able(replace(spec, storage="ceph-vm"), inventory, claims) <= able(spec, inventory, claims)
    assert able(replace(spec, is_ha=True), inventory, claims) <= able(replace(spec, is_ha=False), inventory, claims)


@given(asks, clusters(), claims_of, st.randoms())
def test_the_order_of_everything_in_a_reading_does_not_matter(spec, inventory, claims, random):
    def shuffled(items):
        return tuple(random.sample(items, len(items)))

    mixed = replace(
        inventory,
        nodes=shuffled(inventory.nodes),
        guests=shuffled(inventory.guests),
        storages=shuffled(inventory.storages),
        networks=shuffled(inventory.networks),
    )
    assert outcome(spec, inventory, claims) == outcome(spec, mixed, shuffled(claims))


def outcome(spec, inventory, claims):
    try:
        return place(spec, inventory, claims=claims)
    except Refused as no:
        return no.sentence, getattr(no, "verdicts", ())


@given(asks, clusters(), claims_of, claims_of)
def test_more_held_room_never_lets_more_nodes_in(spec, inventory, claims, more):
    assert able(spec, inventory, [*claims, *more]) <= able(spec, inventory, claims)
