"""The doors of the page: who gets in, what is refused in words, and that nothing is said twice."""

import asyncio
import json

import pytest

from bot.chat.port import (
    Actor,
    Button,
    Buttons,
    Card,
    Commanded,
    Diff,
    Filled,
    Form,
    How,
    Input,
    Option,
    Pressed,
    Said,
    Text,
)
from bot.chat.web.bodies import PAGE
from tests.fixtures.browser import new_chat
from tests.fixtures.page import NONCE, Inbox, asked, browser_of, entered, post
from tests.fixtures.weblog import MemoryLog

BUTTONS = Buttons((Button("approve", "Approve", "r1:abc", "primary"),))
FORM = Form("f1", "One question", (Input("t", "System?", "choice", (Option("Ubuntu", "u"),), "u"),), state="ours")


@pytest.fixture
async def world():
    chat, inbox = new_chat(MemoryLog(), has_people_switch=False), Inbox()
    hearing = asyncio.create_task(chat.run(inbox))
    await asyncio.sleep(0)
    yield chat, inbox
    await chat.close()
    await hearing


async def test_a_stranger_sees_no_thread_and_is_told_the_way_in(world):
    async with browser_of(world[0]) as browser:
        page = await browser.get("/", headers={"accept": "text/html"})
        assert page.status_code == 401
        assert "personal link" in page.text
        assert (await post(browser, "/say", text="hi")).status_code == 401
        assert (await browser.get("/stream")).status_code == 401


async def test_a_link_lets_one_browser_in_once(world):
    chat, _ = world
    link = chat.link(person="bob")
    async with browser_of(chat) as first, browser_of(chat) as second:
        assert (await first.get(link)).status_code == 303
        assert "Bob" in (await first.get("/")).text
        used = await second.get(link)
        assert used.status_code == 401
        assert "used already" in used.text
        assert (await first.get(link)).headers["location"] == "/"


async def test_a_cookie_is_kept_from_scripts_and_cannot_be_forged(world):
    chat, _ = world
    async with browser_of(chat) as browser:
        cookie = (await browser.get(chat.link())).headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        kept = browser.cookies["threadform"]
    for forged in (kept[:-1] + ("0" if kept[-1] != "0" else "1"), "a.b", "é", ""):
        async with browser_of(chat, cookies={"threadform": forged.encode("ascii", "replace").decode()}) as browser:
            assert (await browser.get("/")).status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
async def test_a_name_that_is_not_ours_is_refused(world, host):
    async with entered(world[0]) as browser:
        assert (await browser.get("/", headers={"host": host})).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_sites_page_cannot_post(world, origin):
    chat, inbox = world
    async with entered(chat) as browser:
        answer = await browser.post("/say", json={"nonce": NONCE, "text": "hi"}, headers={"origin": origin})
        assert answer.status_code == 403
    assert not inbox.heard


async def test_every_answer_forbids_scripts_from_elsewhere(world):
    async with entered(world[0]) as browser:
        for path in ("/", "/static/app.js", "/t/nowhere", "/diff/1/0"):
            policy = (await browser.get(path)).headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy


async def test_a_message_is_heard_with_its_person_and_shown_in_its_thread(world):
    chat, inbox = world
    async with entered(chat) as browser:
        thread = await asked(browser, "hello <b>you</b>")
        page = (await browser.get(f"/t/{thread}")).text
    (event,) = inbox.heard
    assert isinstance(event, Said)
    assert (event.who, event.text, event.is_to_bot) == (Actor("web", "alice", "Alice"), "hello <b>you</b>", True)
    assert event.conversation.key == f"web:local:main:{thread}"
    assert "hello &lt;b&gt;you&lt;/b&gt;" in page


async def test_a_message_that_begins_with_a_command_is_that_command(world):
    chat, inbox = world
    async with entered(chat) as browser:
        thread = await asked(browser, "/freeze <b>storage</b> move")
        page = (await browser.get(f"/t/{thread}")).text
    (event,) = inbox.heard
    assert isinstance(event, Commanded)
    assert (event.who.key, event.name, event.text) == ("web:alice", "freeze", "<b>storage</b> move")
    assert "/freeze &lt;b&gt;storage" in page


