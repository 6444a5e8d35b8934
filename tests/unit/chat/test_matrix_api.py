"""What a homeserver's answer means: wait, try again, give up, or a token that is no more."""

import httpx
import pytest

from bot.chat.matrix.api import MatrixApi, MatrixNo, open_api
from bot.chat.port import TooFast
from bot.domain.errors import Refused
from bot.store.sender import PERMANENT
from iac.errors import Broken


def answering(status, body=None, *, headers=None, text=""):
    def answer(request):
        if body is None:
            return httpx.Response(status, text=text, headers=headers)
        return httpx.Response(status, json=body, headers=headers)

    return MatrixApi(httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://127.0.0.1"))


async def fault_of(api, kind):
    with pytest.raises(kind) as found:
        await api.send("!r:x", "k", {})
    await api.http.aclose()
    return found.value


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "7"}, {"errcode": "M_LIMIT_EXCEEDED"}, 7),
        ({}, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2_500}, 2.5),
        ({}, {"errcode": "M_LIMIT_EXCEEDED"}, 5),
        ({"retry-after": "Fri, 31 Dec"}, {"retry_after_ms": "soon"}, 5),
    ],
)
async def test_a_server_that_asks_to_wait_says_for_how_long(headers, body, seconds):
    assert (await fault_of(answering(429, body, headers=headers), TooFast)).seconds == seconds


@pytest.mark.parametrize(("status", "body"), [(500, {}), (502, None), (504, {"errcode": "M_UNKNOWN"}), (200, [])])
async def test_a_server_that_does_not_do_it_is_asked_again(status, body):
    fault = await fault_of(answering(status, body, text="<html>bad gateway"), Broken)
    assert fault.is_worth_retrying
    assert fault.sentence.key == "matrix.silent"


async def test_a_token_that_is_no_more_is_named_and_may_be_put_right():
    fault = await fault_of(answering(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "no"}), Broken)
    assert fault.sentence.key == "matrix.token"
    assert fault.is_worth_retrying


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_no_is_for_good(status):
    fault = await fault_of(answering(status, {"errcode": "M_FORBIDDEN", "error": "not in the room"}), MatrixNo)
    assert isinstance(fault, PERMANENT)
    assert isinstance(fault, Refused)
    assert (fault.code, fault.sentence.values["why"]) == ("M_FORBIDDEN", "not in the room")


@pytest.mark.parametrize(("status", "code"), [(413, "M_TOO_LARGE"), (413, ""), (400, "M_TOO_LARGE")])
async def test_what_is_too_large_is_never_tried_again(status, code):
    assert isinstance(await fault_of(answering(status, {"errcode": code}), ValueError), PERMANENT)


async def test_a_server_that_is_not_there_is_asked_again():
    def nothing(request):
        raise httpx.ConnectError("refused")

    api = MatrixApi(httpx.AsyncClient(transport=httpx.MockTransport(nothing), base_url="http://127.0.0.1"))
    assert (await fault_of(api, Broken)).is_worth_retrying


async def test_the_token_is_in_a_header_and_in_no_address():
    seen = []

    def answer(request):
        seen.append(request)
        return httpx.Response(200, json={"event_id": "$e"})

    api = open_api("http://127.0.0.1/", "syt_word")
    await api.http.aclose()
    again = MatrixApi(
        httpx.AsyncClient(transport=httpx.MockTransport(answer), headers=api.http.headers, base_url="http://x")
    )
    assert await again.send("!r:x", "run:1", {"body": "b"}) == "$e"
    await again.http.aclose()
    assert seen[0].headers["authorization"] == "Bearer syt_word"
    assert "syt_word" not in str(seen[0].url)
    assert "syt_word" not in repr(api)
