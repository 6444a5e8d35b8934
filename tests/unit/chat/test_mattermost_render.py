"""Cards on Mattermost: what a person sees, what can be pressed, and what goes into a file."""

import pytest

from bot.chat.layout.spans import BREAK
from bot.chat.mattermost.limits import MESSAGE
from bot.chat.mattermost.render import ASK, render
from bot.chat.port import Button, Buttons, Card, Code, Diff, Fields, Form, Input, Option, Quote, Text
from bot.chat.words import Words

WORDS = Words.load()


def shown(*parts, title="api01: plan ready", tone="waiting", plain="api01: plan ready", **more):
    return render(Card(plain, parts, title, tone), WORDS, **more)


def said(text):
    return shown(Text(text), title="", plain="").message


def test_a_title_says_how_things_stand():
    assert shown().message == "#### 👉 api01: plan ready"
    assert shown(tone="good").message == "#### ✅ api01: plan ready"


def test_bold_code_lists_and_links_are_said_as_mattermost_says_them():
    text = "**api01** runs `a && b`:\n- see [the page](https://pve.example/a_b)\n- **two**"
    assert said(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "*fat*",
        "_under_ the _",
        "~~gone~~",
        "[a](x)",
        "a | b",
        "# head",
        "> quote",
        "1. one",
        "/leave",
        "    code",
        ":fire:",
    ],
)
def test_marks_that_came_from_outside_style_nothing(text):
    found = said(text)
    assert found != text
    assert found.replace(BREAK, "").replace("\\", "") == text


@pytest.mark.parametrize("call", ["@channel", "@here", "@all", "@bob"])
def test_what_would_call_people_is_only_words(call):
    assert call not in said(f"ask {call} now")
    assert said(f"ask {call} now").replace(BREAK, "") == f"ask {call} now"


def test_a_name_with_underlines_and_a_mail_address_can_be_copied():
    assert said("db_main_01 of bob@example.com at 10:30:45") == "db_main_01 of bob@example.com at 10:30:45"


def test_an_address_from_outside_leads_where_it_says():
    assert said("[safe](javascript:alert)") == "\\[safe](javascript:alert)"
    assert said("at https://evil.example/a(b)") == "at [https://evil.example/a(b](https://evil.example/a%28b))"


def test_names_and_values_stand_in_lines():
    assert shown(Fields((("Asked by", "Alice"), ("Why", "a\nb"))), title="", plain="").message == (
        "**Asked by:** Alice\n**Why:** a\nb"
    )


def test_a_short_diff_is_shown_whole_in_its_colours():
    found = shown(Diff("1 to create", "+ a\n- b\n"))
    assert "**1 to create**\n```diff\n+ a\n- b\n```" in found.message
    assert not found.files


def test_a_long_diff_is_an_excerpt_the_count_of_hidden_lines_and_a_file():
    text = "".join(f"+ line {i}\n" for i in range(2000))
    found = shown(Diff("2,000 lines", text, "4f2a.diff"))
    lines = found.message.count("+ line ")
    assert f"… {2000 - lines:,} more lines in the attached file 4f2a.diff" in found.message
    assert 50 < lines < 500
    assert [(file.name, file.text, file.kind) for file in found.files] == [("4f2a.diff", text, "diff")]


def test_a_decided_card_shows_less_of_its_diff():
    text = "".join(f"+ line {i}\n" for i in range(2000))
    counts = [shown(Diff("d", text), tone=tone).message.count("+ line") for tone in ("waiting", "good")]
    assert counts[1] < counts[0] / 2


def test_a_fence_inside_a_text_does_not_end_the_fence_around_it():
    found = shown(Code("a\n```\n@channel"), title="", plain="")
    assert found.message == "````\na\n```\n@channel\n````"


def test_buttons_stand_beside_the_message_with_their_value_and_question():
    found = shown(
        Buttons((Button("approve", "Approve", "r1:ab", "primary"), Button("stop", "Stop", "r", "danger", "Sure?")))
    )
    assert [(k.action, k.label, k.value, k.style, k.confirm) for k in found.knobs] == [
        ("approve", "Approve", "r1:ab", "primary", ""),
        ("stop", "Stop", "r", "danger", "Sure?"),
    ]


def test_a_label_that_is_too_long_is_said_in_full_above_its_button():
    found = shown(Buttons((Button("a", "long " * 30, "v"),)), title="", plain="")
    assert found.message.count("long") == 30
    assert found.knobs[0].label.endswith("…")


def test_questions_are_read_in_the_thread_and_answered_in_a_dialog():
    options = (Option("Ubuntu", "u"), Option("Debian", "d"))
    form = Form("f1", "A question", (Input("os", "Which system?", "choice", options, "d"),))
    found = shown(form, title="", plain="")
    assert found.message == "**A question**\n• **Which system?**  Ubuntu, Debian (suggested)"
    assert [(k.action, k.label, k.form) for k in found.knobs] == [(ASK, "Answer", form)]


def test_our_own_words_are_in_the_language_of_the_card():
    french = render(Card("api01 : le plan est prêt pour vous", (Diff("Diff", "+ x\n" * 3000),)), WORDS)
    assert "lignes de plus dans le fichier joint" in french.message


def test_what_only_the_notification_says_is_said():
    assert shown(Text("the rest"), title="", plain="**Nothing** to do.").message == "**Nothing** to do.\n\nthe rest"


def test_what_others_fold_stands_below_what_is_decided_about():
    found = shown(Text("because", fold="Why here"), Text("one server"), Diff("1 to create", "+ a"), title="", plain="")
    assert found.message == "one server\n\n**1 to create**\n```diff\n+ a\n```\n\n**Why here**\nbecause"


def test_a_quote_is_set_apart_its_code_is_in_a_fence_and_its_address_is_a_link():
    quote = Quote("Do *this*:\n    pvecm status", "Wiki", "https://wiki.example/f?a=1&b=2")
    assert shown(quote, title="", plain="").message == (
        "> Do \\*this\\*:\n\n```\npvecm status\n```\n\nWiki\n"
        "[https://wiki.example/f?a=1&b=2](https://wiki.example/f?a=1&b=2)"
    )


def test_a_card_that_is_too_long_is_one_message_with_its_buttons_and_a_file():
    parts = [Text(f"{i} " + "word " * 3000) for i in range(3)]
    found = shown(*parts, Buttons((Button("approve", "Approve", "r1"),)))
    assert len(found.message) <= MESSAGE
    assert found.message.endswith("The whole stands in the attached file card.txt.")
    assert found.files[0].text.count("word") == 9000
    assert len(found.knobs) == 1


def test_a_server_that_takes_less_is_given_less():
    found = shown(Text("word " * 3000), most=4_000)
    assert len(found.message) <= 4_000
    assert found.files


def test_no_message_begins_with_a_slash_or_is_empty():
    assert not said("/threadform help").startswith("/")
    assert shown(title="", plain="").message == "…"
