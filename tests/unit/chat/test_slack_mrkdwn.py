"""Our small Markdown on Slack: styled as we mean it, inert where it came from outside, cut without a scratch."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.layout.spans import BREAK, bold, literal
from bot.chat.slack.limits import shortened, units, weight
from bot.chat.slack.mrkdwn import pieces, plain


def one(text):
    (piece,) = pieces(text, 3000)
    return piece


def read(text):
    """What a person reads of it."""
    return html.unescape(text.replace(BREAK, ""))


@pytest.mark.parametrize(
    ("ours", "slacks"),
    [
        ("**api01** is ready", "*api01* is ready"),
        ("run `a && b`", "run `a &amp;&amp; b`"),
        ("What:\n- one\n- **two**", "What:\n• one\n• *two*"),
        ("see [the page](https://pve.example/a?b=1&c=2)", "see <https://pve.example/a?b=1&amp;c=2|the page>"),
        ("at https://pve.example/x.", "at <https://pve.example/x|https://pve.example/x>."),
        ("a < b > c & d", "a &lt; b &gt; c &amp; d"),
        ("** spaced **", " *spaced* "),
    ],
)
def test_bold_code_lists_and_links_are_said_as_slack_says_them(ours, slacks):
    assert one(ours) == slacks.strip("\n")


@pytest.mark.parametrize("call", ["<!channel>", "<!here>", "<@U123>", "<#C123>", "<!subteam^S1>"])
def test_what_would_call_people_is_only_words(call):
    said = one(f"the name is {call}")
    assert "<" not in said
    assert read(said) == f"the name is {call}"


def test_an_address_from_outside_leads_where_it_says_and_nowhere_else():
    assert one("<https://evil.example|safe>") == "&lt;<https://evil.example|https://evil.example>|safe&gt;"


@pytest.mark.parametrize("word", ["@here", "@channel", "@everyone"])
def test_a_name_that_calls_everybody_is_parted_from_its_sign(word):
    assert word not in one(f"{word} please")
    assert read(one(f"{word} please")) == f"{word} please"


def test_a_mail_address_and_a_time_can_be_copied():
    assert one("bob@example.com at 10:30:45") == "bob@example.com at 10:30:45"


@pytest.mark.parametrize("text", ["_old_ name", "~gone~", "*.lab and *.prod*", ":fire: wall", "> quoted", "a ``` b"])
def test_marks_that_came_from_outside_style_nothing(text):
    said = one(text)
    assert BREAK in said
    assert read(said) == text


def test_names_with_underlines_are_left_as_they_are():
    assert one("db_main_01 and web_02") == "db_main_01 and web_02"


def test_a_style_that_touches_a_word_is_parted_from_it():
    assert one("l'**api01**") == "l'*api01*"
    assert one("pre**api01**") == f"pre{BREAK}*api01*"


def test_a_literal_line_keeps_every_mark():
    assert read(pieces("a **b** `c` [d](https://e.f)", 3000, literal)[0]) == "a **b** `c` [d](https://e.f)"
    assert pieces("a b", 3000, bold) == ["*a b*"]


def test_a_long_bold_text_stays_bold_in_every_piece():
    found = pieces(f"**{'word ' * 500}**", 1000)
    assert len(found) > 2
    assert all(piece.startswith("*") and piece.endswith(("*", " ")) for piece in found)


@given(st.text(alphabet=st.sampled_from("ab <>&*_~`:é😀\n"), max_size=600), st.integers(80, 400))
def test_any_text_is_cut_into_pieces_that_fit_and_lose_nothing(text, most):
    found = pieces(text, most, literal)
    assert all(weight(piece) <= most for piece in found)
    assert "".join(read("".join(found)).split()) == "".join(text.split())


@given(st.text(alphabet="&<>", min_size=1, max_size=500))
def test_a_cut_never_falls_inside_an_entity(text):
    for piece in pieces(text, 120):
        assert html.unescape(piece).replace(BREAK, "").strip("<>&") == ""


def test_a_notification_has_no_marks():
    assert plain("**api01** is `up`\n<!here>") == "api01 is up\n&lt;!here&gt;"


@given(st.text(max_size=200), st.integers(2, 80))
def test_a_label_is_shortened_as_slack_counts(text, most):
    assert units(shortened(text, most)) <= most
    assert units(text) > most or shortened(text, most) == text
