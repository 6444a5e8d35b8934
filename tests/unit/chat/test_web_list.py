"""The list of threads, folds and diffs as HTML: what is seen, and that nothing is lost on the way."""

import asyncio
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.port import Card, Text
from bot.chat.terminal import render_card
from bot.chat.web.bodies import Listed, Posted, Standing, dump_body, parse_body
from bot.chat.web.render import render_diff, render_message
from bot.chat.web.room import shorten
from bot.chat.web.sidebar import render_listed
from bot.chat.words import Words
from tests.fixtures.browser import new_chat
from tests.fixtures.weblog import MemoryLog

WORDS = Words.load()
ASK = "4c/8g ubuntu 24.04, call it api01"


def say(key, **values):
    return WORDS.text(key, "en", **values)


def words_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


async def listed(chat):
    (only,) = await chat.room.threads()
    return only


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), max_size=80))
def test_no_character_of_a_diff_is_lost_or_moved(line):
    text = f"+ {line}\n+   cpu.cores      = 4\n"
    assert words_of(render_diff(text)) == text.rstrip("\n")


def test_the_spaces_that_align_a_value_are_marked_and_those_inside_it_are_not():
    html = render_diff('+   cpu.cores     = 4\n+   note = "a   =  b"')
    assert html.count("<i>") == 1
    assert '<span class="a">+   cpu.cores<i>    </i> = 4</span>' in html
    assert '"a   =  b"' in words_of(html)


def test_a_fold_hides_its_paragraph_under_its_words_and_a_terminal_shows_both():
    card = Card("p", (Text("- one\n- <two>", "Why & how"),), title="t")
    html = render_message(Standing(3, "a", "card", Posted(card, 0.0)), say)
    assert re.search(r'<details class="more" data-mark="\w{16}"><summary>Why &amp; how</summary>', html)
    assert "<li>&lt;two&gt;</li>" in html
    assert render_card(card)[1:] == ["  Why & how", "  - one", "  - <two>"]


@pytest.mark.parametrize(
    ("more", "stands"),
    [
        ({"about": "api01: ready", "tone": "good"}, "api01: ready"),
        ({"tone": "waiting"}, "waiting for somebody"),
        ({"tone": "neutral"}, ""),
    ],
)
def test_a_thread_of_the_list_says_what_was_asked_and_how_it_stands(more, stands):
    html = render_listed(Listed("t1", "<b>ask</b>", at=0.0, **more), say)
    assert "<b>&lt;b&gt;ask&lt;/b&gt;</b>" in html
    assert f"<small><span>{stands}</span>" in html


async def test_a_thread_keeps_the_name_of_its_request_and_the_state_of_its_card():
    chat = new_chat(MemoryLog())
    to = chat.room.conversation("t1")
    await chat.room.list_thread("t1", ASK, "neutral", 1.0)
    await chat.post(to, Card("Please answer", tone="waiting"), key="ask")
    assert ((await listed(chat)).title, (await listed(chat)).about) == (ASK, "")
    message = await chat.post(to, Card("p", title="api01: plan ready", tone="waiting"), key="run")
    await chat.edit(message, Card("p", title="api01: ready", tone="good"), key="run:done")
    await chat.room.list_thread("t1", "thank you", "neutral", 9.0)
    now = await listed(chat)
    assert (now.title, now.about, now.tone) == (ASK, "api01: ready", "good")


async def test_a_thread_that_nobody_asked_for_is_named_by_its_card():
    chat = new_chat(MemoryLog())
    await chat.post(chat.room.conversation("t1"), Card("p", title="Node pmox02 is down", tone="bad"), key="alert")
    assert (await listed(chat)).title == "Node pmox02 is down"


def test_a_row_that_was_written_before_it_had_a_state_is_still_read():
    stored = '{"thread": "t", "title": "x", "tone": "good", "at": 1.0}'
    assert parse_body("thread", stored) == Listed("t", "x", "good", 1.0, about="")


@given(st.text(max_size=300))
def test_a_title_is_one_short_line(text):
    title = shorten(text)
    assert len(title) <= 80
    assert len(title.splitlines()) <= 1


class SlowLog(MemoryLog):
    """A log whose next reading is answered with what stood there when it was asked, once the gate opens."""

    def hold(self) -> asyncio.Event:
        self.gate, self.asked = asyncio.Event(), asyncio.Event()
        return self.asked

    async def since(self, seq, audiences, limit=500):
        rows = await super().since(seq, audiences, limit)
        gate, self.gate = getattr(self, "gate", None), None
        if gate is not None:
            self.opens = gate
            self.asked.set()
            await gate.wait()
        return rows


async def test_a_reading_of_the_list_that_comes_late_puts_nothing_back():
    log = SlowLog()
    room = new_chat(log).room
    await room.list_thread("t1", ASK, "neutral", 1.0)
    await room.list_thread("t1", "a card", "good", 2.0, about="planned")
    room = new_chat(log).room
    asked = log.hold()
    late = asyncio.create_task(room.threads())
    await asked.wait()
    await log.replace(1, dump_body(Listed("t1", ASK, "bad", 3.0, "broke")))
    soon = asyncio.create_task(room.threads())
    for _ in range(5):
        await asyncio.sleep(0)
    log.opens.set()
    await asyncio.gather(late, soon)
    assert (await room.thread("t1")).about == "broke"


async def test_one_thread_is_found_among_many_as_it_stands_last():
    room = new_chat(MemoryLog()).room
    for number in range(30):
        await room.list_thread(f"t{number}", f"ask {number}", "neutral", float(number))
    await room.list_thread("t7", "later words", "good", 99.0, about="applied")
    found = await room.thread("t7")
    assert (found.title, found.about, found.at) == ("ask 7", "applied", 99.0)
    assert (await room.threads())[0] == found
    assert await room.thread("nobody's") is None
