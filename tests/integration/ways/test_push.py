"""A push message over real HTTP, as ntfy reads it."""

import asyncio
from dataclasses import dataclass, field
from email.header import decode_header, make_header

import pytest
from aiohttp import web

from bot.chat.port import Card
from bot.ports import Notice
from bot.ways import Push
from iac.errors import Broken


@dataclass
class Service:
    """A service that keeps what was posted, and answers what it is told to."""

    url: str = ""
    status: int = 200
    posts: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.posts.append((request.path, dict(request.headers), await request.text()))
        return web.Response(status=self.status)


@pytest.fixture
async def service():
    made, app = Service(), web.Application()
    app.router.add_post("/{topic}", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/proxmox"
    yield made
    await runner.cleanup()


def notice(text="It broke.", title="api01: broken", severity="critical"):
    return Notice("run:1:errored", severity, title, text, Card(title))


async def test_the_words_are_the_body_and_the_rest_stands_in_headers(service):
    await Push(service.url, "tk_word").send(notice("Ça a cassé.", "api01 : échec"))
    ((path, headers, body),) = service.posts
    assert (path, body) == ("/proxmox", "Ça a cassé.")
    assert str(make_header(decode_header(headers["Title"]))) == "api01 : échec"
    assert (headers["Priority"], headers["Tags"]) == ("5", "rotating_light")
    assert headers["Authorization"] == "Bearer tk_word"


async def test_less_is_less_loud_and_no_token_is_no_header(service):
    await Push(service.url).send(notice(severity="warning"))
    ((_, headers, _),) = service.posts
    assert headers["Priority"] == "4"
    assert "Authorization" not in headers


async def test_what_no_phone_shows_is_cut_at_a_line_and_says_so(service):
    await Push(service.url).send(notice("\n".join(f"line {n} é" for n in range(2_000))))
    ((_, _, body),) = service.posts
    assert len(body.encode()) < 4_096
    assert body.endswith(" é\n[…]")


async def test_no_title_makes_a_header_of_its_own(service):
    await Push(service.url).send(notice(title="api01\r\nAuthorization: Bearer mine"))
    ((_, headers, _),) = service.posts
    assert headers["Title"] == "api01 Authorization: Bearer mine"
    assert "Authorization" not in headers


@pytest.mark.parametrize("status", [301, 403, 429, 500])
async def test_an_answer_that_is_no_yes_is_a_fault(service, status):
    service.status = status
    with pytest.raises(Broken, match=str(status)):
        await Push(service.url).send(notice())


async def test_a_service_that_is_not_there_or_never_answers_is_a_fault():
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
    with pytest.raises(Broken, match="Timeout"):
        await Push(url, seconds=0.2).send(notice())
    server.close()
    await server.wait_closed()
    with pytest.raises(Broken, match="Connect"):
        await Push("http://127.0.0.1:1/x").send(notice())
