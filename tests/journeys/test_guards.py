"""Freeze, quota, environment and price in one house of real parts: what people read, and what the lab holds."""

import pytest

from bot.chat.port import Actor, Commanded, Conversation
from bot.domain.run import RunState
from tests.fixtures.house import PEOPLE, open_house, settings_for
from tests.fixtures.recorder import Recorder, can_be_approved, text_of

pytestmark = [pytest.mark.terraform]

ASK = "2c/4g ubuntu 24.04, 20 GB, call it api01"
RULES = {"dev": {"nodes": ["pmox02"], "tags": ["billing-7"]}}


async def command(house, person, name, text=""):
    """A slash command in the thread."""
    where, who = Conversation("test", "local", "main", "t1"), Actor("test", person, person.title())
    await house.app.sink(Commanded(f"command-{next(house.keys)}", where, who, name=name, text=text))


@pytest.fixture
async def guarded_house(tmp_path, toolchain):
    more = {"quota": {"guests": 1}, "environment_rules": RULES, "people": PEOPLE}
    async with open_house(settings_for(tmp_path, toolchain, **more), Recorder()) as opened:
        yield opened


async def test_a_frozen_house_plans_but_applies_nothing_until_it_is_released(guarded_house):
    house = guarded_house
    await house.say("alice", ASK)
    card = await house.planned()
    assert "€15.00 a month" in text_of(card)
    assert "pmox02" in text_of(card)
    await command(house, "alice", "freeze", "mine")
    assert "only an admin" in text_of(await house.chat.whisper_to("alice"))
    await command(house, "carol", "freeze", "storage move")
    await house.chat.card("t1", lambda c: "Carol has frozen all changes (storage move)" in text_of(c))
    await house.press("bob", card, "approve")
    assert "Carol" in text_of(await house.chat.whisper_to("bob"))
    assert "api01" not in await house.machines()
    await command(house, "carol", "unfreeze")
    await house.chat.card("t1", lambda c: "lifted the freeze" in text_of(c))
    await house.press("bob", card, "approve")
    await house.chat.card("t1", lambda c: c.tone == "good" and "api01" in text_of(c))
    assert "api01" in await house.machines()
    assert house.lab is not None
    await house.say("alice", "2c/4g ubuntu 24.04, 20 GB, call it api02", thread="t2")
    refused = await house.chat.card("t2", lambda c: "more than you may still ask for" in text_of(c))
    assert "0 machines" in text_of(refused)
    assert [run.state for run in await house.runs()] == [RunState.APPLIED]
    assert not can_be_approved(refused)


async def test_guests_of_one_request_come_from_one_template_one_after_the_other(tmp_path, toolchain):
    async with open_house(settings_for(tmp_path, toolchain), Recorder()) as house:
        await house.say("alice", "2 ubuntu 24.04 machines with 1 core and 1 GB, 10 GB disk, call them job01 and job02")
        await house.press("bob", await house.planned(), "approve")
        await house.chat.card("t1", lambda c: c.tone == "good" and "job02" in text_of(c))
        assert {"job01", "job02"} <= set(await house.machines())
