"""A card on Slack is said once, as a whole, in its place; what Slack refuses is done another way, never in public."""

import json

import pytest

from bot.chat.port import Actor, Card, Code, Diff, How, Text, TooFast
from iac.errors import Broken, Refused
from tests.fixtures.slack.fake import ALICE, BOB, LAB, OPS
from tests.fixtures.slack.workspace import BOT_USER, buttons_of, read
from tests.integration.slack.conftest import CARD, place

BOB_HIMSELF = Actor("slack", BOB, "Bob")
LINES = 2_000
LONG = Card(
    "A plan", (Text("many lines"), Diff("changes", "".join(f"+ line {n}\n" for n in range(LINES)))), "A plan", "waiting"
)


async def test_a_card_begins_a_thread_and_is_found_by_its_key_by_another_process(room):
    message = await room.chat.post(place(), CARD, key="run:1")
    assert message.conversation == place(message.id)
    assert await room.again().find(place(), "run:1") == message
    assert await room.chat.find(place(message.id), "run:1") == message
    assert await room.chat.find(place(), "run:2") is None


async def test_a_card_that_went_out_although_slack_said_no_is_found_and_not_said_again(room):
    room.slack.faults.next("chat.postMessage", status=500, is_done=True)
    with pytest.raises(Broken):
        await room.chat.post(place(), CARD, key="run:1")
    assert await room.chat.find(place(), "run:1") is not None


async def test_a_look_that_slack_puts_off_leaves_the_doubt_as_it_is(room):
    """The outbox takes ``TooFast`` for: nothing was said."""
    await room.chat.post(place(), CARD, key="run:1")
    room.slack.faults.next("conversations.history", status=429, error="ratelimited", headers={"Retry-After": "1"})
    with pytest.raises(Broken, match="asks to wait") as fault:
        await room.chat.find(place(), "run:1")
    assert fault.value.is_worth_retrying


async def test_where_slack_is_too_fast_the_outbox_is_told_how_long_to_wait(room):
    room.slack.faults.next("chat.postMessage", status=429, error="ratelimited", headers={"Retry-After": "7"})
    with pytest.raises(TooFast) as wait:
        await room.chat.post(place(), CARD, key="run:1")
    assert wait.value.seconds == 7
    assert room.slack.count("chat.postMessage") == 1


async def test_a_long_diff_is_an_excerpt_and_the_whole_as_a_file_of_type_diff(room):
    message = await room.chat.post(place(), LONG, key="run:1")
    shown = read(await room.slack.message(OPS, lambda m: "more lines" in read(m)))
    hidden = int(shown.split("… ")[1].split(" more lines")[0].replace(",", ""))
    assert 0 < LINES - hidden < LINES
    file = room.slack.file("plan.diff")
    assert file.snippet == "diff"
    assert file.content.decode().count("\n") == LINES
    assert [each["ts"] for each in room.slack.thread(OPS, message.id) if each.get("files")] == [file.shared[0][1]]


