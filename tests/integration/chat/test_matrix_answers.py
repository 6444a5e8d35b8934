"""Numbers, reactions and answers on a real homeserver: who types one gets that button and no other."""

from bot.chat.port import (
    Actor,
    Button,
    Buttons,
    Card,
    Filled,
    How,
    Pressed,
    Said,
)
from tests.conformance.chat.waiting import until
from tests.fixtures.matrix import text_of

__all__ = ["bench", "chat"]

from tests.fixtures.matrix_bench import CARD, DONE, FORM, STOP, bench, chat, says


async def test_an_edit_stands_in_the_place_of_the_card_and_takes_its_numbers_away(bench, chat):
    root = await bench.asked_for()
    message = await chat.post(bench.thread(root), CARD, key="run:1")
    assert "**1** Approve · **2** Discard" in text_of(await bench.alice.event(bench.room, message.id))
    assert await chat.edit(message, DONE, key="run:1:applied") is How.NATIVE
    shown = text_of(await bench.alice.event(bench.room, message.id))
    assert "api01 is ready" in shown
    assert "Approve" not in shown
    await bench.bob.say(bench.room, "1", root)
    await bench.told(root, "The number 1 stands for nothing any more")
    assert not any(isinstance(event, Pressed) for event in bench.sink.events.values())


async def test_a_number_presses_the_button_of_its_own_thread_and_no_other(bench, chat):
    one, other = await bench.asked_for("one"), await bench.asked_for("other")
    await chat.post(bench.thread(one), CARD, key="run:1")
    there = Card("p", (Buttons((Button("undo", "Undo", "r2"),)),))
    message = await chat.post(bench.thread(other), there, key="run:2")
    event = await bench.bob.say(bench.room, "1", other)
    pressed = await bench.sink.next(Pressed)
    assert (pressed.action, pressed.value, pressed.dedupe) == ("undo", "r2", f"matrix:{event}")
    assert pressed.who == Actor("matrix", bench.bob.id, "Bob")
    assert pressed.message == message
    await bench.bob.say(bench.room, "2", other)
    assert (await bench.sink.next(Said, 3)).text == "2"
    await bench.bob.say(bench.room, "2", one)
    assert (await bench.sink.next(Pressed, 2)).action == "discard"


async def test_a_number_that_was_typed_while_the_plan_changed_presses_nothing(bench, chat):
    root = await bench.asked_for()
    message = await chat.post(bench.thread(root), CARD, key="run:1")
    newer = Card("p", (Buttons((Button("approve", "Approve", "r2:d2"),)),))
    await chat.edit(message, Card("old"), key="run:1:superseded")
    await chat.post(bench.thread(root), newer, key="run:2")
    await bench.bob.say(bench.room, "1", root)
    await bench.told(root, "It offers: 3 Approve")
    await bench.bob.say(bench.room, "3", root)
    assert (await bench.sink.next(Pressed)).value == "r2:d2"


async def test_what_is_asked_once_more_wants_a_yes(bench, chat):
    root = await bench.asked_for()
    await chat.post(bench.thread(root), Card("p", (Buttons((STOP,)),)), key="run:1")
    await bench.bob.say(bench.room, "1", root)
    await bench.told(root, "Really stop it? Type “1 yes” to go on.")
    await bench.bob.say(bench.room, "1 yes", root)
    assert (await bench.sink.next(Pressed)).action == "stop"


async def test_a_number_put_under_a_card_is_of_that_card_and_a_thumb_is_nothing(bench, chat):
    root = await bench.asked_for()
    message = await chat.post(bench.thread(root), CARD, key="run:1")
    await bench.bob.react(bench.room, message.id, "\U0001f44d")
    await bench.bob.react(bench.room, root, "1\ufe0f\u20e3")
    await bench.bob.react(bench.room, message.id, "9\ufe0f\u20e3")
    await bench.told(root, "The number 9 is not on the newest card")
    await bench.bob.react(bench.room, message.id, "2\ufe0f\u20e3")
    assert (await bench.sink.next(Pressed)).action == "discard"
    assert sum(isinstance(event, Pressed) for event in bench.sink.events.values()) == 1


async def test_a_form_is_asked_question_by_question_and_what_is_wrong_is_asked_again(bench, chat):
    root = await bench.asked_for()
    bench.sink.wrong = [{"name": "Names are in small letters."}]
    bob = Actor("matrix", bench.bob.id)
    assert await chat.ask(None, bob, bench.thread(root), FORM) is How.DEGRADED
    (room,) = set(await bench.bob.rooms()) - {bench.room}
    for answer, next_ in (("nine", "none of the answers"), ("b", "**Name** (2/2)"), ("API", "small letters")):
        await bench.bob.say(room, answer)
        await until(lambda words=next_: says(bench, room, words), next_)
    await bench.bob.say(room, "api01")
    filled = await bench.sink.next(Filled)
    assert (filled.form, filled.state, dict(filled.values)) == ("edit:r1", "s", {"cores": "4", "name": "api01"})
    assert filled.conversation == bench.thread(root)
    await bench.bob.say(room, "and now?")
    assert (await bench.sink.next(Said, 2)).text == "and now?"


async def test_a_question_can_be_put_aside(bench, chat):
    root = await bench.asked_for()
    await chat.ask(None, Actor("matrix", bench.bob.id), bench.thread(root), FORM)
    (room,) = set(await bench.bob.rooms()) - {bench.room}
    await bench.bob.say(room, "cancel")
    await until(lambda: says(bench, room, "Nothing was changed"), "a word about it")
    await bench.bob.say(room, "2")
    assert (await bench.sink.next(Said, 2)).text == "2"


async def test_a_question_in_a_thread_takes_the_askers_answer_and_leaves_other_words_to_the_crew(bench, chat):
    root = await bench.asked_for()
    await bench.sink.next(Said)
    await chat.post(bench.thread(root), Card("p", (FORM,)), key="reply")
    await bench.told(root, "**Cores** (1/2)")
    await bench.bob.say(bench.room, "thanks", root)
    await bench.alice.say(bench.room, "give me 4 cores and 8 GB", root)
    await bench.sink.next(Said, 3)
    assert set(bench.sink.texts()) == {"4c/8g", "thanks", "give me 4 cores and 8 GB"}
    for answer in ("4", "api01"):
        await bench.alice.say(bench.room, answer, root)
    assert dict((await bench.sink.next(Filled)).values) == {"cores": "4", "name": "api01"}
