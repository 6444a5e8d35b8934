"""``threadform doctor --live``: a second way and Matrix, tried for real, and what is said where they do not work."""

import secrets

from bot.cli.live import live_lines
from bot.settings import Settings
from tests.fixtures.mailbox import Postbox, mail_server
from tests.fixtures.matrix import Person


async def lines_of(**settings):
    return {line.name: line async for line in live_lines(Settings.model_validate(settings))}


async def test_a_mail_that_is_taken_is_told_and_one_that_is_not_says_what_to_check():
    ways = {"critical": {"minutes": 3, "by": ["mail", "push"]}}
    postbox = Postbox()
    with mail_server(postbox) as where:
        mail = {"mail_url": f"smtp://{where}", "mail_from": "bot@example.org", "mail_to": ["ann@example.org"]}
        push = {"push_url": "http://127.0.0.1:1/x"}
        found = await lines_of(second_ways=ways, **mail, **push)
    assert found["second way, mail"].is_ok
    assert "doctor --live" in postbox.letters[0][1].get_content()
    assert not found["second way, push"].is_ok
    assert "THREADFORM_PUSH_URL" in found["second way, push"].mend


async def test_a_card_lives_through_its_whole_life_in_a_room_for_that(synapse):
    mark = secrets.token_hex(4)
    alice, bot = Person.on(synapse.url, synapse.register(f"ann-{mark}")), synapse.register(f"bot-{mark}")
    room = await alice.room(bot.user)
    joining = Person.on(synapse.url, bot)
    await joining.join(room)
    found = await lines_of(matrix_url=synapse.url, matrix_token=bot.token, matrix_test_room=room)
    assert {name: line.found for name, line in found.items() if not line.is_ok} == {}
    assert len(found) == 5
    left = [event for event in await alice.timeline(room) if event["sender"] == bot.user]
    assert [event["content"] for event in left if event["type"] == "m.room.message" and event["content"]] == []
    for person in (alice, joining):
        await person.http.aclose()


async def test_a_token_nobody_knows_and_a_room_that_is_encrypted_say_the_way_on(synapse):
    found = await lines_of(matrix_url=synapse.url, matrix_token="syt_wrong")
    assert [line.is_ok for line in found.values()] == [False]
    assert "docs/matrix.md" in found["matrix, account"].mend
    mark = secrets.token_hex(4)
    bot = Person.on(synapse.url, synapse.register(f"bot-{mark}"))
    wishes = {"initial_state": [{"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]}
    room = await bot.room(**wishes)
    found = await lines_of(matrix_url=synapse.url, matrix_token=bot.account.token, matrix_test_room=room)
    assert "encrypted" in found["matrix, a post with a file"].found
    unnamed = await lines_of(matrix_url=synapse.url, matrix_token=bot.account.token)
    assert "THREADFORM_MATRIX_TEST_ROOM" in unnamed["matrix, messages"].mend
    await bot.http.aclose()
