"""From deeds to steps: the exact call of every verb, what it costs, how HA changes it, and what is refused."""

from dataclasses import replace

import pytest

from iac.acts import Deed, Kept, Seen, digest_of_acts, expanded, plan_acts, read_steps, written
from iac.acts.goals import is_reached
from iac.acts.values import Goal
from iac.errors import Refused
from iac.inventory import GIB, Affinity
from tests.unit.iac_rules.samples import CLUSTER, cluster, guest, node, storage, with_node

WEB = "/nodes/pmox01/qemu/200"
CLEAN = Kept("clean", "Taken by Threadform, run r1", 1.0)


def seen_in(world, **told):
    """Every machine of the cluster; ``told`` is what a close look at web01 adds."""
    found = {each.vmid: Seen(each, storages=("ceph-vm",)) for each in world.guests}
    return found | {200: replace(found[200], **told)}


def plan(*deeds, world=CLUSTER, mark="r1", **told):
    return plan_acts(expanded(deeds, world), world, seen_in(world, **told), mark)


def lines(made):
    return [step.call.line for step in made.steps]


def refused(*deeds, **more):
    with pytest.raises(Refused) as no:
        plan(*deeds, **more)
    return no.value.sentence


def web(**changes):
    return cluster(guests=tuple(replace(g, **changes) if g.vmid == 200 else g for g in CLUSTER.guests))


TO = "vmid=200 storage=backups mode=snapshot compress=zstd notes-template={{guestname}}, run r1"
BACKUP = f"POST /nodes/pmox01/vzdump {TO}"
STOPPED, HA = web(status="stopped"), web(ha_state="started")


@pytest.mark.parametrize(
    ("deed", "world", "line", "costs"),
    [
        (Deed("start", "web01"), STOPPED, f"POST {WEB}/status/start", ()),
        (Deed("shutdown", "web01"), CLUSTER, f"POST {WEB}/status/shutdown timeout=180", ("goes_down",)),
        (Deed("stop", "web01"), CLUSTER, f"POST {WEB}/status/stop", ("power_cut",)),
        (Deed("reboot", "web01"), CLUSTER, f"POST {WEB}/status/reboot timeout=180", ("restart",)),
        (Deed("reset", "web01"), CLUSTER, f"POST {WEB}/status/reset", ("power_cut",)),
        (Deed("migrate", "web01", "pmox02"), CLUSTER, f"POST {WEB}/migrate target=pmox02 online=1", ()),
        (Deed("migrate", "web01", "pmox02"), STOPPED, f"POST {WEB}/migrate target=pmox02", ()),
        (Deed("protect", "web01"), CLUSTER, f"PUT {WEB}/config protection=1", ()),
        (
            Deed("backup", "web01"),
            CLUSTER,
            BACKUP,
            (),
        ),
        (
            Deed("snapshot_create", "web01", snapshot="clean"),
            CLUSTER,
            f"POST {WEB}/snapshot snapname=clean description=Taken by Threadform, run r1",
            ("memory_not_kept",),
        ),
        (
            Deed("snapshot_create", "web01", has_memory=True),
            CLUSTER,
            f"POST {WEB}/snapshot snapname=threadform-r1 description=Taken by Threadform, run r1 vmstate=1",
            (),
        ),
        (
            Deed("ha_on", "web01"),
            CLUSTER,
            "POST /cluster/ha/resources sid=vm:200 state=started max_restart=1 max_relocate=1",
            (),
        ),
        (Deed("ha_off", "web01"), HA, "DELETE /cluster/ha/resources/vm:200", ("unwatched",)),
    ],
)
def test_every_act_is_one_call_to_the_letter(deed, world, line, costs):
    made = plan(deed, world=world)
    assert lines(made) == [line]
    assert made.steps[0].costs == costs


@pytest.mark.parametrize(
    ("deed", "line"),
    [
        (Deed("shutdown", "web01"), "PUT /cluster/ha/resources/vm:200 state=stopped"),
        (Deed("stop", "web01"), "PUT /cluster/ha/resources/vm:200 state=stopped"),
        (Deed("migrate", "web01", "pmox02"), "POST /cluster/ha/resources/vm:200/migrate node=pmox02"),
    ],
)
def test_a_guest_under_ha_is_powered_and_moved_by_ha_alone(deed, line):
    made = plan(deed, world=HA)
    assert lines(made) == [line]
    assert "by_ha" in made.steps[0].costs


def test_a_stopped_guest_under_ha_is_started_and_relocated_by_ha():
    world = web(ha_state="stopped", status="stopped")
    made = plan(Deed("migrate", "web01", "pmox02"), Deed("start", "web01"), world=world)
    assert lines(made) == [
        "POST /cluster/ha/resources/vm:200/relocate node=pmox02",
        "PUT /cluster/ha/resources/vm:200 state=started",
    ]


@pytest.mark.parametrize("state", [None, "", "ignored"])
def test_what_ha_ignores_is_powered_directly(state):
    assert lines(plan(Deed("stop", "web01"), world=web(ha_state=state))) == [f"POST {WEB}/status/stop"]


