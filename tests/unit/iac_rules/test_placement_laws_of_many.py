"""What placement promises for every cluster and every request of several guests, judged on generated ones."""

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from iac.errors import Refused
from iac.inventory import GIB, MIB, Affinity, Device, NodeSignals, Signals
from iac.placement import Claim, place, place_all
from tests.unit.iac_rules.samples import ask, cluster, guest, node, storage, template

NAMES = ("n1", "n2", "n3", "n4")
STANDING = ("m0", "m1", "m2")
shares = st.none() | st.floats(0, 1)
counts = st.none() | st.integers(0, 20)
signals_of = st.builds(
    NodeSignals, st.sampled_from(NAMES), busy=shares, expected=shares, pressure=shares, failed=counts, running=counts
)


@st.composite
def clusters(draw):
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=2))
    nodes = tuple(
        node(
            name,
            is_in_maintenance=draw(st.sampled_from([False, False, False, True])),
            cpu_load=draw(st.floats(0, 1)),
            memory_bytes=draw(st.integers(16, 64)) * GIB,
            memory_used_bytes=draw(st.integers(0, 8)) * GIB,
            cpu_types=draw(st.sampled_from([None, frozenset({"x86-64-v2", "x86-64-v2-AES"}), None, frozenset()])),
        )
        for name in names
    )
    machines = tuple(
        guest(200 + i, name, draw(st.sampled_from(names)), memory_bytes=draw(st.integers(1, 8)) * GIB)
        for i, name in enumerate(STANDING)
    )
    devices = tuple(
        Device("gpu", n, draw(st.integers(1, 2)), held_by=draw(st.sampled_from([(), (200,)]))) for n in names
    )
    rules = draw(st.lists(st.sampled_from([
        Affinity("a", "nodes", frozenset({200}), (names[0],)), Affinity("b", "apart", frozenset({200, 201})),
    ]), unique=True))  # fmt: skip
    seen = {s.node: s for s in draw(st.lists(signals_of, max_size=4))}
    return replace(
        cluster(nodes=nodes, guests=(template(100, "ubuntu-2404-cloud", names[0]), *machines)),
        storages=(storage(nodes=names, total_gb=draw(st.integers(500, 1000))),),
        networks=tuple(replace(n, nodes=tuple(names)) for n in cluster().networks),
        devices=devices,
        affinities=tuple(rules),
        signals=Signals(tuple(seen.values())),
    )


@st.composite
def requests(draw):
    names = [f"g{i}" for i in range(draw(st.integers(1, 5)))]
    others = st.sampled_from([(), (), (), (), *((name,) for name in (*names, *STANDING))])
    return [
        ask(
            name,
            cores=draw(st.integers(1, 8)),
            memory_mb=draw(st.integers(1, 12)) * 1024,
            disk_gb=draw(st.integers(4, 60)),
            is_spread=draw(st.booleans()),
            devices=draw(st.sampled_from([(), (), (), ("gpu",)])),
            near=draw(others),
            apart=draw(others),
        )
        for name in names
    ]


held = st.lists(
    st.builds(Claim, st.sampled_from(NAMES), st.integers(1, 4), st.integers(256, 4096), st.just("ceph-vm"), st.just(5)),
    max_size=2,
)


def outcome(specs, inventory, claims=()):
    """Where each goes and why, or the refusal in full."""
    try:
        return {s.name: p for s, p in zip(specs, place_all(specs, inventory, claims), strict=True)}
    except Refused as no:
        return no.sentence, getattr(no, "verdicts", ())


PARTY = [
    ask("g0", devices=("gpu",), near=("g1",)),
    ask("g1", memory_mb=2048, apart=("web01",)),
    ask("g2", is_spread=True, apart=("g0",)),
    ask("g3", is_spread=True, memory_mb=12 * 1024),
]
ROOMY = replace(cluster(), devices=(Device("gpu", "pmox02"), Device("gpu", "pmox01", held_by=(200,))))
"""A request with every kind of wish, and a cluster where each can be kept: no law holds only for refusals."""


def test_every_kind_of_wish_can_be_kept_at_once():
    homes = {name: p.node for name, p in outcome(PARTY, ROOMY).items()}
    assert (homes["g0"], homes["g1"]) == ("pmox02", "pmox02")


