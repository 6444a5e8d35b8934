"""Who gets in: in the lab everybody, as the first person; elsewhere whoever has a link, once, and a cookie of ours."""

import asyncio
import hashlib
import hmac

import pytest

from bot.chat.web.guard import HEADERS
from tests.fixtures.browser import new_chat
from tests.fixtures.page import BASE, Inbox, asked, browser_of, entered, post
from tests.fixtures.weblog import MemoryLog

HTML = {"accept": "text/html"}


def hearing():
    chat = new_chat(MemoryLog())
    chat.room.sink = Inbox()
    return chat


async def test_in_the_lab_a_visitor_without_a_cookie_enters_as_the_first_person():
    async with browser_of(new_chat(MemoryLog())) as browser:
        sent_on = await browser.get("/", headers=HTML)
        assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/")
        page = await browser.get("/", headers=HTML)
        assert '"alice" selected' in page.text


@pytest.mark.parametrize("has_people_switch", [True, False])
async def test_a_page_that_nobody_may_use_says_who_can_change_that(has_people_switch):
    async with browser_of(new_chat(MemoryLog(), has_people_switch=has_people_switch, people=())) as browser:
        no = await browser.get("/", headers=HTML)
        assert no.status_code == 401
        assert "THREADFORM_PEOPLE" in no.text


async def test_in_the_lab_a_link_to_a_thread_leads_to_that_thread():
    chat = hearing()
    async with entered(chat) as alice, browser_of(chat) as visitor:
        thread = await asked(alice)
        sent_on = await visitor.get(f"/t/{thread}", headers=HTML)
        assert sent_on.headers["location"] == f"/t/{thread}"
        assert "call it api01" in (await visitor.get(f"/t/{thread}")).text


async def test_in_the_lab_a_person_stays_who_they_chose_to_be():
    async with browser_of(new_chat(MemoryLog())) as browser:
        await browser.get("/")
        assert (await post(browser, "/person", person="bob")).status_code == 200
        assert '"bob" selected' in (await browser.get("/")).text


async def test_even_in_the_lab_nobody_speaks_without_having_opened_the_page():
    async with browser_of(new_chat(MemoryLog())) as browser:
        for path in ("/say", "/press", "/fill", "/person"):
            assert (await post(browser, path, text="hi", person="bob")).status_code == 401
        assert (await browser.get("/stream")).status_code == 401


async def test_even_in_the_lab_another_sites_name_opens_nothing():
    async with browser_of(new_chat(MemoryLog())) as browser:
        no = await browser.get("/", headers={"host": "evil.example"})
        assert no.status_code == 403
        assert "set-cookie" not in no.headers


@pytest.mark.parametrize("path", ["/", "/t/abc", "/enter", "/enter?token=x.y", "/diff/1/0", "/stream"])
async def test_without_the_switch_nobody_gets_in_without_a_link(path):
    async with browser_of(new_chat(MemoryLog(), has_people_switch=False)) as browser:
        no = await browser.get(path, headers=HTML)
        assert no.status_code == 401
        assert "set-cookie" not in no.headers


async def test_of_two_who_open_one_link_at_once_one_gets_in():
    chat = new_chat(MemoryLog(), has_people_switch=False)
    link = chat.link(person="bob")
    async with browser_of(chat) as first, browser_of(chat) as second:
        answers = await asyncio.gather(*(browser.get(link) for browser in (first, second) * 5))
    assert sorted({answer.status_code for answer in answers}) == [303, 401]
    assert sum("set-cookie" in answer.headers for answer in answers) == 1


async def test_a_link_is_too_old_after_a_day_and_a_cookie_after_thirty():
    clock = [1_000_000.0]
    chat = new_chat(MemoryLog(), has_people_switch=False)
    chat.room.now = chat.now = lambda: clock[0]
    late, early = chat.link(person="bob"), chat.link(person="alice")
    async with browser_of(chat) as browser:
        assert (await browser.get(early)).status_code == 303
        clock[0] += 86_400 + 1
        assert (await browser.get("/")).status_code == 200
        async with browser_of(chat) as other:
            assert (await other.get(late)).status_code == 401
        clock[0] += 30 * 86_400
        assert (await browser.get("/")).status_code == 401


async def test_a_cookie_signed_for_another_purpose_or_with_another_key_opens_nothing():
    chat = new_chat(MemoryLog(), has_people_switch=False)
    until = chat.now() + 1000
    as_link = chat.room.seal.sign("link", "bob", until=until)
    plain = as_link.partition(".")[0]
    other_key = hmac.new(b"another key", f"cookie:{plain}".encode(), hashlib.sha256).hexdigest()
    nobody = chat.room.seal.sign("cookie", "mallory", until=until)
    for forged in (as_link, f"{plain}.{other_key}", f"{plain}.", nobody, plain):
        async with browser_of(chat, cookies={"threadform": forged}) as browser:
            assert (await browser.get("/")).status_code == 401
    async with browser_of(chat, cookies={"threadform": chat.room.seal.sign("cookie", "bob", until=until)}) as browser:
        assert (await browser.get("/")).status_code == 200


async def test_a_post_without_an_origin_or_as_a_form_is_refused():
    async with entered(new_chat(MemoryLog())) as browser:
        del browser.headers["origin"]
        assert (await post(browser, "/say", text="hi")).status_code == 403
        browser.headers["origin"] = BASE
        as_form = await browser.post("/say", content=b"text=hi", headers={"content-type": "text/plain"})
        assert as_form.status_code == 400


async def test_the_policy_of_every_answer_is_exactly_this():
    assert HEADERS["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    async with entered(hearing()) as browser:
        thread = await asked(browser)
        for path in ("/", f"/t/{thread}", "/static/style.css", "/t/nowhere", "/favicon.ico"):
            answer = await browser.get(path)
            kept = {"cache-control": answer.headers["cache-control"]}
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS | kept
        page = (await browser.get(f"/t/{thread}")).text
    assert "style=" not in page
    assert " onclick" not in page
    assert page.count("<script") == 1


@pytest.mark.parametrize("number", [10**18 + 1, 2**63, 10**40, -1, 0])
async def test_a_message_with_a_number_beyond_every_row_is_gone(number):
    chat = hearing()
    async with entered(chat) as alice:
        pressed = await post(alice, "/press", message=number, action="approve", value="x")
        assert (pressed.status_code, bool(pressed.json()["sentence"])) == (409, True)
        for path in (f"/diff/{number}/0", f"/diff/1/{number}", f"/diff/{'9' * 5000}/0"):
            assert (await alice.get(path)).status_code == 404
