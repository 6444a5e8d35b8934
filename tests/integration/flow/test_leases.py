"""A guest that was asked for a time: said on the card, spoken of before its end, kept longer by a press, or removed."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.lease import DAY_S, HOUR_S, LeaseRules
from bot.domain.run import RunState
from bot.store.audit import Audit
from tests.fixtures.leasing import Leased

WEEKS = 14 * 24


@pytest.fixture
def leased(anywhere) -> Leased:
    """On both databases."""
    return Leased(anywhere)


@pytest.fixture
def quick(flow) -> Leased:
    """On one of them."""
    return Leased(flow)


async def test_the_card_says_how_long_and_the_report_until_when(quick):
    run = await quick.asked(ttl_hours=WEEKS)
    assert "for 14 days from when it is made" in (await quick.flow.messages())[-1][2]
    await quick.apply(run)
    assert "until " in (await quick.flow.messages())[-1][2]


async def test_a_lease_begins_when_the_guest_is_made_and_once(leased):
    lease = await leased.made(ttl_hours=WEEKS)
    run = await leased.flow.newest()
    assert (lease.guest, lease.owner, lease.run_id) == ("api01", "test:alice", run.id)
    assert lease.ends_at == pytest.approx(leased.flow.world.at + 14 * DAY_S, abs=HOUR_S)
    await leased.flow.closing.close(run.id)
    assert list(await leased.kept.all()) == [lease]


async def test_without_a_word_about_it_a_guest_stays(quick):
    assert await quick.made() is None


async def test_without_a_word_about_it_a_rule_of_the_environment_holds(quick):
    quick.flow.ruled(lease=LeaseRules(default_s=7 * DAY_S))
    rules = quick.flow.planning.people.environments()
    quick.flow.planning = _under(quick.flow.planning, rules)
    lease = await quick.made()
    assert lease.ends_at == pytest.approx(quick.flow.world.at + 7 * DAY_S, abs=HOUR_S)


async def test_longer_than_the_rule_allows_is_refused_with_the_way_on(quick):
    quick.flow.ruled(lease=LeaseRules(most_s=7 * DAY_S))
    quick.flow.planning = _under(quick.flow.planning, quick.flow.planning.people.environments())
    with pytest.raises(AssertionError):
        await quick.asked(ttl_hours=WEEKS)
    run = await quick.flow.newest()
    assert (run.state, run.outcome["error"]["key"]) == (RunState.REFUSED, "lease.too_long")


async def test_it_is_spoken_of_before_its_end_once_each_time(leased):
    await leased.made(ttl_hours=WEEKS)
    await leased.days_later(10)
    assert await leased.said() == []
    await leased.days_later(1.1)
    await leased.days_later(2)
    first, second = await leased.said()
    assert "Alice: api01 is kept until" in first
    assert "Keep api01 longer" in second


async def test_a_press_keeps_it_longer_and_is_in_the_trail(leased):
    lease = await leased.made(ttl_hours=WEEKS)
    await leased.press("alice", lease)
    longer = await leased.kept.get(lease.stack_id, "api01")
    assert longer.ends_at == lease.ends_at + 14 * DAY_S
    assert "Alice keeps api01 until" in (await leased.said())[-1]
    trail = [row.entry for row in await Audit(leased.flow.database).of_run("")]
    assert ("lease.extended", "test:alice") in [(entry.what, entry.actor) for entry in trail]


async def test_two_presses_on_one_card_count_once(leased):
    lease = await leased.made(ttl_hours=WEEKS)
    await asyncio.gather(leased.press("alice", lease, "one"), leased.press("bob", lease, "two"))
    assert (await leased.kept.get(lease.stack_id, "api01")).extended == 1
    told = await leased.flow.told("alice") + await leased.flow.told("bob")
    assert [word for word in told if "kept longer already" in word] != []


async def test_a_stranger_to_the_guest_is_told_alone_whom_to_ask(quick):
    lease = await quick.made(ttl_hours=WEEKS)
    await quick.press("erin", lease)
    assert (await quick.kept.get(lease.stack_id, "api01")).extended == 0
    assert "an approver" in (await quick.flow.told("erin"))[-1]


async def test_more_time_that_is_asked_for_in_words_is_a_button_to_press(quick):
    lease = await quick.made(ttl_hours=WEEKS)
    await quick.wish("garde api01 une semaine de plus", targets=("api01", "db09"), ttl_hours=168)
    card = (await quick.flow.messages())[-1][2]
    assert "Appuyez pour la garder 7 jours de plus" in card
    assert "est fixée pour db09" in card
    assert (await quick.kept.get(lease.stack_id, "api01")) == lease
    await quick.press("alice", lease, more_s=168 * HOUR_S)
    assert (await quick.kept.get(lease.stack_id, "api01")).ends_at == pytest.approx(lease.ends_at + 7 * DAY_S)


async def test_after_its_end_a_shutdown_is_planned_and_then_the_removal_and_nothing_goes_without_a_yes(leased):
    lease = await leased.made(ttl_hours=WEEKS)
    await leased.days_later(14.1)
    assert "the time of api01 is over" in (await leased.said())[-1]
    stop = await leased.flow.newest()
    assert (stop.state, stop.proposal["intent"], stop.requester) == (RunState.PENDING, "acts", "test:alice")
    assert [(deed["verb"], deed["guest"]) for deed in stop.proposal["acts"]] == [("shutdown", str(lease.vmid))]
    await leased.lay_aside(stop)
    await leased.days_later(7)
    run = await leased.flow.newest()
    assert (run.state, run.proposal["intent"]) == (RunState.PENDING, "destroy")
    assert [guest["name"] for guest in run.proposal["guests"]] == ["api01"]
    assert len(await leased.flow.runs.of_stack(lease.stack_id)) == 3


async def test_kept_longer_at_the_last_moment_it_is_not_removed(quick):
    lease = await quick.made(ttl_hours=WEEKS)
    await quick.days_later(14.1)
    await quick.lay_aside(await quick.flow.newest())
    await quick.press("alice", lease)
    await quick.days_later(7)
    assert len(await quick.flow.runs.of_stack(lease.stack_id)) == 2


async def test_while_somebody_changes_the_stack_its_end_waits(quick):
    await quick.made(ttl_hours=WEEKS)
    await quick.flow.say("alice")
    await quick.days_later(14.1)
    await quick.days_later(7)
    assert (await quick.flow.newest()).proposal["intent"] == "create"
    assert await quick.said() == []


async def test_a_guest_that_is_gone_has_no_lease_any_more(quick):
    lease = await quick.made(ttl_hours=WEEKS)
    await quick.kept.forget(lease.stack_id, ["api01"])
    await quick.press("alice", lease)
    assert "no end set for api01" in (await quick.flow.told("alice"))[-1]


async def test_a_forged_button_extends_nothing(quick):
    lease = await quick.made(ttl_hours=WEEKS)
    await quick.press("alice", _forged(lease))
    assert (await quick.kept.get(lease.stack_id, "api01")) == lease


def _under(planning, environments):
    return replace(planning, rules=replace(planning.rules, environments=environments))


def _forged(lease):
    return replace(lease, run_id="ffffffffffff")
