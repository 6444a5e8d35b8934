"""Acts through the stages: the same states, the same digest, the same guards as any plan."""

from dataclasses import replace

import pytest

from agents.contracts import Proposal, Review
from bot.domain.outcome import Ending, Progress, dump_outcome, parse_outcome
from bot.domain.run import RunState
from bot.settings import PersonSetting, Settings
from bot.wiring.environments import environments_of
from bot.wiring.people import book_of
from iac.acts import Deed, Kept
from iac.inventory import Guest
from tests.fixtures.flow import GB, WORLD, rules
from tests.fixtures.ruled import PEOPLE

WEB = Guest(500, "web01", "n1", "qemu", "running", False, 2, 2 * GB, 20 * GB, tags=("dev",))
OLIVE = PersonSetting(id="test:olive", name="Olive", roles=("approver", "operator"))


def acts(*deeds, environment="dev"):
    review = Review(is_approved=True)
    return Proposal(language="en", intent="acts", environment=environment, acts=deeds, strategy=(), review=review)


@pytest.fixture
def acted(flow, world):
    """A flow whose crew wants web01 restarted; Olive may approve what interrupts."""
    world.inventory = replace(WORLD, guests=(*WORLD.guests, WEB))
    world.answer = acts(Deed("reboot", "web01"))
    flow.people(book_of((*PEOPLE, OLIVE), environments_of(Settings())))
    return flow


def moved(world, **changes):
    world.inventory = replace(world.inventory, guests=(*WORLD.guests, replace(WEB, **changes)))


async def test_a_restart_waits_for_somebody_who_may_interrupt(acted):
    run = await acted.planned()
    assert run.digest == parse_outcome(run.outcome).acts.digest
    await acted.press("bob", run)
    assert (await acted.newest()).state is RunState.PLANNED
    assert "interrupts web01" in (await acted.told("bob"))[0]
    await acted.press("olive", run)
    assert (await acted.newest()).state is RunState.APPROVED


async def test_the_same_click_twice_and_a_second_person_start_it_once(acted, world):
    run = await acted.planned()
    for key in ("k1", "k1", "k2"):
        await acted.press("olive", run, key=key)
    await acted.applying.apply(run.id)
    await acted.applying.apply(run.id)
    assert [started for started, _ in world.started] == [run.id]


async def test_a_loss_needs_the_right_to_destroy_and_the_name_typed(acted, world):
    acted.planning.acting.acts.told[500] = {"snapshots": (Kept("clean"),)}
    world.answer = acts(Deed("snapshot_delete", "web01"))
    run = await acted.planned()
    await acted.press("olive", run)
    assert "for good" in (await acted.told("olive"))[0]
    await acted.press("carol", run)
    assert "type its name" in (await acted.told("carol"))[0]
    await acted.fill("carol", f"confirm:{run.id}:{run.digest[:12]}", {"names": "web02"})
    assert (await acted.newest()).state is RunState.PLANNED
    await acted.fill("carol", f"confirm:{run.id}:{run.digest[:12]}", {"names": "web01"})
    assert (await acted.newest()).state is RunState.APPROVED


@pytest.mark.parametrize("changes", [{"node": "n2"}, {"name": "web09"}])
async def test_a_guest_that_is_not_as_approved_is_left_alone_and_planned_again(acted, world, changes):
    run = await acted.planned()
    await acted.press("olive", run)
    moved(world, **changes)
    await acted.applying.apply(run.id)
    assert world.started == []
    assert (await acted.runs.get(run.id)).state is RunState.REFUSED
    again = await acted.newest()
    assert (again.state, again.proposal) == (RunState.PENDING, run.proposal)


async def test_what_can_no_longer_be_done_ends_with_the_reason(acted, world):
    run = await acted.planned()
    await acted.press("olive", run)
    moved(world, status="stopped")
    await acted.applying.apply(run.id)
    ended = await acted.newest()
    assert (ended.id, ended.state) == (run.id, RunState.REFUSED)
    assert parse_outcome(ended.outcome).error.key == "acts.not_running"


async def test_a_guest_that_is_gone_ends_it(acted, world):
    run = await acted.planned()
    await acted.press("olive", run)
    world.inventory = WORLD
    await acted.applying.apply(run.id)
    ended = await acted.newest()
    assert (ended.state, parse_outcome(ended.outcome).error.key) == (RunState.REFUSED, "acts.gone")
    assert world.started == []


async def test_a_locked_guest_is_waited_for(acted, world):
    run = await acted.planned()
    await acted.press("olive", run)
    moved(world, lock="backup")
    await acted.applying.apply(run.id)
    assert (await acted.newest()).state is RunState.APPROVED
    moved(world)
    await acted.applying.apply(run.id)
    assert [started for started, _ in world.started] == [run.id]


@pytest.mark.parametrize("changes", [{"tags": ("protected",)}, {}])
async def test_a_protected_guest_is_not_touched(acted, world, changes):
    if changes:
        moved(world, **changes)
    else:
        strict = replace(acted.planning.acting, rules=rules(protected=("web*",)))
        acted.planning = replace(acted.planning, acting=strict)
    await acted.say("alice")
    await acted.planning.plan((await acted.newest()).id)
    run = await acted.newest()
    assert (run.state, parse_outcome(run.outcome).error.key) == (RunState.REFUSED, "policy.protected")


