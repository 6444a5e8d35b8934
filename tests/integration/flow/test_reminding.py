"""A plan that waits: those who may decide are reminded, others are told later, and its end is said kindly."""

from dataclasses import replace

from bot.domain.run import RunState
from tests.fixtures.flow import Flow

S = RunState
HOUR = 3600.0


async def posts(flow: Flow, run_id: str) -> list[tuple[str, str]]:
    """Every post that is no card: its key without the run, and its words."""
    found = [(key, card) for kind, key, card in await flow.messages() if kind == "post"]
    return [(key.partition(":")[0], card) for key, card in found if key.endswith(run_id) and not key.startswith("run:")]


async def sweep(flow: Flow, hours: float = 0) -> None:
    """What the worker does for plans that wait, some hours later; twice, as two workers would."""
    flow.world.at += hours * HOUR
    for run_id, state in await flow.runs.due(flow.world.at, 9):
        assert state is S.PLANNED
        for _ in "ab":
            await flow.upkeep.expire(run_id)
            await flow.reminding.remind(run_id)


def long_waits(flow: Flow, **more) -> None:
    """A day to decide in."""
    flow.planning = replace(flow.planning, rules=replace(flow.planning.rules, approval_s=24 * HOUR))
    flow.ruled(**more)


async def test_before_its_time_nobody_is_reminded(anywhere):
    long_waits(anywhere)
    await anywhere.planned()
    assert await anywhere.runs.due(anywhere.world.at + 3.9 * HOUR, 9) == []


async def test_those_who_may_decide_are_reminded_once_by_name(anywhere):
    long_waits(anywhere)
    run = await anywhere.planned("bob")
    await sweep(anywhere, 4.1)
    await sweep(anywhere, 1)
    ((kind, words),) = await posts(anywhere, run.id)
    assert kind == "remind"
    assert "Carol, Dave: the plan for api01 that Bob asked for still waits" in words


async def test_who_said_yes_already_is_not_reminded(flow):
    long_waits(flow, approvals=2)
    run = await flow.planned()
    await flow.press("bob", run)
    await sweep(flow, 4.1)
    assert "Carol, Dave: the plan" in (await posts(flow, run.id))[0][1]


async def test_after_longer_the_second_group_is_told_once(anywhere):
    long_waits(anywhere, escalate_to="test:lab")
    run = await anywhere.planned()
    await sweep(anywhere, 4.1)
    await sweep(anywhere, 8)
    await sweep(anywhere, 1)
    kinds = await posts(anywhere, run.id)
    assert [kind for kind, _ in kinds] == ["remind", "escalate"]
    assert "Lab (Carol, Dave): since" in kinds[1][1]


async def test_a_bot_that_was_away_for_both_says_only_the_last(flow):
    long_waits(flow, escalate_to="test:lab")
    run = await flow.planned()
    await sweep(flow, 13)
    await sweep(flow, 1)
    assert [kind for kind, _ in await posts(flow, run.id)] == ["escalate"]


async def test_what_was_decided_is_not_reminded_of(anywhere):
    long_waits(anywhere)
    run = await anywhere.planned()
    await anywhere.press("bob", run)
    anywhere.world.at += 5 * HOUR
    await anywhere.reminding.remind(run.id)
    assert await posts(anywhere, run.id) == []


async def test_a_plan_that_nobody_may_decide_about_says_so(flow):
    long_waits(flow, approvers=("test:ops",))
    run = await flow.planned("bob")
    await sweep(flow, 4.1)
    assert "nobody may decide about it" in (await posts(flow, run.id))[0][1]


async def test_an_expired_plan_is_told_to_its_requester_with_the_way_on(anywhere):
    run = await anywhere.planned()
    await sweep(anywhere, 1.1)
    assert (await anywhere.newest()).state is S.EXPIRED
    ((kind, words),) = await posts(anywhere, run.id)
    assert kind == "expired"
    assert "Alice, nobody decided in time about api01" in words
    assert "once more" in words
