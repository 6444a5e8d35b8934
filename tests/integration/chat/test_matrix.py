"""Matrix on a real homeserver: what is heard, what is said, and what happens while the server is away."""

import asyncio
from urllib.parse import quote

import pytest
from sqlalchemy import select

from bot.chat.matrix import MatrixChat, open_api
from bot.chat.matrix.saying import in_thread
from bot.chat.port import (
    Actor,
    Card,
    Commanded,
    Conversation,
    How,
    Pressed,
    Said,
)
from bot.domain.errors import Refused
from bot.ports import Outgoing
from bot.store.models import outbox
from bot.store.notes import SqlNotes
from bot.store.outbox import SqlOutbox
from bot.store.second import Rule, Second
from bot.store.sender import Sender
from bot.ways import Mail, parse_mail_url
from iac.errors import Broken
from tests.conformance.chat.waiting import until
from tests.fixtures.mailbox import Postbox, mail_server
from tests.fixtures.matrix import text_of
from tests.fixtures.synapse import SERVER

__all__ = ["bench", "chat"]

from tests.fixtures.matrix_bench import CARD, DONE, WORDS, bench, chat, is_in, says


async def test_who_names_the_bot_begins_a_thread_and_who_does_not_is_left_alone(bench, chat):
    await bench.alice.say(bench.room, "just talk")
    root = await bench.asked_for("4c/8g ubuntu")
    said = await bench.sink.next(Said)
    assert (said.dedupe, said.text, said.is_to_bot) == (f"matrix:{root}", "4c/8g ubuntu", True)
    assert said.conversation == bench.thread(root)
    assert said.who == Actor("matrix", bench.alice.id, "Alice")
    assert bench.sink.texts() == ["4c/8g ubuntu"]


async def test_in_a_thread_of_ours_nobody_has_to_name_us_and_who_speaks_to_others_is_not_heard(bench, chat):
    root = await bench.asked_for()
    await chat.post(bench.thread(root), DONE, key="k")
    await bench.bob.say(bench.room, "ask alice", root, to=[bench.alice.id])
    await bench.bob.send(bench.room, {"msgtype": "m.notice", "body": "a program", "m.relates_to": in_thread(root)})
    await bench.bob.say(bench.room, "8 GB rather", root)
    assert (await bench.sink.next(Said, 2)).text == "8 GB rather"
    assert bench.sink.texts() == ["4c/8g", "8 GB rather"]


async def test_a_plain_reply_of_a_client_without_threads_is_in_the_thread(bench, chat):
    root = await bench.asked_for()
    message = await chat.post(bench.thread(root), DONE, key="k")
    related = {"m.in_reply_to": {"event_id": message.id}}
    await bench.bob.send(bench.room, {"msgtype": "m.text", "body": "> old\n\nthanks", "m.relates_to": related})
    said = await bench.sink.next(Said, 2)
    assert (said.text, said.conversation) == ("thanks", bench.thread(root))


async def test_a_command_is_a_command_wherever_it_is_typed(bench, chat):
    event = await bench.alice.say(bench.room, "!threadform freeze the rack burns")
    heard = await bench.sink.next(Commanded)
    assert (heard.name, heard.text) == ("threadform", "freeze the rack burns")
    assert heard.conversation == bench.thread(event)


async def test_the_same_key_is_one_event_and_it_is_found_again(bench, chat):
    root = await bench.asked_for()
    first = await chat.post(bench.thread(root), CARD, key="run:1")
    async with bench.hearing() as restarted:
        again = await restarted.post(bench.thread(root), CARD, key="run:1")
        assert await restarted.find(bench.thread(root), "run:1") == first == again
        assert await restarted.find(bench.thread(root), "run:2") is None
    new = await chat.post(bench.thread(None), CARD, key="start")
    assert new.conversation == bench.thread(new.id)
    assert await chat.find(bench.thread(None), "start") == new