@example(PARTY, ROOMY, [])
@settings(max_examples=60)
@given(requests(), clusters(), held)
def test_no_guest_of_a_request_breaks_a_hard_limit_with_the_others_there(specs, inventory, claims):
    placed = outcome(specs, inventory, claims)
    if not isinstance(placed, dict):
        return
    homes = {g.name: g.node for g in inventory.machines} | {name: p.node for name, p in placed.items()}
    for at in inventory.nodes:
        mine = [s for s in specs if placed[s.name].node == at.name]
        taken = sum(s.memory_mb for s in mine) + sum(c.memory_mb for c in claims if c.node == at.name)
        running = sum(g.memory_bytes for g in inventory.machines if g.node == at.name)
        gpus = sum(d.free for d in inventory.devices if d.node == at.name)
        assert not mine or not at.is_in_maintenance
        assert not mine or at.cpu_types is None or "x86-64-v2-AES" in at.cpu_types
        assert not mine or max(at.memory_used_bytes, running) + taken * MIB <= at.memory_bytes
        assert sum(len(s.devices) for s in mine) <= gpus
    for spec in specs:
        assert all(homes[other] == homes[spec.name] for other in spec.near if other != spec.name)
        assert all(homes[other] != homes[spec.name] for other in spec.apart if other != spec.name)


@settings(max_examples=60)
@given(requests(), clusters(), held, st.randoms())
def test_the_order_of_the_request_and_of_the_reading_does_not_matter(specs, inventory, claims, random):
    def shuffled(items):
        return tuple(random.sample(list(items), len(items)))

    mixed = replace(
        inventory,
        nodes=shuffled(inventory.nodes),
        guests=shuffled(inventory.guests),
        devices=shuffled(inventory.devices),
        affinities=shuffled(inventory.affinities),
        signals=Signals(shuffled(inventory.signals.nodes)),
    )
    assert outcome(specs, inventory, claims) == outcome(shuffled(specs), mixed, shuffled(claims))


def worse(inventory, name, more):
    """The same cluster with more load, waiting, failures and work on one node."""
    nodes = tuple(replace(n, cpu_load=min(1.0, n.cpu_load + more)) if n.name == name else n for n in inventory.nodes)
    return replace(
        inventory, nodes=nodes, signals=Signals(tuple(_worse(s, name, more) for s in inventory.signals.nodes))
    )


def _worse(seen, name, more):
    if seen.node != name:
        return seen
    grown = {f: min(1.0, v + more) for f in ("busy", "expected", "pressure") if (v := getattr(seen, f)) is not None}
    counted = {f: v + round(10 * more) for f in ("failed", "running") if (v := getattr(seen, f)) is not None}
    return replace(seen, **grown, **counted)


@settings(max_examples=60)
@given(requests(), clusters(), st.sampled_from(NAMES), st.floats(0.01, 1))
def test_more_load_on_a_node_never_makes_it_win(specs, inventory, name, more):
    spec = replace(specs[0], near=(), apart=())
    before, after = outcome([spec], inventory), outcome([spec], worse(inventory, name, more))
    if not isinstance(before, dict):
        return
    assert after[spec.name].node != name or before[spec.name].node == name
    scores = [{v.node: v.score for v in o[spec.name].verdicts} for o in (before, after)]
    assert scores[0].get(name) is None or scores[1][name] <= scores[0][name]


@settings(max_examples=60)
@given(requests(), clusters())
def test_every_node_is_answered_for_and_the_chosen_one_comes_first(specs, inventory):
    placed = outcome(specs, inventory)
    if not isinstance(placed, dict):
        return
    for placement in placed.values():
        assert sorted(v.node for v in placement.verdicts) == sorted(n.name for n in inventory.nodes)
        assert placement.verdicts[0].node == placement.node
        assert placement.verdicts[0].score is not None


@settings(max_examples=60)
@given(requests(), clusters())
def test_one_guest_alone_goes_where_a_request_of_one_goes(specs, inventory):
    spec = replace(specs[0], near=(), apart=())
    placed = outcome([spec], inventory)
    if not isinstance(placed, dict):
        return
    assert place(spec, inventory) == placed[spec.name]
