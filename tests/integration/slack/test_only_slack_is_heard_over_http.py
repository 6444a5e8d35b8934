"""HTTP mode: what Slack did not sign, or signed long ago, is refused and leaves no trace."""

import io
import time

import aiohttp
import pytest

from bot.chat.port import Commanded, Said
from iac.errors import Broken
from tests.fixtures.slack.fake import ALICE, OPS
from tests.integration.slack.over_http import SECRET, serving


@pytest.mark.parametrize(
    ("secret", "at"),
    [("another secret", None), (SECRET, -400), (SECRET, 400), ("", None)],
    ids=["forged", "old", "of the future", "signed with nothing"],
)
async def test_what_is_forged_or_old_is_refused_and_not_stored(room, secret, at):
    async with serving(room):
        room.slack.way.secret = secret
        room.slack.way.at = None if at is None else int(time.time()) + at
        said = await room.slack.say(ALICE, OPS, "call it api01")
        for delivery in said.deliveries:
            await delivery.over.wait()
        command = await room.slack.command(ALICE, OPS, "/threadform", "help")
        assert {status for each in (*said.deliveries, command) for status in each.statuses} == {401}
        assert room.heard.events == {}
        room.slack.way.secret, room.slack.way.at = SECRET, None
        assert (await room.slack.command(ALICE, OPS, "/threadform", "help")).is_acked
        await (await room.slack.say(ALICE, OPS, "call it api02")).acked()
        assert [type(event) for event in room.heard.events.values()] == [Commanded, Said]


async def test_an_unsigned_call_and_a_huge_one_are_refused(room):
    async with serving(room), aiohttp.ClientSession() as anybody:
        async with anybody.post(room.slack.way.url, json={"type": "event_callback"}) as answer:
            assert answer.status == 401
        async with anybody.post(room.slack.way.url, data=io.BytesIO(b"x" * 2_000_000)) as answer:
            assert answer.status == 413
        assert room.heard.events == {}
        assert (await room.slack.verify_url("a challenge")) == {"status": 200, "challenge": "a challenge"}


@pytest.mark.parametrize("secret", ["", "  "])
async def test_without_a_signing_secret_http_mode_does_not_start(room, secret):
    chat = room.again(mode="http", signing=secret, app="")
    with pytest.raises(Broken, match="SIGNING_SECRET is empty"):
        await chat.run(room.heard)


async def test_over_http_what_cannot_be_stored_is_not_acknowledged_and_comes_again(room):
    async with serving(room):
        room.slack.mention_kinds, room.slack.carrier.again_s = ("app_mention",), (0.0,)
        room.heard.faults = [RuntimeError("the database is away")]
        said = await (await room.slack.say(ALICE, OPS, "call it api01")).acked()
        assert said.deliveries[0].statuses == [500, 200]
        assert [event.text for event in room.heard.of(Said)] == ["call it api01"]
