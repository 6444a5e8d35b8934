"""Cards as HTML: what comes from outside stays text, and everything a person needs is there."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.port import Button, Buttons, Card, Code, Diff, Fields, Form, Input, Option, Quote, Text
from bot.chat.web.bodies import CARD, NOTE, SAID, Answer, Posted, Spoken, Standing, dump_body, parse_body
from bot.chat.web.forms import OTHER, checked, shown
from bot.chat.web.markdown import render_markdown
from bot.chat.web.render import render_diff, render_message
from bot.chat.words import Words

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>' onmouseover=x &amp;"
WORDS = Words.load()
FORM = Form(
    "f1",
    "Questions",
    (
        Input("name", "Name?", default="api01"),
        Input("template", "System?", "choice", (Option("Ubuntu", "u"), Option("Debian", "d")), "u", is_open=True),
        Input("size", "Size?", "choice", (Option("Small", "s"),), is_optional=True),
    ),
    state="ours",
)


def say(key, **values):
    return WORDS.text(key, "en", **values)


class Page(HTMLParser):
    """The tags and attributes of a page as a browser would take them."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.said = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, text):
        self.said += text


def html_of(*parts, kind=CARD, answers=None, title="", tone="neutral"):
    row = Standing(7, "a", kind, Posted(Card("plain", parts, title, tone), 0.0, answers or {}))
    return render_message(row, say)


ALL = (
    Text(HOSTILE + f"\n- **{HOSTILE}** `{HOSTILE}`"),
    Fields(((HOSTILE, HOSTILE),)),
    Code(HOSTILE),
    Quote(HOSTILE + "\n    " + HOSTILE, HOSTILE, HOSTILE),
    Quote(HOSTILE, HOSTILE, "https://" + HOSTILE),
    Diff(HOSTILE, f"+ {HOSTILE}\n- {HOSTILE}", HOSTILE),
    Buttons((Button(HOSTILE, HOSTILE, HOSTILE, confirm=HOSTILE),)),
    Form(
        HOSTILE,
        HOSTILE,
        (Input(HOSTILE, HOSTILE), Input("c", HOSTILE, "choice", (Option(HOSTILE, HOSTILE),), HOSTILE)),
        submit=HOSTILE,
    ),
)