async def test_a_private_word_goes_to_a_room_of_two_and_nowhere_else(bench, chat):
    root = await bench.asked_for()
    bob = Actor("matrix", bench.bob.id)
    for key in ("note:1", "note:2", "note:1"):
        assert await chat.whisper(bench.thread(root), bob, Card(f"only you: {key}"), key=key) is How.DEGRADED
    (room,) = set(await bench.bob.rooms()) - {bench.room}
    private = [text_of(event) for event in await bench.bob.timeline(room) if event["type"] == "m.room.message"]
    assert [text.rpartition("\n")[2] for text in private] == ["only you: note:1", "only you: note:2"]
    assert f"matrix.to/#/{bench.room}/{root}" in private[0]
    public = [text_of(event) for event in await bench.alice.timeline(bench.room)]
    assert not any("only you" in text for text in public)


async def test_who_cannot_be_reached_in_private_is_not_told_in_public(bench, chat):
    root = await bench.asked_for()
    nobody = Actor("matrix", "@nobody:elsewhere.test")
    with pytest.raises((Refused, Broken)):
        await chat.whisper(bench.thread(root), nobody, Card("only you"), key="note:1")
    public = [text_of(event) for event in await bench.alice.timeline(bench.room)]
    assert not any("only you" in text for text in public)


async def test_in_a_room_of_two_nobody_is_named_and_a_private_word_stays_in_its_thread(bench, chat):
    room = await bench.bob.room(bench.account.user, is_direct=True)
    await until(lambda: is_in(bench, room), "the bot to come")
    event = await bench.bob.say(room, "help")
    said = await bench.sink.next(Said)
    assert (said.text, said.conversation.is_direct) == ("help", True)
    await chat.whisper(said.conversation, said.who, Card("just us"), key="note:1")
    thread = [text_of(each) for each in await bench.bob.thread(room, event)]
    assert thread == ["help", "just us"]


async def test_who_only_speaks_says_nothing_private_in_a_room_that_somebody_came_to_since(bench):
    """A process that sends and does not listen hears of no newcomer."""
    room = await bench.bob.room(bench.account.user, bench.alice.id, is_direct=True)
    chat = bench.chat()
    try:
        await chat.api.call("POST", f"/_matrix/client/v3/join/{quote(room)}", body={})
        event = await bench.bob.say(room, "help")
        to = Conversation("matrix", SERVER, room, event, is_direct=True)
        bob = Actor("matrix", bench.bob.id)
        await chat.whisper(to, bob, Card("just us"), key="note:1")
        await bench.alice.join(room)
        await chat.whisper(to, bob, Card("still just us"), key="note:2")
    finally:
        await chat.close()
    assert not any("still just us" in text_of(each) for each in await bench.alice.timeline(room))
    (private,) = set(await bench.bob.rooms()) - {bench.room, room}
    assert any("still just us" in text_of(each) for each in await bench.bob.timeline(private))