async def test_what_became_protected_after_the_yes_is_not_touched_either(acted, world):
    run = await acted.planned()
    await acted.press("olive", run)
    recheck = acted.applying.recheck
    strict = replace(recheck, acting=replace(recheck.acting, rules=rules(protected=("web01",))))
    acted.applying = replace(acted.applying, recheck=strict)
    await acted.applying.apply(run.id)
    assert world.started == []
    assert (await acted.newest()).state is RunState.REFUSED


async def test_what_is_so_already_needs_no_decision(acted, world):
    world.answer = acts(Deed("start", "web01"))
    await acted.say("alice")
    await acted.planning.plan((await acted.newest()).id)
    assert (await acted.newest()).state is RunState.NO_CHANGES
    assert "web01 runs already" in (await acted.messages())[-1][2]


async def test_an_act_that_costs_nothing_goes_by_rule_where_the_operator_said_so(acted, world):
    world.answer = acts(Deed("snapshot_create", "web01"))
    acted.ruled(auto_acts=frozenset({"snapshot_create"}))
    await acted.say("alice")
    await acted.planning.plan((await acted.newest()).id)
    run = await acted.newest()
    assert (run.state, run.decided_by) == (RunState.APPROVED, "rule:auto-approve")
    await acted.applying.apply(run.id)
    assert [started for started, _ in world.started] == [run.id]


async def test_an_interruption_never_goes_by_rule(acted):
    acted.ruled(auto_acts=frozenset({"reboot"}))
    await acted.say("alice")
    await acted.planning.plan((await acted.newest()).id)
    assert (await acted.newest()).state is RunState.PLANNED


async def test_a_machine_of_production_is_decided_by_the_rules_of_production(acted, world):
    moved(world, tags=("prod",))
    strict = environments_of(Settings(environment_rules={"prod": {"approvals": 2}}))
    acted.people(book_of((*PEOPLE, OLIVE), strict))
    run = await acted.planned()
    await acted.press("olive", run)
    assert (await acted.newest()).state is RunState.PLANNED


async def test_acts_stand_beside_a_wish_for_machines_and_beside_other_acts(acted, world):
    first = await acted.planned()
    world.answer = acts(Deed("snapshot_create", "web01"))
    second = await acted.planned()
    world.answer = acts(Deed("reboot", "web01"))
    await acted.say("alice")
    states = [(await acted.runs.get(run.id)).state for run in (first, second)]
    assert states == [RunState.SUPERSEDED, RunState.PLANNED]


async def ended(acted, run, ending, code):
    await acted.press("olive", run)
    await acted.applying.apply(run.id)
    token = acted.world.started[-1][1]
    assert await acted.attempts.begin(run.id, token, 60)
    outcome = replace(parse_outcome((await acted.runs.get(run.id)).outcome), ending=ending)
    await acted.attempts.finish(run.id, token, code, outcome=dump_outcome(outcome))
    await acted.closing.close(run.id)
    return await acted.runs.get(run.id)


async def test_the_report_says_what_was_done_and_how_long_it_took(acted):
    done = Progress("act:0", "done", 12.0)
    run = await ended(acted, await acted.planned(), Ending(True, 12.0, (), (done,)), 0)
    assert run.state is RunState.APPLIED
    assert "restart **web01**, 12 s" in (await acted.messages())[-1][2]


async def test_acts_take_nothing_from_the_stack_of_their_thread(acted, world):
    from bot.domain.recovery import last_change, standing_guests

    run = await ended(acted, await acted.planned(), Ending(True, 1.0, (), (Progress("act:0", "done", 1.0),)), 0)
    known = await acted.runs.of_stack(run.stack_id)
    assert (standing_guests(known), last_change(known)) == ((), None)


async def test_a_failure_is_told_in_proxmox_words_and_the_rest_can_be_finished(acted, world):
    world.answer = acts(Deed("snapshot_create", "web01", snapshot="clean"), Deed("reboot", "web01"))
    steps = (Progress("act:0", "done", 1.0), Progress("act:1", "failed", 2.0, "VM 500 qmp command failed"))
    run = await ended(acted, await acted.planned(), Ending(False, 3.0, ("VM 500 qmp command failed",), steps), 1)
    said = (await acted.messages())[-1][2]
    assert "VM 500 qmp command failed" in said
    assert "Finish the rest" in said
    await acted.press("alice", run, "finish")
    rest = (await acted.newest()).proposal["acts"]
    assert [(deed["verb"], deed["guest"]) for deed in rest] == [("reboot", "500")]


@pytest.mark.parametrize(("deed", "said"), [(Deed("reboot", "web01"), "nothing shows whether"),
                                            (Deed("shutdown", "web01"), "not done")])  # fmt: skip
async def test_acts_whose_runner_died_are_looked_at_and_never_done_again(acted, world, deed, said):
    world.answer = acts(deed)
    run = await ended(acted, await acted.planned(), None, 1)
    assert run.state is RunState.ERRORED
    assert said in (await acted.messages())[-1][2]
    assert len(world.started) == 1


async def test_one_guest_is_acted_on_by_one_run_at_a_time(acted, world):
    from bot.chat.port import Actor, Conversation, Said

    first = await acted.planned()
    await acted.press("olive", first)
    there = Conversation("test", "local", "main", "t2")
    await acted.intake.hear(Said("other", there, Actor("test", "alice", "Alice"), text="again", is_to_bot=True))
    second = await acted.newest()
    await acted.planning.plan(second.id)
    second = await acted.runs.get(second.id)
    await acted.press("olive", second)
    await acted.applying.apply(first.id)
    await acted.applying.apply(second.id)
    assert [started for started, _ in world.started] == [first.id]
    assert "is being changed by Olive" in (await acted.messages())[-1][2]