@pytest.mark.parametrize("part", ALL, ids=lambda part: type(part).__name__)
def test_hostile_words_in_any_part_stay_words(part):
    page = Page(html_of(part, title=HOSTILE))
    assert not {"script", "img"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "<script>alert(1)</script>" in page.said + "".join(value or "" for _, value in page.attributes)


def test_a_script_that_a_person_types_stays_text():
    page = Page(render_message(Standing(1, "a", SAID, Spoken("eve", HOSTILE, HOSTILE, 0.0)), say))
    assert not {"script", "img"} & set(page.tags)
    assert HOSTILE in page.said


@given(st.text())
def test_markdown_of_any_text_makes_only_the_tags_we_know(text):
    page = Page(render_markdown(text))
    assert set(page.tags) <= {"p", "ul", "li", "strong", "code"}
    assert not page.attributes


def test_markdown_knows_bold_code_and_lists():
    assert render_markdown("a **b** `c`\n- d\n- e") == (
        "<p>a <strong>b</strong> <code>c</code></p><ul><li>d</li><li>e</li></ul>"
    )


def test_every_line_of_a_diff_has_its_colour_and_none_is_lost():
    html = render_diff("+ a\n- b\n~ c\n  d\n# e\n    + f")
    assert html.split("\n") == [
        '<span class="a">+ a</span>',
        '<span class="d">- b</span>',
        '<span class="c">~ c</span>',
        "  d",
        '<span class="h"># e</span>',
        '<span class="a">    + f</span>',
    ]


def test_a_short_diff_comes_with_its_card_and_a_long_one_when_it_is_unfolded():
    assert "+ only" in html_of(Diff("s", "+ only\n"))
    long = html_of(Diff("s", "+ line\n" * 2000))
    assert "+ line" not in long
    assert 'data-more="/diff/7/0"' in long
    assert "2,000 lines" in long


def test_buttons_name_their_action_and_value():
    html = html_of(Buttons((Button("approve", "Approve", "r1:abc", "primary", "Sure?"),)))
    attributes = dict(Page(html).attributes)
    assert attributes["data-press"] == "approve"
    assert attributes["data-value"] == "r1:abc"
    assert attributes["data-confirm"] == "Sure?"


def test_a_private_note_says_that_only_you_see_it():
    assert "Only you see this" in html_of(Text("x"), kind=NOTE)
    assert "Only you see this" not in html_of(Text("x"))


def test_a_form_has_the_suggestion_chosen_and_a_label_for_every_input():
    html = html_of(FORM)
    page = Page(html)
    ids = {value for name, value in page.attributes if name == "id"}
    assert {value for name, value in page.attributes if name == "for"} <= ids
    assert html.count(" checked") == 1
    assert f'value="{OTHER}"' in html


def test_a_suggestion_of_its_own_is_kept_beside_the_choices():
    form = Form("f", "t", (Input("x", "X?", "choice", (Option("A", "a"),), "mine", is_open=True),))
    html = html_of(form)
    assert 'value="mine"' in html
    assert "hidden" not in html.split('class="own"')[1].split(">")[0]


def test_a_form_that_was_answered_shows_the_answers_and_by_whom():
    html = html_of(FORM, answers={"f1": Answer("Alice", {"name": "api01", "template": "Ubuntu", "size": ""})})
    assert "<form" not in html
    assert "Answered by Alice" in html
    assert "Ubuntu" in html


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"name": "a", "template": "u"}, set()),
        ({"name": "a", "template": "something of my own"}, set()),
        ({"name": "", "template": "u"}, {"name"}),
        ({"name": "a", "template": OTHER}, {"template"}),
        ({"name": "a", "template": "u", "size": "gigantic"}, {"size"}),
        ({"name": "a" * 2001, "template": "u"}, {"name"}),
        ({"name": ["a"], "template": "u"}, {"name"}),
        (None, {"name", "template"}),
        ("no mapping", {"name", "template"}),
    ],
)
def test_what_a_browser_sends_for_a_form_is_checked_again(sent, wrong):
    assert set(checked(FORM, sent)[1]) == wrong


def test_only_the_inputs_of_the_form_are_taken():
    values, _ = checked(FORM, {"name": "a", "template": "u", "role": "admin"})
    assert set(values) == {"name", "template", "size"}
    assert shown(FORM, values)["template"] == "Ubuntu"


def test_bodies_survive_the_log():
    for kind, body in (
        (CARD, Posted(Card("p", ALL, "t", "bad"), 1.5, {"f": Answer("A", {"x": "y"})})),
        (SAID, Spoken("a", "A", "é{}", 1.0, is_lost=True)),
    ):
        assert parse_body(kind, dump_body(body)) == body


@pytest.mark.parametrize(
    ("address", "is_link"),
    [
        ("https://wiki.example.org/a?b=1&c=2", True),
        ("http://wiki.example.org", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt://https://x", False),
        ("//evil.example", False),
        ("runbooks/failover.md", False),
    ],
)
def test_the_source_of_a_quote_is_a_link_only_where_it_leads_to_the_web_and_is_always_shown(address, is_link):
    page = Page(html_of(Quote("Call Bob.", "Failover", address)))
    assert [value for name, value in page.attributes if name == "href"] == ([address] if is_link else [])
    assert address in page.said
    assert not is_link or ("rel", "noopener noreferrer nofollow") in page.attributes


def test_code_in_a_quote_keeps_its_lines():
    assert '<pre tabindex="0">a\n  b</pre>' in html_of(Quote("Run:\n    a\n      b", "s", "t"))
