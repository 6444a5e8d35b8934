"""A card as a message of Matrix: whole, escaped, under the server's limit, and calling nobody."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.matrix.asking import Asked
from bot.chat.matrix.places import Choice
from bot.chat.matrix.render import BYTES_MOST, Around, render
from bot.chat.matrix.saying import content_of
from bot.chat.port import Button, Buttons, Card, Code, Conversation, Diff, Fields, Form, Input, Quote, Text
from bot.chat.words import Words

TO = Conversation("matrix", "x", "!r", "$t")
EVENT_MOST = 65_536


WORDS = Words.load()


@pytest.fixture
def words():
    return WORDS


def test_every_part_stands_in_both_forms(words):
    card = Card(
        "plain",
        (
            Text("**bold** and `code`\n- one\n- two", fold="more"),
            Fields((("Node", "pve<1>"),)),
            Code("ssh -p 22 <x>"),
            Quote("their words", "A page", "https://docs.example.org/?a=1&b=2"),
        ),
        title="api01: ready",
        tone="good",
    )
    rendered = render(card, words)
    for said in ("✅ api01: ready", "**bold**", "- Node: pve<1>", "ssh -p 22 <x>", "> their words"):
        assert said in rendered.body
    for said in (
        "<h4>✅ api01: ready</h4>",
        "<strong>bold</strong>",
        "<code>code</code>",
        "<li>one</li>",
        "pve&lt;1&gt;",
        "<pre><code>ssh -p 22 &lt;x&gt;</code></pre>",
        'href="https://docs.example.org/?a=1&amp;b=2"',
    ):
        assert said in rendered.html
    assert rendered.files == ()


def test_buttons_are_numbers_and_a_form_is_its_next_question(words):
    approve, form = Button("approve", "Approve", "v"), Form("f", "Names", (Input("n", "Which name?"),))
    card = Card("plan", (Text("what would change"), Buttons((approve,)), form))
    rendered = render(card, words, Around([Choice(7, approve)], Asked(form, TO)))
    assert "Type a number, or react with it: **7** Approve" in rendered.body
    assert "**Which name?** (1/1)" in rendered.body
    assert "Approve" not in render(card, words).body


def test_a_long_diff_is_begun_counted_and_whole_in_its_file(words):
    diff = "\n".join(f"+ line {number:04d} <&>" for number in range(2_000))
    rendered = render(Card("p", (Diff("1 to add", diff, "plan.diff"),)), words)
    assert "+ line 0000 <&>" in rendered.body
    assert "+ line 1999" not in rendered.body
    hidden = 2_000 - rendered.body.count("+ line ")
    assert f"… {hidden:,} more lines in the attached file plan.diff" in rendered.body
    assert [(file.name, file.text) for file in rendered.files] == [("plan.diff", diff)]


def test_a_short_diff_needs_no_file(words):
    rendered = render(Card("p", (Diff("1 to add", "+ x\n"),)), words)
    assert rendered.files == ()
    assert "<pre><code>+ x</code></pre>" in rendered.html


def test_a_line_that_is_longer_than_everything_is_counted_as_hidden(words):
    rendered = render(Card("p", (Diff("d", "x" * 9_000 + "\nshort"),)), words)
    assert "… 2 more lines in the attached file plan.diff" in rendered.body
    assert len(rendered.body) < 4_200


def test_what_is_too_much_for_one_message_says_so_and_is_whole_in_a_file(words):
    card = Card("p", tuple(Text(f"what we show in paragraph {number} is " + "x<" * 900) for number in range(40)))
    rendered = render(card, words)
    assert "too long for one message" in rendered.body
    assert rendered.files[0].name == "card.txt"
    assert "paragraph 39" in rendered.files[0].text


def test_many_long_diffs_are_each_in_a_file_where_there_is_no_room_to_begin_them(words):
    diffs = [Diff(f"part {n}", "\n".join(['+ "<&>" ' * 8] * 50), f"{n}.diff") for n in range(12)]
    rendered = render(Card("p", tuple(diffs)), words)
    assert {file.name for file in rendered.files} >= {f"{n}.diff" for n in range(8, 12)}
    assert "… 50 more lines in the attached file 11.diff" in rendered.body
    assert len(json.dumps(content_of(rendered), ensure_ascii=False).encode()) * 2 < EVENT_MOST


def test_many_addresses_are_links_and_still_one_event(words):
    rendered = render(Card("p", tuple(Text("https://x.example.org/?a=1&b=2 " * 40) for _ in range(30))), words)
    assert 'href="https://x.example.org/?a=1&amp;b=2"' in rendered.html
    assert [file.name for file in rendered.files] == ["card.txt"]
    assert len(json.dumps(content_of(rendered), ensure_ascii=False).encode()) * 2 < EVENT_MOST


def test_signs_that_no_reader_shows_are_made_visible(words):
    assert render(Card("p", (Text("a\x00b\x1b[31m"),)), words).body == "a\ufffdb\ufffd[31m"


@settings(max_examples=50)
@given(st.lists(st.text(max_size=6_000).map(Text) | st.text(max_size=9_000).map(lambda t: Diff("d", t)), max_size=9))
def test_no_card_makes_an_event_that_a_server_refuses(parts):
    rendered = render(Card("p", tuple(parts)), WORDS)
    content = content_of(rendered)
    edited = {**content, "m.new_content": content, "m.relates_to": {"rel_type": "m.replace", "event_id": "$" * 44}}
    assert len(json.dumps(edited, ensure_ascii=False).encode()) < EVENT_MOST
    assert BYTES_MOST * 2 < EVENT_MOST


def test_marks_that_come_from_outside_are_only_text(words):
    rendered = render(Card("p", (Text('<b onclick="x">@room</b> [x](javascript:alert)'),)), words)
    assert "<b " not in rendered.html
    assert "<a " not in rendered.html
    assert content_of(rendered)["m.mentions"] == {}
