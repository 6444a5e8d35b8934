"""What reality and the limits say against an ask, and what they suggest instead."""

import pytest

from iac.grounding import resolve_template, suggest_label, ungrounded
from iac.inventory import GIB
from iac.spec import Limits
from tests.unit.iac_rules.samples import CLUSTER, ask, cluster, guest, node, storage, template, with_node

LIMITS = Limits()


def findings(spec, inventory=CLUSTER, limits=LIMITS, **more):
    return {f.slot: f for f in ungrounded(spec, inventory, limits, **more)}


def only(spec, inventory=CLUSTER, limits=LIMITS, **more):
    (finding,) = ungrounded(spec, inventory, limits, **more)
    return finding.problem.key, finding


def test_a_sensible_ask_has_nothing_against_it():
    assert ungrounded(ask(), CLUSTER, LIMITS) == ()


def test_everything_wrong_is_told_at_once():
    spec = ask("My VM", "windows", 4000, 0, 1, node="pmox09", network="lan", pool="x")
    assert set(findings(spec)) == {"name", "template", "cores", "memory", "node", "network", "pool"}


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    "name",
    [
        '${file("/etc/passwd")}',
        "api_01",
        "-api",
        "api-",
        "api 01",
        "API01",
        "é",
        "a.b",
        "42",
        "x\n",
        "%{ if true }",
        "\x00",
    ],
)
def test_a_name_that_is_no_dns_label_is_refused(name):
    key, finding = only(ask(name))
    assert key == "ask.name.bad"
    assert all(only_label == suggest_label(only_label) for only_label in finding.suggestions)


@pytest.mark.parametrize("name", ["", "   "])
def test_an_empty_name_is_asked_for(name):
    assert only(ask(name))[0] == "ask.name.empty"


def test_a_name_has_63_characters_at_most():
    assert ungrounded(ask("a" * 63), CLUSTER, LIMITS) == ()
    key, finding = only(ask("a" * 64))
    assert key == "ask.name.too_long"
    assert finding.suggestions == ("a" * 63,)


def test_a_huge_name_is_shown_shortened_and_visibly_so():
    shown = only(ask("%" * 100_000))[1].problem.values["name"]
    assert shown.endswith("…")
    assert len(shown) < 100


@pytest.mark.parametrize(
    ("written", "label"),
    [("My API 01", "my-api-01"), ("Été à Zürich", "ete-a-zurich"), ("42", "vm-42"), ("***", ""), ("api_01", "api-01")],
)
def test_the_nearest_label_is_suggested(written, label):
    assert suggest_label(written) == label


def test_a_taken_name_is_refused_and_the_next_one_suggested():
    key, finding = only(ask("web01"))
    assert key == "ask.name.taken"
    assert finding.problem.values == {"name": "web01", "vmid": 200, "node": "pmox01"}
    assert finding.suggestions == ("web02",)


def test_the_suggested_name_is_free_itself():
    taken = cluster(guests=(*CLUSTER.guests, guest(210, "web02"), guest(211, "web03")))
    assert only(ask("web01"), taken)[1].suggestions == ("web04",)
    assert only(ask("db"), cluster(guests=(*CLUSTER.guests, guest(210, "db"))))[1].suggestions == ("db1",)


def test_the_name_of_a_template_is_taken_too():
    assert only(ask("rocky-9-cloud"))[0] == "ask.name.template"


def test_a_guest_of_the_same_stack_may_keep_its_name():
    assert ungrounded(ask("web01"), CLUSTER, LIMITS, own=["web01"]) == ()


# ---------------------------------------------------------------- templates


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("ubuntu-2404-cloud", "ubuntu-2404-cloud"),
        ("ubuntu", "ubuntu-2404-cloud"),
        ("Ubuntu 24.04", "ubuntu-2404-cloud"),
        ("ubuntu-24.04", "ubuntu-2404-cloud"),
        ("Ubuntu-2404", "ubuntu-2404-cloud"),
        ("ubuntu 24.04.1 LTS", "ubuntu-2404-cloud"),
        ("ubuntu24.04", "ubuntu-2404-cloud"),
        ("ubuntu 24", "ubuntu-2404-cloud"),
        ("noble", "ubuntu-2404-cloud"),
        ("Ubuntu Noble", "ubuntu-2404-cloud"),
        ("100", "ubuntu-2404-cloud"),
        ("debian", "debian-12-cloud"),
        ("Debian 12.5", "debian-12-cloud"),
        ("bookworm", "debian-12-cloud"),
        ("rocky linux 9", "rocky-9-cloud"),
        ("RockyLinux", "rocky-9-cloud"),
    ],
)
def test_a_template_is_found_however_it_is_written(wanted, name):
    assert resolve_template(wanted, CLUSTER).name == name


@pytest.mark.parametrize(
    "wanted",
    [
        "ubuntu 22.04",
        "ubuntu 2",
        "debian 11",
        "debian 1",
        "windows",
        "",
        " ",
        "cloud",
        "24.04",
        "999",
        "200",
        "web01",
        "jammy",
    ],
)
def test_another_template_is_never_put_in_its_place(wanted):
    assert resolve_template(wanted, CLUSTER) is None