@pytest.mark.parametrize("broken", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
async def test_a_file_that_was_lost_behind_its_message_follows_and_the_message_is_not_said_again(room, broken):
    room.slack.faults.next(broken, status=500)
    with pytest.raises(Broken):
        await room.chat.post(place(), LONG, key="run:1")
    chat = room.again()
    assert await chat.find(place(), "run:1") is None, "a file is missing"
    message = await chat.post(place(), LONG, key="run:1")
    assert await chat.find(place(), "run:1") == message
    assert len(room.slack.workspace.of(OPS)) == 2
    assert room.slack.file("plan.diff").content.decode().count("\n") == LINES


async def test_a_card_that_somebody_deleted_before_it_was_whole_is_said_anew(room):
    room.slack.faults.next("upload", status=500)
    with pytest.raises(Broken):
        await room.chat.post(place(), LONG, key="run:1")
    assert await room.chat.find(place(), "run:1") is None
    room.slack.workspace.of(OPS).clear()
    assert await room.chat.find(place(), "run:1") is None
    message = await room.chat.post(place(), LONG, key="run:1")
    assert next(iter(room.slack.workspace.of(OPS))) == message.id


async def test_a_file_that_was_shared_although_slack_said_no_is_looked_for_and_not_shared_again(room):
    room.slack.faults.next("files.completeUploadExternal", status=500, is_done=True)
    message = await room.chat.post(place(), LONG, key="run:1")
    assert await room.again().find(place(), "run:1") == message
    assert len(room.slack.workspace.of(OPS)) == 2


async def test_a_file_that_slack_does_not_let_us_share_is_missing_with_the_reason(room):
    room.slack.faults.next("files.getUploadURLExternal", error="missing_scope")
    message = await room.chat.post(place(), LONG, key="run:1")
    assert [read(m) for m in room.slack.thread(OPS, message.id) if "could not be attached" in read(m)]
    assert await room.again().find(place(), "run:1") == message


async def test_an_edit_replaces_the_card_takes_its_buttons_and_attaches_no_file_twice(room):
    message = await room.chat.post(place(), LONG, key="run:1")
    done = Card("Done", (*LONG.parts, Text("by Bob")), "Done", "good")
    for chat in (room.chat, room.again()):
        assert await chat.edit(message, done, key="run:1:applied") is How.NATIVE
    [card, file] = room.slack.thread(OPS, message.id)
    assert "Done" in read(card)
    assert buttons_of(card) == []
    assert file["files"][0]["name"] == "plan.diff"


async def test_a_card_that_may_not_be_edited_follows_once_and_is_edited_from_then_on(room):
    message = await room.chat.post(place(), CARD, key="run:1")
    room.slack.faults.next("chat.update", error="edit_window_closed")
    assert await room.chat.edit(message, Card("At work", title="At work"), key="run:1:applying") is How.DEGRADED
    room.slack.faults.next("chat.update", error="edit_window_closed")
    assert await room.again().edit(message, Card("Done", title="Done"), key="run:1:applied") is How.DEGRADED
    [_, follower] = room.slack.thread(OPS, message.id)
    assert "Updated: Done" in read(follower)
    assert await room.chat.edit(message, Card("Usable", title="Usable"), key="run:1:usable") is How.DEGRADED
    assert len(room.slack.thread(OPS, message.id)) == 2


async def test_a_private_word_is_for_one_person_in_the_thread(room):
    message = await room.chat.post(place(), CARD, key="run:1")
    told = await room.chat.whisper(message.conversation, BOB_HIMSELF, Card("You may not approve."), key="note:1")
    assert told is How.NATIVE
    assert "may not approve" in read(room.slack.whispers(BOB)[0])
    assert room.slack.whispers(ALICE) == []
    assert "may not approve" not in json.dumps(room.slack.workspace.messages)


@pytest.mark.parametrize("code", ["channel_not_found", "user_not_in_channel", "is_archived", "some_new_error"])
async def test_a_private_word_that_slack_refuses_goes_to_the_persons_direct_messages_once(room, code):
    for chat in (room.chat, room.again()):
        room.slack.faults.next("chat.postEphemeral", error=code)
        assert await chat.whisper(place(), BOB_HIMSELF, Card("Only for you."), key="note:1") is How.DEGRADED
    [word] = room.slack.whispers(BOB)
    assert "Only for you." in read(word)
    assert list(room.slack.workspace.of(OPS)) == []


async def test_a_private_word_that_cannot_be_private_is_not_said(room):
    room.slack.faults.always("chat.postEphemeral", error="channel_not_found")
    room.slack.faults.always("conversations.open", error="user_disabled")
    assert await room.chat.whisper(place(), BOB_HIMSELF, Card("Only for you."), key="note:1") is How.DEGRADED
    assert room.slack.count("chat.postMessage") == 0


async def test_in_a_direct_conversation_a_private_word_is_said_there_and_only_to_the_one_it_belongs_to(room):
    """An approver's private word about a request that was made in somebody else's direct messages."""
    alices = room.slack.workspace.direct(ALICE)
    message = await room.chat.post(place(channel=alices.id), CARD, key="run:1")
    own = await room.chat.whisper(message.conversation, Actor("slack", ALICE), Card("For Alice."), key="note:1")
    other = await room.chat.whisper(message.conversation, BOB_HIMSELF, Card("For Bob."), key="note:2")
    assert (own, other) == (How.NATIVE, How.DEGRADED)
    [_, word] = room.slack.thread(alices.id, message.id)
    assert "For Alice." in read(word)
    assert [read(each) for each in room.slack.workspace.of(room.slack.workspace.direct(BOB).id).values()] == [
        "For Bob.\nFor Bob."
    ]
    assert "For Bob." not in json.dumps(room.slack.workspace.of(alices.id))


async def test_a_private_word_with_a_file_goes_to_the_direct_messages_with_it(room):
    secret = Card("Copy this", (Code("ssh '" + "x" * 5_000 + "'"),))
    assert await room.chat.whisper(place(), BOB_HIMSELF, secret, key="note:1") is How.DEGRADED
    home = room.slack.workspace.direct(BOB)
    assert [channel for channel, _ in room.slack.file("text.txt").shared] == [home.id]


async def test_a_workspace_that_does_not_know_collapsible_blocks_gets_the_words_below_each_other(room):
    folded = Card("A report", (Diff("3 changes", "+ a\n"),), "A report", "good")
    room.slack.faults.next("chat.postMessage", error="invalid_blocks")
    await room.chat.post(place(), folded, key="run:1")
    await room.chat.post(place(), folded, key="run:2")
    assert room.slack.count("chat.postMessage") == 3
    assert not [m for m in room.slack.workspace.of(OPS).values() if "container" in json.dumps(m["blocks"])]


async def test_a_card_that_slack_never_takes_is_given_up_at_once(room):
    room.slack.faults.next("chat.postMessage", 2, error="invalid_blocks")
    with pytest.raises(ValueError, match="invalid_blocks"):
        await room.chat.post(place(), CARD, key="run:1")


async def test_a_thread_cannot_begin_where_we_are_not_and_that_is_final(room):
    with pytest.raises(Refused) as no:
        await room.chat.post(place(channel=LAB), CARD, key="run:1")
    assert no.value.sentence.values == {"why": "not_in_channel"}


async def test_a_thread_that_we_were_put_out_of_is_tried_again_later(room):
    message = await room.chat.post(place(), CARD, key="run:1")
    room.slack.workspace.channels[OPS].members.discard(BOT_USER)
    with pytest.raises(Broken, match="not_in_channel") as fault:
        await room.chat.post(place(message.id), CARD, key="run:2")
    assert fault.value.is_worth_retrying


async def test_long_words_are_several_messages_and_none_of_them_is_lost_or_doubled(room):
    words = Card("\n\n".join(f"Paragraph {n}: " + "word " * 500 for n in range(12)))
    await room.chat.post(place(), words, key="reply:1")
    first = len(room.slack.workspace.of(OPS))
    assert first > 2
    newest = list(room.slack.workspace.of(OPS))[-1]
    del room.slack.workspace.of(OPS)[newest]
    chat = room.again()
    assert await chat.find(place(), "reply:1") is None
    message = await chat.post(place(), words, key="reply:1")
    assert len(room.slack.workspace.of(OPS)) == first
    assert await chat.find(place(), "reply:1") == message


async def test_the_members_of_a_user_group_are_named_as_the_book_knows_them(room):
    room.slack.workspace.groups["S0OPS"] = ("ops", [BOB, ALICE])
    assert await room.chat.members("slack:S0OPS") == [f"slack:{BOB}", f"slack:{ALICE}"]
    assert await room.chat.name_of(f"slack:{BOB}") == "Bob"
    assert await room.chat.name_of("slack:U0NOBODY") == ""
    with pytest.raises(Broken, match="no_such_subteam"):
        await room.chat.members("slack:S0NONE")


async def test_no_name_of_ours_unfolds_a_page_or_calls_anybody(room):
    await room.chat.post(place(), CARD, key="run:1")
    [said] = [call.said for call in room.slack.calls if call.method == "chat.postMessage"]
    assert (said["unfurl_links"], said["unfurl_media"], said["link_names"], said["parse"]) == (
        False,
        False,
        False,
        "none",
    )
