"""From a sentence to a running machine: the way every request goes, on real parts."""

import pytest

from bot.domain.run import RunState
from tests.fixtures.recorder import button, form_of, text_of

pytestmark = [pytest.mark.terraform]

ASK = "4c/8g ubuntu 24.04, 60 GB, call it api01"


async def test_a_sentence_becomes_a_usable_machine_that_another_person_approved(house):
    await house.say("alice", ASK)
    card = await house.planned()
    assert "api01" in text_of(card)
    assert "api01" not in await house.machines()

    await house.press("bob", card, "approve")
    report = await house.chat.card("t1", lambda c: c.tone == "good")

    assert "api01" in await house.machines()
    said = text_of(report)
    assert "ssh " in said
    assert "Alice" in said
    assert "Bob" in said
    assert button(report, "approve") is None
    run = (await house.runs())[-1]
    assert run.state is RunState.APPLIED
    assert run.outcome["usable"][0]["missing"] == []


async def test_a_french_request_is_answered_in_french_to_the_end(house):
    house.lab.web("api01", 8080, path="/health")
    await house.say(
        "alice",
        "je veux une VM ubuntu 24.04 avec 4 coeurs, 8 Go et 60 Go de disque pour staging, appelle-la api01, "
        "elle doit répondre en HTTP sur le port 8080 /health",
    )
    card = await house.planned()
    assert "Demandé par" in text_of(card)
    assert "staging" in text_of(card)
    assert "prête quand `:8080/health` répond en HTTP" in text_of(card)
    await house.press("bob", card, "approve")
    report = await house.chat.card("t1", lambda c: c.tone == "good")
    assert "est prêt" in text_of(report)
    assert ":8080/health a répondu 200 après" in text_of(report)


async def test_what_is_missing_is_asked_in_one_message_and_the_answers_complete_it(house):
    await house.say("alice", "I need a debian 12 server called db07")
    asked = await house.chat.card("t1", lambda c: form_of(c) is not None)
    form = form_of(asked)
    assert {field.id for field in form.inputs} >= {"cores", "memory", "disk"} or len(form.inputs) == 3
    assert all(field.default for field in form.inputs)
    await house.fill("alice", form.id, {field.id: field.default for field in form.inputs})
    card = await house.planned()
    assert "db07" in text_of(card)


async def test_the_one_who_asked_cannot_approve_and_only_they_are_told(house):
    await house.say("bob", ASK)
    card = await house.planned()
    await house.press("bob", card, "approve")
    told = await house.chat.whisper_to("bob")
    assert "four eyes" in text_of(told)
    assert (await house.runs())[-1].state is RunState.PLANNED
    assert all("four eyes" not in text_of(c) for c in house.chat.cards("t1"))


async def test_a_stranger_gets_no_machine_and_no_approval(house):
    await house.say("mallory", ASK)
    told = await house.chat.whisper_to("mallory")
    assert "do not know" in text_of(told)
    assert await house.runs() == []


async def test_discarding_touches_nothing_and_gives_back_what_was_reserved(house):
    await house.say("alice", ASK)
    await house.press("alice", await house.planned(), "discard")
    await house.chat.card(
        "t1", lambda c: button(c, "approve") is None and "api01" in text_of(c) and "lice" in text_of(c)
    )
    assert (await house.runs())[-1].state is RunState.DISCARDED
    assert "api01" not in await house.machines()
    await house.say("alice", ASK, thread="t2")
    again = await house.planned("t2")
    assert "192.168.10.20" in text_of(again)


async def test_a_correction_in_the_thread_supersedes_the_first_card(house):
    await house.say("alice", ASK)
    first = await house.planned()
    await house.say("alice", "make it 16 GB instead")
    second = await house.chat.card("t1", lambda c: button(c, "approve") not in (None, button(first, "approve")))
    assert "16" in text_of(second)
    await house.press("bob", first, "approve")
    told = await house.chat.whisper_to("bob")
    assert "newer" in text_of(told).lower() or "too late" in text_of(told).lower()
    await house.press("bob", second, "approve")
    await house.chat.card("t1", lambda c: c.tone == "good")
    states = [run.state for run in await house.runs()]
    assert states == [RunState.SUPERSEDED, RunState.APPLIED]


async def test_two_people_who_approve_at_once_make_one_machine(house):
    await house.say("alice", ASK)
    card = await house.planned()
    await house.press("bob", card, "approve")
    await house.press("carol", card, "approve")
    await house.press("bob", card, "approve")
    await house.chat.card("t1", lambda c: c.tone == "good")
    assert list(await house.machines()).count("api01") == 1
    assert [run.state for run in await house.runs()] == [RunState.APPLIED]


async def test_several_machines_come_as_one_plan(house):
    await house.say("alice", "two debian 12 machines, 2 cores, 2 GB, 20 GB disk, names web-a and web-b")
    card = await house.planned()
    await house.press("bob", card, "approve")
    await house.chat.card("t1", lambda c: c.tone == "good")
    assert {"web-a", "web-b"} <= set(await house.machines())