def test_a_family_means_its_newest_version():
    both = cluster(guests=(template(100, "ubuntu-2204-cloud"), template(103, "ubuntu-2404-cloud")))
    assert resolve_template("ubuntu", both).vmid == 103
    assert resolve_template("ubuntu 22.04", both).vmid == 100


def test_the_plainest_of_several_is_meant():
    both = cluster(guests=(template(100, "debian-12-docker-cloud"), template(103, "debian-12-cloud")))
    assert resolve_template("debian 12", both).vmid == 103
    assert resolve_template("debian docker", both).vmid == 100


def test_an_unknown_template_names_those_there_are():
    key, finding = only(ask(template="windows"))
    assert key == "ask.template.unknown"
    assert finding.suggestions == ("debian-12-cloud", "rocky-9-cloud", "ubuntu-2404-cloud")


def test_a_cluster_without_templates_says_so():
    assert only(ask(), cluster(guests=()))[0] == "ask.template.none"


# ---------------------------------------------------------------- sizes


@pytest.mark.parametrize(
    ("sizes", "key"),
    [
        ({"cores": 0}, "ask.cores.not_positive"),
        ({"cores": -4}, "ask.cores.not_positive"),
        ({"cores": 21}, "ask.cores.over_nodes"),
        ({"cores": 4000}, "ask.cores.over_nodes"),
        ({"memory_mb": 0}, "ask.memory.not_positive"),
        ({"memory_mb": 31 * 1024}, "ask.memory.over_nodes"),
        ({"disk_gb": 0}, "ask.disk.not_positive"),
        ({"disk_gb": 3}, "ask.disk.below_template"),
        ({"disk_gb": 900}, "ask.storage.all_full"),
    ],
)
def test_a_size_outside_reality_is_told(sizes, key):
    assert only(ask(**sizes))[0] == key


@pytest.mark.parametrize(
    ("sizes", "key"),
    [
        ({"cores": 9}, "ask.cores.over_limit"),
        ({"memory_mb": 16385}, "ask.memory.over_limit"),
        ({"disk_gb": 101}, "ask.disk.over_limit"),
    ],
)
def test_a_size_outside_the_limits_is_told(sizes, key):
    strict = Limits(max_cores=8, max_memory_mb=16384, max_disk_gb=100)
    assert only(ask(**sizes), limits=strict)[0] == key
    assert ungrounded(ask(cores=8, memory_mb=16384, disk_gb=100), CLUSTER, strict) == ()


def test_4000_cores_name_the_largest_node():
    larger = cluster(nodes=(node("pmox01"), node("pmox02", cores=64)))
    finding = only(ask(cores=4000), larger)[1]
    assert finding.problem.values == {"cores": 4000, "node": "pmox02", "most": 64}
    assert finding.suggestions == ("32",)


def test_an_offline_node_is_not_the_largest():
    values = only(ask(cores=64), with_node("pmox01", cores=128, is_online=False))[1].problem.values
    assert values["most"] == 20


def test_a_disk_that_exists_never_shrinks():
    key, finding = only(ask("web01", disk_gb=10), own=["web01"])
    assert (key, finding.suggestions) == ("ask.disk.shrinks", ("20 GB",))


# ---------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("wishes", "inventory", "key", "suggestions"),
    [
        ({"node": "pmox09"}, CLUSTER, "ask.node.unknown", ("pmox01", "pmox02", "pmox03")),
        ({"node": "pmox01"}, with_node("pmox01", is_online=False), "ask.node.offline", ("pmox02", "pmox03")),
        ({"node": "pmox01"}, with_node("pmox01", is_in_maintenance=True), "ask.node.maintenance", ("pmox02", "pmox03")),
        ({"storage": "nas"}, CLUSTER, "ask.storage.unknown", ("ceph-vm",)),
        ({"storage": "backups"}, CLUSTER, "ask.storage.no_images", ("ceph-vm",)),
        ({"network": "lan"}, CLUSTER, "ask.network.unknown", ("mainvnet", "vmbr0")),
        ({"pool": "dev"}, CLUSTER, "ask.pool.unknown", ("prod", "staging")),
        ({"pool": "dev"}, cluster(pools=()), "ask.pool.none", ()),
    ],
)
def test_a_wish_for_a_place_that_cannot_be_is_told_with_the_others(wishes, inventory, key, suggestions):
    found, finding = only(ask(**wishes), inventory)
    assert (found, finding.suggestions) == (key, suggestions)


def test_a_full_storage_names_one_with_room():
    two = cluster(storages=(storage(used_gb=880), storage("ceph-ssd")))
    key, finding = only(ask(storage="ceph-vm"), two)
    assert (key, finding.suggestions) == ("ask.storage.full", ("ceph-ssd",))
    assert finding.problem.values["free_gb"] == 20
    assert ungrounded(ask(), two, LIMITS) == ()


def test_a_cluster_without_a_storage_for_disks_says_so():
    assert only(ask(), cluster(storages=()))[0] == "ask.storage.none"


def test_a_template_of_containers_cannot_be_cloned_to_a_machine():
    lxc = cluster(guests=(template(100, "debian-12", kind="lxc"),))
    assert resolve_template("debian", lxc) is None


def test_room_for_guests_leaves_something_for_the_node():
    assert node("n", memory_bytes=10 * GIB).memory_for_guests_bytes == 9 * GIB
    assert node("n", memory_bytes=0).memory_for_guests_bytes == 0
