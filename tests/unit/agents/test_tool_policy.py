"""Who may call what: nothing unless it is listed, nothing but reading once anything was read, and not without end."""

from types import SimpleNamespace

import pytest

from agents.models.offline import ANSWER_TOOL
from agents.nodes.judging import SHAPES
from agents.nodes.team import TOOLS_OF
from agents.plugins.budget import SPENT, CallBudget
from agents.plugins.tool_policy import ToolPolicy

READERS = frozenset({"nodes", "guests"})


@pytest.fixture
def policy():
    """A crew of which one agent could write, if it ever came to that."""
    allowed = {"collector": READERS | {ANSWER_TOOL, "create_ticket", "new_thing"}, "drafter": {"nodes"}}
    return ToolPolicy(allowed, writes=frozenset({"create_ticket"}), untrusted=READERS)


def turn():
    return {}


async def call(policy, agent, tool, state):
    """Ask the policy and, where it lets the call through, tell it of the result; why it was refused."""
    context = SimpleNamespace(agent_name=agent, state=state)
    named = SimpleNamespace(name=tool)
    refused = await policy.before_tool_callback(tool=named, tool_context=context)
    if refused is None:
        await policy.after_tool_callback(tool=named, tool_context=context)
    return refused and refused["error"]


async def test_a_listed_reader_may_be_called_again_and_again(policy):
    state = turn()
    assert [await call(policy, "collector", tool, state) for tool in ("nodes", "guests", "nodes")] == [None] * 3


@pytest.mark.parametrize("tool", ["apply", "delete_vm", "transfer_to_agent", ""])
async def test_a_tool_that_is_not_listed_is_refused(policy, tool):
    assert "may not call" in await call(policy, "collector", tool, turn())


@pytest.mark.parametrize("agent", ["manager", "validator", "reviewer", "refiner", "somebody"])
async def test_an_agent_that_is_not_listed_may_call_nothing_not_even_a_reader(policy, agent):
    assert "may not call" in await call(policy, agent, "nodes", turn())


@pytest.mark.parametrize("tool", ["create_ticket", "new_thing"])
async def test_after_anything_was_read_only_reading_and_answering_are_left(policy, tool):
    state = turn()
    assert await call(policy, "collector", tool, turn()) is None
    await call(policy, "collector", "guests", state)
    assert "after untrusted content" in await call(policy, "collector", tool, state)
    assert await call(policy, "collector", ANSWER_TOOL, state) is None


async def test_what_one_agent_read_binds_the_others_of_the_turn(policy):
    state = turn()
    await call(policy, "drafter", "nodes", state)
    assert "after untrusted content" in await call(policy, "collector", "create_ticket", state)


async def test_a_refused_call_and_an_answer_taint_nothing(policy):
    state = turn()
    await call(policy, "manager", "nodes", state)
    await call(policy, "collector", ANSWER_TOOL, state)
    assert state == {}


def test_only_the_collector_has_tools():
    assert set(TOOLS_OF) == {"collector"}
    assert "collector" in SHAPES


async def test_an_agent_that_asks_without_end_is_stopped_and_the_next_turn_has_its_own_budget():
    budget = CallBudget(most=3)

    async def ask(agent, invocation):
        return await budget.before_model_callback(
            callback_context=SimpleNamespace(invocation_id=invocation, agent_name=agent)
        )

    assert [await ask("collector", "t1") for _ in range(3)] == [None] * 3
    assert (await ask("collector", "t1")).error_code == SPENT
    assert await ask("manager", "t1") is None
    assert await ask("collector", "t2") is None
    await budget.after_run_callback(invocation_context=SimpleNamespace(invocation_id="t1"))
    assert await ask("collector", "t1") is None
