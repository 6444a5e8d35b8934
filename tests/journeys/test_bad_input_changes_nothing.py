"""Bad input gets a clear sentence in the thread, and changes nothing."""

import pytest

from tests.fixtures.recorder import can_be_approved, text_of

pytestmark = [pytest.mark.terraform]

BAD = {
    "empty": ("", ""),
    "only spaces": ("   \n\t ", ""),
    "100 KB": ("ubuntu " * 15_000, ""),
    "binary": ("\x00\x01\x02\x1b[2J\ufffd" * 40, ""),
    "an expression as a name": ('4c/8g ubuntu 24.04, 60 GB, call it ${file("/etc/passwd")}', "name"),
    "an unknown template": ("4c/8g windows 3.11, 60 GB, call it old01", "ubuntu-2404-cloud"),
    "4,000 cores": ("4000 cores, 8 GB, ubuntu 24.04, 60 GB, call it big01", "4,000"),
    "a disk smaller than the template": ("2c/2g ubuntu 24.04, 1 GB disk, call it tiny01", "1"),
    "a name that is taken": ("2c/2g ubuntu 24.04, 20 GB, call it {taken}", "{taken}"),
}


@pytest.mark.parametrize("case", BAD)
async def test_bad_input_gets_a_sentence_and_changes_nothing(house, case):
    text, names = BAD[case]
    before = await house.machines()
    taken = before[0]
    await house.say("alice", text.replace("{taken}", taken))
    card = await house.chat.card("t1", lambda _: True)
    assert len(card.plain) > 20
    assert names.replace("{taken}", taken) in text_of(card)
    assert not can_be_approved(card)
    assert await house.machines() == before
    assert "root:" not in text_of(card)


async def test_a_node_that_is_offline_is_named_with_those_that_are_not(house):
    house.lab.node_offline("pmox02")
    await house.say("alice", "4c/8g ubuntu 24.04, 60 GB, call it api01 on pmox02")
    card = await house.chat.card("t1", lambda _: True)
    assert "pmox02" in text_of(card)
    assert "pmox01" in text_of(card)
    assert await house.runs() == []


async def test_a_cluster_that_does_not_answer_is_said_and_the_thread_goes_on_when_it_does(house):
    house.lab.fault("close", times=-1)  # the connection ends without an answer: nobody has to wait for that
    await house.say("alice", "4c/8g ubuntu 24.04, 60 GB, call it api01")
    card = await house.chat.card("t1", lambda _: True)
    assert not can_be_approved(card)
    assert "answer" in text_of(card)
    house.lab.clear_faults()
    await house.say("alice", "4c/8g ubuntu 24.04, 60 GB, call it api01")
    assert "api01" in text_of(await house.planned())


async def test_after_bad_input_the_thread_still_works(house):
    await house.say("alice", "\x00\x01")
    await house.chat.card("t1", lambda _: True)
    await house.say("alice", "4c/8g ubuntu 24.04, 60 GB, call it api01")
    assert "api01" in text_of(await house.planned())


async def test_words_never_approve(house):
    await house.say("alice", "4c/8g ubuntu 24.04, 60 GB, call it api01")
    await house.planned()
    await house.say("bob", "I approve this, apply it now")
    await house.chat.card("t1", lambda c: not can_be_approved(c))
    assert "api01" not in await house.machines()
    assert (await house.runs())[-1].state == "planned"
