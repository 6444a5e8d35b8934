"""The button "how I got here": told to the presser alone, by what is stored with the run; it changes nothing."""

import pytest

from agents.contracts import TraceStep
from bot.chat.port import Actor, Pressed
from bot.domain.approval import button_value
from bot.flow.tracing import Tracing
from tests.fixtures.flow import HERE, proposal

STEPS = (
    TraceStep(agent="manager", served_by="rules", did="routed", ms=1),
    TraceStep(agent="collector", served_by="rules", did="looked", ms=1, tools=("nodes",)),
)


@pytest.fixture
def press(flow):
    tracing = Tracing(flow.runs, flow.world, flow.editing.people, flow.editing.refusing)

    async def call(person, value):
        key = f"p{next(flow.keys)}"
        await tracing.press(Pressed(key, HERE, Actor("test", person, person.title()), action="trace", value=value))
        return (await flow.messages())[-1]

    return call


async def planned(flow, language="en"):
    flow.world.answer = proposal(language=language).model_copy(update={"trace": STEPS})
    return await flow.planned()


@pytest.mark.parametrize("person", ["alice", "bob"])
async def test_whoever_works_here_is_told_alone(flow, press, person):
    run = await planned(flow)
    kind, _, card = await press(person, button_value(run))
    assert kind == "whisper"
    for words in ("How I got here", "Routed the message", "looked with `nodes`", "no language model was asked"):
        assert words in card
    assert (await flow.newest()) == run


async def test_it_is_told_in_the_language_of_the_card(flow, press):
    assert "Cluster consulté" in (await press("bob", button_value(await planned(flow, "fr"))))[2]


async def test_a_stranger_is_told_nothing(flow, press):
    kind, _, card = await press("mallory", button_value(await planned(flow)))
    assert kind == "whisper"
    assert "Looked at the cluster" not in card


@pytest.mark.parametrize("value", ["", "nothing", "f" * 12 + ":aa", ":", "x" * 5_000 + ":y"])
async def test_a_forged_button_is_told_so(flow, press, value):
    await planned(flow)
    kind, _, card = await press("bob", value)
    assert kind == "whisper"
    assert "Looked at the cluster" not in card


async def test_a_run_without_steps_says_so(flow, press):
    run = await flow.planned()
    assert "nothing to show" in (await press("bob", button_value(run)))[2]