@pytest.mark.parametrize(
    ("kept", "status", "line", "costs"),
    [
        (CLEAN, "running", "rollback start=1", ("state_lost", "restart")),
        (replace(CLEAN, has_memory=True), "running", "rollback", ("state_lost", "restart")),
        (CLEAN, "stopped", "rollback", ("state_lost",)),
    ],
)
def test_going_back_loses_what_came_since_and_a_guest_that_ran_runs_again(kept, status, line, costs):
    made = plan(Deed("snapshot_rollback", "web01"), world=web(status=status), snapshots=(kept,))
    assert lines(made) == [f"POST {WEB}/snapshot/clean/{line}"]
    assert made.steps[0].costs == costs
    assert made.lost == ("web01",)


def test_the_names_of_what_is_interrupted_and_lost_stand_in_the_plan():
    made = plan(Deed("reboot", "web01"), Deed("snapshot_delete", "web01"), Deed("backup", "db01"), snapshots=(CLEAN,))
    assert (made.guests, made.interrupted, made.lost) == (("web01", "db01"), ("web01",), ("web01",))


@pytest.mark.parametrize(
    ("deed", "world", "told", "key"),
    [
        (Deed("start", "web01"), CLUSTER, {}, "acts.already.running"),
        (Deed("shutdown", "web01"), STOPPED, {}, "acts.already.stopped"),
        (Deed("migrate", "web01", "pmox01"), CLUSTER, {}, "acts.already.on_node"),
        (Deed("snapshot_create", "web01", snapshot="clean"), CLUSTER, {"snapshots": (CLEAN,)}, "acts.already.snapshot"),
        (Deed("protect", "web01"), CLUSTER, {"is_protected": True}, "acts.already.protected"),
        (Deed("unprotect", "web01"), CLUSTER, {}, "acts.already.unprotected"),
        (Deed("ha_on", "web01"), HA, {}, "acts.already.in_ha"),
        (Deed("ha_off", "web01"), CLUSTER, {}, "acts.already.not_in_ha"),
    ],
)
def test_what_is_so_already_takes_no_step_and_is_said(deed, world, told, key):
    made = plan(deed, world=world, **told)
    assert (made.steps, [so.key for so in made.already]) == ((), [key])


def test_each_act_is_asked_of_the_guest_as_the_one_before_leaves_it():
    made = plan(Deed("stop", "web01"), Deed("migrate", "web01", "pmox02"), Deed("start", "web01"))
    assert lines(made) == [
        f"POST {WEB}/status/stop",
        f"POST {WEB}/migrate target=pmox02",
        "POST /nodes/pmox02/qemu/200/status/start",
    ]


