"""What goes wrong with a call is told apart: too fast, a no, or something of which nobody knows what it did."""

from types import SimpleNamespace

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.chat.port import TooFast
from bot.chat.slack.calling import Calls, No, translated
from iac.errors import Broken


def _answer(status=200, error="", headers=None, **more):
    data = {"ok": False, **({"error": error} if error else {}), **more}
    return SlackApiError("no", SimpleNamespace(status_code=status, data=data, headers=headers or {}))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "30"}, 30), ({"retry-after": "2.5"}, 2.5), ({}, 1), ({"Retry-After": "soon"}, 1)],
)
def test_too_fast_is_told_with_how_long_to_wait(headers, seconds):
    fault = translated("chat.postMessage", _answer(429, "ratelimited", headers))
    assert isinstance(fault, TooFast)
    assert fault.seconds == seconds


def test_a_no_keeps_slacks_word_and_the_scope_that_is_missing():
    fault = translated("users.info", _answer(error="missing_scope", needed="users:read"))
    assert isinstance(fault, No)
    assert (fault.code, fault.needed) == ("missing_scope", "users:read")
    assert "users:read" in str(fault)


@pytest.mark.parametrize(
    "fault",
    [
        _answer(500, "internal_error"),
        _answer(200, "fatal_error"),
        _answer(503),
        _answer(502, "channel_not_found"),
        aiohttp.ServerDisconnectedError(),
        TimeoutError(),
        ConnectionResetError("reset"),
    ],
    ids=repr,
)
def test_where_nobody_knows_what_was_done_the_same_may_be_tried_again(fault):
    told = translated("chat.postMessage", fault)
    assert isinstance(told, Broken)
    assert told.is_worth_retrying
    assert "chat.postMessage" in told.act
    assert told.why


def test_a_defect_of_ours_stays_one():
    assert isinstance(translated("chat.postMessage", KeyError("x")), KeyError)


async def test_after_the_end_nothing_is_called_and_no_connection_opened():
    calls = Calls("xoxb-1", "http://127.0.0.1:1/api/")
    await calls.close()
    with pytest.raises(Broken, match="closing"):
        await calls.call("auth.test")


def test_a_token_is_not_shown_by_what_carries_it():
    assert "xoxb-1" not in repr(Calls("xoxb-1", "https://slack.com/api/"))
