"""Acts on machines that stand, from a sentence to the report: the lab, the real runner and its hand, en et fr."""

import pytest

from bot.domain.run import RunState
from tests.fixtures.recorder import form_of, text_of

pytestmark = [pytest.mark.terraform]


async def approved(house, thread="t1", who="carol"):
    card = await house.planned(thread)
    await house.press(who, card, "approve", thread)
    return card


async def test_a_machine_is_restarted_by_exactly_the_call_that_was_approved(house):
    await house.say("alice", "restart runner01")
    card = await house.planned()
    said = text_of(card)
    assert "interrupts runner01" in said
    assert "POST /nodes/pmox03/qemu/115/status/reboot timeout=180" in said
    assert "Carol" in said

    await house.press("bob", card, "approve")
    told = await house.chat.whisper_to("bob")
    assert "interrupts runner01" in text_of(told)

    await house.press("carol", card, "approve")
    report = await house.chat.card("t1", lambda c: c.tone == "good")
    assert "restart **runner01**" in text_of(report)
    assert "Carol" in text_of(report)
    assert [run.state for run in await house.runs()] == [RunState.APPLIED]


async def test_un_instantane_est_pris_puis_ramene_en_francais(house):
    await house.say("alice", "prends un instantané de runner01 nommé propre")
    card = await house.planned()
    assert "Aucune machine en marche" in text_of(card)
    await house.press("bob", card, "approve")
    await house.chat.card("t1", lambda c: c.tone == "good")

    await house.say("alice", "ramène runner01 à l'instantané propre", thread="t2")
    card = await house.planned("t2")
    assert "une perte" in card.title
    await house.press("carol", card, "approve", "t2")
    asked = await house.chat.whisper_to("carol")
    form = form_of(asked)
    await house.fill("carol", form.id, {"names": "runner01"}, "t2")
    report = await house.chat.card("t2", lambda c: c.tone == "good")
    assert "instantané propre" in text_of(report)