@pytest.mark.parametrize(
    ("deed", "world", "told", "key"),
    [
        (Deed("start", "nobody"), CLUSTER, {}, "acts.no_guest"),
        (Deed("start", "web01"), cluster(guests=(guest(200, "web01"), guest(299, "web01"))), {}, "acts.several"),
        (Deed("start", "debian-12-cloud"), CLUSTER, {}, "acts.template"),
        (Deed("reboot", "web01"), STOPPED, {}, "acts.not_running"),
        (Deed("reset", "web01"), web(kind="lxc"), {}, "acts.no_reset"),
        (Deed("start", "web01"), with_node("pmox01", is_online=False), {}, "acts.node_away"),
        (Deed("migrate", "web01", "pmox09"), CLUSTER, {}, "acts.no_node"),
        (Deed("migrate", "web01", "pmox02"), with_node("pmox02", is_online=False), {}, "acts.node_closed"),
        (Deed("migrate", "web01", "pmox02"), with_node("pmox02", is_in_maintenance=True), {}, "acts.node_closed"),
        (Deed("migrate", "web01", "pmox02"), with_node("pmox02", memory_used_bytes=31 * GIB), {}, "acts.no_room"),
        (Deed("migrate", "web01", "pmox02"), CLUSTER, {"devices": ("hostpci0",)}, "acts.has_devices"),
        (Deed("migrate", "web01", "pmox02"), HA, {"storages": ("local-lvm",)}, "acts.local_under_ha"),
        (Deed("ha_on", "web01"), CLUSTER, {"storages": ("local-lvm",)}, "acts.local_under_ha"),
        (Deed("ha_on", "web01"), web(tags=("threadform",)), {}, "acts.ha_is_planned"),
        (Deed("snapshot_create", "web01", snapshot="1st"), CLUSTER, {}, "acts.snapshot_name"),
        (Deed("snapshot_create", "web01", snapshot="current"), CLUSTER, {}, "acts.snapshot_name"),
        (Deed("snapshot_create", "web01", snapshot="a" * 41), CLUSTER, {}, "acts.snapshot_name"),
        (
            Deed("snapshot_create", "web01", snapshot="clean"),
            CLUSTER,
            {"snapshots": (Kept("clean", "by hand"),)},
            "acts.snapshot_there",
        ),
        (Deed("snapshot_rollback", "web01"), CLUSTER, {}, "acts.no_snapshots"),
        (Deed("snapshot_delete", "web01", snapshot="x1"), CLUSTER, {"snapshots": (CLEAN,)}, "acts.no_snapshot"),
        (Deed("snapshot_rollback", "web01"), CLUSTER, {"snapshots": (CLEAN, Kept("b"))}, "acts.which_snapshot"),
        (Deed("backup", "web01", storage="ceph-vm"), CLUSTER, {}, "acts.other_backup_storage"),
        (Deed("backup", "web01"), cluster(storages=(storage(),)), {}, "acts.no_backup_storage"),
        (Deed("drain", node="pmox09"), CLUSTER, {}, "acts.no_node"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_way_on(deed, world, told, key):
    assert refused(deed, world=world, **told).key == key


def test_a_strict_rule_of_ha_is_named_before_it_moves_a_guest_back():
    world = replace(HA, affinities=(Affinity("near-data", "nodes", frozenset({200}), ("pmox01", "pmox03")),))
    assert refused(Deed("migrate", "web01", "pmox02"), world=world).values["rule"] == "near-data"
    assert lines(plan(Deed("migrate", "web01", "pmox03"), world=world))


def test_local_disks_are_copied_and_that_is_said():
    made = plan(Deed("migrate", "web01", "pmox02"), storages=("local-lvm",))
    assert lines(made) == [f"POST {WEB}/migrate target=pmox02 online=1 with-local-disks=1"]
    assert made.steps[0].costs == ("copies_disks",)


def test_a_container_that_moves_is_restarted():
    made = plan(Deed("migrate", "web01", "pmox02"), world=web(kind="lxc"))
    assert lines(made) == ["POST /nodes/pmox01/lxc/200/migrate target=pmox02 restart=1"]
    assert made.interrupted == ("web01",)


def test_a_drained_node_sends_each_guest_to_where_most_memory_is_free_by_then():
    big = [guest(210 + n, f"big{n}", memory_bytes=8 * GIB) for n in range(4)]
    world = cluster(guests=(*CLUSTER.guests, *big), nodes=(node("pmox01"), node("pmox02"), node("pmox03")))
    targets = [deed.node for deed in expanded([Deed("drain", node="pmox01")], world)]
    assert targets == ["pmox02", "pmox03", "pmox02", "pmox03", "pmox02"]


def test_a_node_whose_guests_fit_nowhere_is_not_drained_at_all():
    big = guest(210, "big", memory_bytes=30 * GIB)
    world = cluster(guests=(*CLUSTER.guests, big))
    with pytest.raises(Refused) as no:
        expanded([Deed("drain", node="pmox01")], world)
    assert no.value.sentence.key == "acts.no_refuge"


def test_the_same_world_makes_the_same_digest_and_another_does_not():
    deed = Deed("reboot", "web01")
    first = plan(deed)
    assert plan(deed).digest == first.digest
    moved = web(node="pmox02")
    renamed = web(name="web09")
    digests = {plan(deed, world=moved).digest, plan(Deed("reboot", "200"), world=renamed).digest, plan(deed).digest}
    assert len(digests) == 3


def test_steps_come_back_from_their_bytes_as_they_were():
    made = plan(
        Deed("reboot", "web01"), Deed("snapshot_create", "web01", has_memory=True), Deed("migrate", "db01", "pmox03")
    )
    body = written(made.steps)
    assert read_steps(body) == made.steps
    assert digest_of_acts(body) == made.digest


@pytest.mark.parametrize("body", [b"[]", b'{"form": 2, "steps": []}', b"no"])
def test_bytes_of_another_form_are_refused_and_not_misread(body):
    with pytest.raises(ValueError, match=r"version|Expecting"):
        read_steps(body)


@pytest.mark.parametrize("lock", ["backup", "migrate"])
def test_nothing_is_reached_while_somebody_works_on_the_guest(lock):
    seen = Seen(replace(guest(200, "web01"), lock=lock))
    assert not is_reached(Goal("running"), seen)
    assert not is_reached(None, replace(seen, guest=guest(200, "web01")))


def test_a_snapshot_of_somebody_else_with_our_name_is_not_ours():
    seen = Seen(guest(200, "web01"), snapshots=(Kept("clean", "by hand"),))
    assert not is_reached(Goal("snapshot", "clean", "run r1"), seen)
    assert not is_reached(Goal("no_snapshot", "clean"), seen)


@pytest.mark.parametrize("verb", ["snapshot_rollback", "snapshot_delete"])
def test_a_snapshot_that_was_taken_again_under_its_name_is_not_the_one_that_was_approved(verb):
    first = plan(Deed(verb, "web01"), snapshots=(CLEAN,))
    again = plan(first.steps[0].deed, snapshots=(replace(CLEAN, taken_at=2.0),))
    assert lines(again) == lines(first)
    assert again.digest != first.digest
    assert plan(first.steps[0].deed, snapshots=(CLEAN,)).digest == first.digest


@pytest.mark.parametrize("verb", ["snapshot_rollback", "snapshot_delete"])
def test_a_name_from_the_cluster_leads_nowhere_else_in_the_api(verb):
    kept = Kept("../../status/stop?x=")
    assert refused(Deed(verb, "web01"), snapshots=(kept,)).key == "acts.snapshot_name"