async def test_an_encrypted_room_is_told_once_that_nothing_is_heard_there(bench, chat):
    wishes = {"initial_state": [{"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]}
    room = await bench.bob.room(bench.account.user, **wishes)
    await until(lambda: is_in(bench, room), "the bot to come")
    secret = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x", "session_id": "x", "device_id": "x"}
    for _ in range(2):
        event = await bench.bob.send(room, secret, "m.room.encrypted")
    await until(lambda: says(bench, room, "This room is encrypted"), "a word about it")
    await bench.asked_for()
    await bench.sink.next(Said)
    told = [e for e in await bench.bob.timeline(room) if e["type"] == "m.room.message"]
    assert len(told) == 1
    assert "chiffré" in text_of(told[0])
    with pytest.raises(Refused):
        await chat.post(Conversation("matrix", SERVER, room, event), CARD, key="run:1")


async def test_what_was_said_while_nobody_listened_is_heard_once_afterwards(bench):
    async with bench.hearing():
        first = await bench.asked_for("first")
        await bench.sink.next(Said)
        await _is_kept(bench)
    for number in range(60):
        await bench.alice.say(bench.room, f"talk {number}", to=[bench.account.user] if number % 20 == 0 else [])
    async with bench.hearing():
        await bench.sink.next(Said, 4)
        await bench.asked_for("last")
        await bench.sink.next(Said, 5)
    assert bench.sink.texts() == ["first", "talk 0", "talk 20", "talk 40", "last"]
    assert bench.sink.times.count(f"matrix:{first}") <= 2


async def test_what_could_not_be_stored_is_heard_again(bench, chat):
    bench.sink.faults = 2
    root = await bench.asked_for()
    assert (await bench.sink.next(Said)).dedupe == f"matrix:{root}"
    assert bench.sink.times.count(f"matrix:{root}") == 3


async def test_while_the_server_is_away_it_goes_out_by_mail_and_afterwards_all_goes_on(bench, chat):
    root, postbox = await bench.asked_for(), Postbox()
    await bench.sink.next(Said)
    sender = Sender(bench.database, {"matrix": chat})
    letter = Outgoing("run:1:errored", bench.thread(root), CARD, severity="critical")
    bench.server.stop()
    try:
        await SqlOutbox(bench.database).add([letter])
        await _sent(sender)
        await until(lambda: _is_down(chat), "the ear to notice")
        with mail_server(postbox) as where:
            mail = Mail(parse_mail_url(f"smtp://{where}"), "bot@example.org", ["oncall@example.org"])
            second = Second(bench.database, {"mail": mail}, {"critical": Rule(0.0, ("mail",))}, WORDS)
            await until(second.look, "the mail")
            assert await second.look() == 0
    finally:
        await asyncio.to_thread(bench.server.start)
    await until(lambda: _flushed(sender, second), "the thread to be told")
    told = await bench.told(root, "I told you this by e-mail at")
    assert "because Matrix did not answer" in text_of(told)
    ours = [text_of(e) for e in await bench.alice.thread(bench.room, root) if e["sender"] == bench.account.user]
    assert [len(postbox.letters), len(ours)] == [1, 2]
    await bench.bob.say(bench.room, "1", root)
    assert (await bench.sink.next(Pressed)).action == "approve"
    await until(lambda: _is_up(chat), "the ear to say that it hears")


async def test_a_token_that_nobody_knows_ends_the_start_with_its_reason(bench):
    chat = MatrixChat(open_api(bench.server.url, "syt_wrong"), SqlNotes(bench.database), WORDS)
    with pytest.raises(Broken) as no:
        await chat.run(bench.sink)
    assert no.value.sentence.key == "matrix.token"
    await chat.close()


async def test_a_server_that_is_not_there_or_never_answers_ends_the_start_with_its_reason(bench):
    nowhere = MatrixChat(open_api("http://127.0.0.1:1", "x"), SqlNotes(bench.database), WORDS)
    with pytest.raises(Broken, match="ConnectError"):
        await nowhere.run(bench.sink)
    await nowhere.close()
    slow = bench.chat(start_s=0.3)
    bench.server.freeze()
    try:
        with pytest.raises(Broken, match="no answer within"):
            await slow.run(bench.sink)
    finally:
        bench.server.thaw()
    await slow.close()


async def _sent(sender):
    await sender.flush()
    await asyncio.gather(*sender._flying, return_exceptions=True)


async def _flushed(sender, second):
    """The card first, then the word about how it went out: whatever is due by now."""
    await _sent(sender)
    await second.look()
    async with second.database.reading() as connection:
        unsent = select(outbox.c.key).where(outbox.c.sent_at.is_(None))
        told = select(outbox.c.key).where(outbox.c.key.startswith("second:"), outbox.c.sent_at.is_not(None))
        return (await connection.execute(unsent)).first() is None and (await connection.execute(told)).first()


async def _is_up(chat):
    return not await _is_down(chat)


async def _is_down(chat):
    try:
        await chat.ready()
    except Broken:
        return True
    return False


async def _is_kept(bench):
    """How far was heard is written down, so that nothing has to come twice."""

    async def kept():
        return await SqlNotes(bench.database).get(f"matrix:since:{bench.account.user}")

    await until(kept, "the place in the stream")
