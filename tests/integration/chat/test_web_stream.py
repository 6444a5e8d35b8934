"""The live stream over HTTP and SQLite: rows of another process, a reader who was away, and who may not read."""

import asyncio
import contextlib
import json
import sys

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from bot.chat.port import Actor, Card
from bot.chat.web import WebChat
from bot.store.database import open_database
from bot.store.upgrading import upgrade
from bot.store.weblog import SqlWebLog
from tests.fixtures.browser import PEOPLE, WORDS, until
from tests.fixtures.page import Inbox, asked

SECRET = b"a secret of the tests"
OTHER_PROCESS = """
import asyncio, sys
from bot.chat.port import Card
from bot.chat.web import WebChat, WebPerson
from bot.chat.words import Words
from bot.store.database import open_database
from bot.store.weblog import SqlWebLog

async def main(url, thread, texts):
    database = open_database(url)
    chat = WebChat(SqlWebLog(database), Words.load(), [WebPerson("alice", "Alice")], b"x")
    to = chat.room.conversation(thread)
    for text in texts:
        await chat.post(to, Card(text, title=text), key=text)
    message = await chat.post(to, Card(texts[0]), key=texts[0])
    await chat.edit(message, Card("edited there", title="edited there"), key="e")
    await database.close()

asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
"""


@pytest.fixture
async def url(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'page.db'}"
    await asyncio.to_thread(upgrade, url)
    return url


@pytest.fixture
async def chat(url):
    database = open_database(url)
    chat = WebChat(SqlWebLog(database), WORDS, PEOPLE, SECRET)
    chat.room.sink = Inbox()
    yield chat
    await database.close()


@pytest.fixture
async def base(chat):
    config = uvicorn.Config(Starlette(routes=chat.routes()), port=0, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await asyncio.to_thread(until, lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    await chat.close()
    server.should_exit = True
    await serving


@contextlib.asynccontextmanager
async def entered(chat, base, person="alice"):
    async with httpx.AsyncClient(base_url=base, headers={"origin": base}, timeout=60) as browser:
        await browser.get(chat.link(person=person))
        yield browser


async def heard(browser, thread, words, *, since=0, last=None):
    """The events of the stream as (id, kind, content), up to the first whose content has these words."""
    found, fields = [], {}
    headers = {} if last is None else {"last-event-id": str(last)}
    async with browser.stream("GET", f"/stream?thread={thread}&since={since}", headers=headers) as answer:
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            fields[name] = value
            if line or "id" not in fields:
                continue
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
            fields = {}
            if words in json.dumps(found[-1][2], ensure_ascii=False):
                return found
    raise AssertionError(f"the stream ended without {words!r}")


async def test_what_another_process_says_is_shown_at_once(chat, base, url):
    async with entered(chat, base) as alice:
        thread = await asked(alice)
        reading = asyncio.create_task(heard(alice, thread, "edited there"))
        told = ("one from there", "two from there")
        writer = await asyncio.create_subprocess_exec(sys.executable, "-c", OTHER_PROCESS, url, thread, *told)
        assert await writer.wait() == 0
        events = await asyncio.wait_for(reading, 60)
        page = (await alice.get(f"/t/{thread}")).text
    shown = [content["plain"] for _, kind, content in events if kind in ("posted", "edited")]
    assert shown == ["Alice: 4c/8g, call it api01", "one from there", "two from there", "edited there"]
    ids = [number for number, _, _ in events]
    assert ids == sorted(set(ids))
    assert page.count("edited there</h2>") == 1
    assert "one from there" not in page.partition('id="log"')[2]


async def test_a_browser_that_was_away_gets_what_came_since_and_nothing_twice(chat, base):
    async with entered(chat, base) as alice:
        thread = await asked(alice)
        to = chat.room.conversation(thread)
        await chat.post(to, Card("before"), key="1")
        (*_, (last, _, _)) = await heard(alice, thread, "before")
        await chat.status(to, "thinking")
        await chat.post(to, Card("while away"), key="2")
        events = await heard(alice, thread, "while away", since=0, last=last)
    assert all(number > last for number, _, _ in events)
    assert [content["plain"] for _, kind, content in events if kind == "posted"] == ["while away"]
    assert "status" not in {kind for _, kind, _ in events}


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "٣x", "²", "9" * 19, "9" * 5000])
async def test_a_number_that_is_none_is_refused_in_words(chat, base, last):
    async with entered(chat, base) as alice:
        answer = await alice.get("/stream?thread=t", headers={"last-event-id": last.encode()})
        assert answer.status_code == 400
        assert answer.json()["sentence"]


async def test_a_private_note_streams_to_its_reader_alone(chat, base):
    async with entered(chat, base) as alice, entered(chat, base, "bob") as bob:
        thread = await asked(alice)
        to = chat.room.conversation(thread)
        await chat.whisper(to, Actor("web", "alice"), Card("for alice alone"), key="w")
        await chat.post(to, Card("for both"), key="p")
        hers, his = await asyncio.gather(*(heard(reader, thread, "for both") for reader in (alice, bob)))
    assert "for alice alone" in json.dumps(hers)
    assert "for alice alone" not in json.dumps(his)


async def test_a_thread_that_somebody_else_begins_comes_into_the_list_of_whoever_looks(chat, base):
    async with entered(chat, base) as alice, entered(chat, base, "bob") as bob:
        looking = asyncio.create_task(heard(bob, "", "call it api01"))
        thread = await asked(alice)
        ((_, kind, content),) = await asyncio.wait_for(looking, 60)
    assert (kind, content["thread"]) == ("listed", thread)


async def test_two_readers_who_say_the_same_thing_at_once_are_two_threads_in_order(chat, base):
    async with entered(chat, base) as alice, entered(chat, base, "bob") as bob:
        first, second = await asyncio.gather(asked(alice), asked(bob))
        assert first != second
        page = (await alice.get("/")).text
    assert page.count("data-thread=") - 1 == 2


async def test_closing_the_page_ends_every_open_stream(chat, base):
    async with entered(chat, base) as alice:
        thread = await asked(alice)
        async with alice.stream("GET", f"/stream?thread={thread}") as answer:
            await chat.close()
            async with asyncio.timeout(60):
                await answer.aread()
    assert answer.headers["content-type"].startswith("text/event-stream")