async def test_the_same_nonce_says_a_thing_once(world):
    chat, inbox = world
    async with entered(chat) as browser:
        first, second = await asked(browser), await asked(browser)
        page = (await browser.get(f"/t/{first}")).text
    assert first == second
    assert len(inbox.heard) == 1
    assert page.count("<article") == 1


async def test_a_message_that_could_not_be_stored_is_marked_until_a_repeat_gets_through(world):
    chat, inbox = world
    inbox.fault = OSError("the disk is gone")
    async with entered(chat) as browser:
        answer = await post(browser, "/say", text="hi")
        assert answer.status_code == 503
        assert "still in the box" in answer.json()["sentence"]
        (thread,) = await chat.room.threads()
        assert "Not delivered" in (await browser.get(f"/t/{thread.thread}")).text
        inbox.fault = None
        assert (await post(browser, "/say", text="hi")).status_code == 200
        assert "Not delivered" not in (await browser.get(f"/t/{thread.thread}")).text
    assert len(inbox.heard) == 1


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("", 422, "nothing in your message"),
        (" \n ", 422, "nothing"),
        ("x" * 16_001, 422, "16,001"),
        ("a\x00b", 400, "plain text"),
        (3, 400, "plain text"),
        ("\ud800", 400, "plain text"),
    ],
)
async def test_a_message_that_is_none_is_refused_in_words(world, text, status, words):
    chat, inbox = world
    async with entered(chat) as browser:
        body = json.dumps({"nonce": NONCE, "text": text}).encode()
        answer = await browser.post("/say", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert words in answer.json()["sentence"]
    assert not inbox.heard


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b'{"nonce": "\xe9"}', b"[]", b"{}", b"null", b"[" * 100_000])
async def test_bytes_that_are_no_text_are_refused_in_words(world, body):
    async with entered(world[0]) as browser:
        answer = await browser.post("/say", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert "plain text" in answer.json()["sentence"]


async def test_a_body_beyond_all_measure_is_refused(world):
    async with entered(world[0]) as browser:
        answer = await post(browser, "/say", text="x" * (1 << 20))
    assert answer.status_code == 413


async def test_a_refusal_is_in_the_language_of_the_browser(world):
    async with entered(world[0]) as browser:
        browser.headers["accept-language"] = "fr-FR,fr;q=0.9"
        assert "encore vide" in (await post(browser, "/say", text="")).json()["sentence"]
        assert 'lang="fr"' in (await browser.get("/")).text


async def test_a_button_on_its_card_is_heard_and_one_that_is_gone_is_refused(world):
    chat, inbox = world
    async with entered(chat, "bob") as browser:
        to = chat.room.conversation(await asked(browser))
        message = await chat.post(to, Card("p", (BUTTONS,)), key="run:1")
        pressing = {"message": int(message.id), "action": "approve", "value": "r1:abc"}
        assert (await post(browser, "/press", **pressing, nonce="a" * 16)).status_code == 200
        assert (await post(browser, "/press", **{**pressing, "value": "r2:abc"})).status_code == 409
        assert await chat.edit(message, Card("p", (Text("done"),)), key="run:1:approved") is How.NATIVE
        gone = await post(browser, "/press", **pressing, nonce="b" * 16)
    assert gone.status_code == 409
    assert "changed nothing" in gone.json()["sentence"]
    (press,) = [event for event in inbox.heard if isinstance(event, Pressed)]
    assert (press.who.id, press.action, press.value, press.message) == ("bob", "approve", "r1:abc", message)


async def test_a_form_is_answered_once_with_our_state_and_shows_the_answer(world):
    chat, inbox = world
    async with entered(chat) as browser:
        thread = await asked(browser)
        message = await chat.post(chat.room.conversation(thread), Card("p", (FORM,)), key="ask")
        filling = {"message": int(message.id), "form": "f1", "state": "forged"}
        bad = await post(browser, "/fill", **filling, values={"t": "not offered"})
        assert bad.status_code == 422
        assert "t" in bad.json()["fields"]
        inbox.wrong = {"t": "Not that one today."}
        told = await post(browser, "/fill", **filling, values={"t": "u"}, nonce="a" * 16)
        assert told.json()["fields"] == {"t": "Not that one today."}
        inbox.wrong = None
        assert (await post(browser, "/fill", **filling, values={"t": "u"}, nonce="b" * 16)).status_code == 200
        assert (await post(browser, "/fill", **filling, values={"t": "u"}, nonce="c" * 16)).status_code == 409
        page = (await browser.get(f"/t/{thread}")).text
    filled = [event for event in inbox.heard if isinstance(event, Filled)]
    assert {event.state for event in filled} == {"ours"}
    assert "Answered by Alice" in page


async def test_a_private_note_is_for_its_reader_alone(world):
    chat, _ = world
    async with entered(chat) as alice, entered(chat, "bob") as bob:
        thread = await asked(alice)
        note = Card("secret", (Text("for alice"), Diff("d", "+ secret line"), BUTTONS))
        await chat.whisper(chat.room.conversation(thread), Actor("web", "alice"), note, key="w1")
        await chat.whisper(chat.room.conversation(thread), Actor("web", "alice"), note, key="w1")
        assert (await alice.get(f"/t/{thread}")).text.count("for alice") == 1
        assert "for alice" not in (await bob.get(f"/t/{thread}")).text
        seq = next(row.seq for row in chat.log.rows if row.kind == "note")
        assert (await alice.get(f"/diff/{seq}/1")).status_code == 200
        assert (await bob.get(f"/diff/{seq}/1")).status_code == 404
        pressed = await post(bob, "/press", message=seq, action="approve", value="r1:abc")
        assert pressed.status_code == 409


async def test_a_card_posted_twice_under_one_key_is_one_message(world):
    chat, _ = world
    to = chat.room.conversation("t1")
    first = await chat.post(to, Card("one"), key="k")
    assert await chat.post(to, Card("two"), key="k") == first


async def test_a_card_without_a_thread_starts_one_that_a_repeat_finds_again(world):
    chat, _ = world
    anywhere = chat.room.conversation("x").__class__("web", "local", "main")
    first = await chat.post(anywhere, Card("news"), key="k")
    assert first.conversation.thread
    assert await chat.post(anywhere, Card("news"), key="k") == first


async def test_people_are_switched_only_where_that_is_allowed(world):
    async with entered(new_chat(MemoryLog())) as browser:
        assert (await post(browser, "/person", person="bob")).status_code == 200
        assert '"bob" selected' in (await browser.get("/")).text
        assert (await post(browser, "/person", person="mallory")).status_code == 422
    async with entered(world[0]) as browser:
        assert (await post(browser, "/person", person="bob")).status_code == 403
        assert "<select" not in (await browser.get("/")).text


async def test_a_thread_longer_than_one_reading_is_shown_whole(world):
    chat, _ = world
    async with entered(chat) as browser:
        thread = await asked(browser)
        to = chat.room.conversation(thread)
        for number in range(PAGE + 5):
            await chat.post(to, Card(f"number {number}"), key=f"k{number}")
        assert (await browser.get(f"/t/{thread}")).text.count("<article") == PAGE + 6


async def test_the_list_shows_how_each_thread_stands(world):
    chat, _ = world
    async with entered(chat) as browser:
        thread = await asked(browser, "first line\nsecond")
        message = await chat.post(chat.room.conversation(thread), Card("p", title="x", tone="busy"), key="run:1")
        assert [(t.title, t.tone) for t in await chat.room.threads()] == [("first line", "busy")]
        await chat.edit(message, Card("p", title="x", tone="good"), key="run:1:done")
        assert [(t.title, t.tone) for t in await chat.room.threads()] == [("first line", "good")]


async def test_there_is_an_icon_and_no_way_out_of_the_static_files(world):
    async with browser_of(world[0]) as browser:
        icon = await browser.get("/favicon.ico", follow_redirects=True)
        assert icon.headers["content-type"].startswith("image/svg+xml")
        for path in ("/static/../adapter.py", "/static/..%2fadapter.py", "/static/adapter.py"):
            assert (await browser.get(path)).status_code == 404
