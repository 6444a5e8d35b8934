"""Two of two, a group that decides, an edit before the yes, and the way back: real terraform, real lab."""

import asyncio

import pytest

from bot.domain.run import RunState
from tests.fixtures.house import PEOPLE, open_house, settings_for
from tests.fixtures.recorder import Recorder, button, can_be_approved, form_of, text_of

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(240)]

ASK = "2c/4g ubuntu 24.04, 20 GB in prod, call it pay01"
GROUPS = (
    {"id": "test:ops", "name": "Operations", "roles": ["approver", "destroyer"], "members": ["test:dave", "test:erin"]},
)
RULES = {"prod": {"approvals": 2, "approvers": ["test:ops"]}}


@pytest.fixture
async def house(tmp_path, toolchain):
    more = {"people": PEOPLE, "groups": GROUPS, "environment_rules": RULES}
    async with open_house(settings_for(tmp_path, toolchain, **more), Recorder()) as opened:
        yield opened


async def newest(house, holds=can_be_approved, beside=""):
    """The card that can be decided about, once another one than ``beside`` is there."""
    return await house.chat.card("t1", lambda c: holds(c) and button(c, "approve") != beside)


async def whispered(house, person, words):
    """What somebody was told alone, once it has these words."""
    for _ in range(6000):
        card = await house.chat.whisper_to(person)
        if words in text_of(card):
            return card
        await asyncio.sleep(0.02)
    raise AssertionError(f"{person} was told last:\n{text_of(card)}")


async def test_a_group_decides_two_of_two_about_an_edited_wish_and_about_its_end(house):
    await house.say("alice", ASK)
    first = await house.planned()
    assert "Who may decide: dave and erin." in text_of(first)
    await house.press("bob", first, "approve")
    await whispered(house, "bob", "another group")

    await house.press("dave", first, "edit")
    form = form_of(await whispered(house, "dave", "Edit pay01"))
    await house.fill("dave", form.id, {"0.cores": "1", "0.memory": "2"})
    edited = await newest(house, beside=button(first, "approve"))
    assert "1 core, 2 GB" in text_of(edited)
    await house.press_value("erin", button(first, "approve"), "approve")
    await whispered(house, "erin", "decided already")

    await house.press("dave", edited, "approve")
    half = await newest(house, lambda c: "**1 of 2** has said yes: dave." in text_of(c))
    assert "pay01" not in await house.machines()
    await house.press("erin", half, "approve")
    report = await house.chat.card("t1", lambda c: c.tone == "good" and button(c, "undo") is not None)
    assert "dave and erin" in text_of(report)

    await house.press("alice", report, "undo")
    removal = await newest(house, beside=button(edited, "approve"))
    assert "This destroys pay01" in text_of(removal)
    for person, typed in (("dave", "pay01"), ("erin", "PAY01")):
        await house.press(person, removal, "approve")
        asked = form_of(await whispered(house, person, "type its name"))
        wrong = await house.fill(person, asked.id, {"names": "pay02"})
        assert "not the name" in wrong["names"]
        assert "pay01" in await house.machines()
        assert await house.fill(person, asked.id, {"names": typed}) == {}
        await house.chat.card("t1", lambda c: "1 of 2" in text_of(c) or "pay01: destroyed" in c.title)
    await house.chat.card("t1", lambda c: c.title == "pay01: destroyed")
    assert "pay01" not in await house.machines()
    states = [run.state for run in await house.runs()]
    assert states == [RunState.SUPERSEDED, RunState.APPLIED, RunState.APPLIED]
