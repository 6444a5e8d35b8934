"""Cards on Slack: what a person sees, what can be pressed, and what goes into a file."""

import html
import json

import pytest

from bot.chat.layout.spans import BREAK
from bot.chat.port import Button, Buttons, Card, Code, Diff, Fields, Form, Input, Option, Quote, Text
from bot.chat.slack.carrying import pack_form, unpack_form
from bot.chat.slack.controls import ASK, action_of
from bot.chat.slack.render import render
from bot.chat.words import Words

WORDS = Words.load()


def card(*parts, title="api01: plan ready", tone="waiting", plain="api01: plan ready"):
    return Card(plain, parts, title, tone)


def shown(*parts, **more):
    """The one message of a card, and its files."""
    rendered = render(card(*parts, **more), WORDS)
    (post,) = rendered.posts
    return list(post.blocks), rendered.files


def words_of(blocks):
    return html.unescape("\n".join(_strings(blocks))).replace(BREAK, "")


def _strings(value):
    if isinstance(value, str):
        return [value]
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for each in values for text in _strings(each)]


def kinds(blocks):
    return [block["type"] for block in blocks]


@pytest.mark.parametrize(("tone", "icon"), [("good", "✅"), ("bad", "❌"), ("busy", "⏳"), ("waiting", "👉")])
def test_a_title_says_how_things_stand(tone, icon):
    blocks, _ = shown(tone=tone)
    assert blocks == [
        {"type": "header", "text": {"type": "plain_text", "text": f"{icon} api01: plan ready", "emoji": False}}
    ]


def test_a_title_that_is_too_long_for_a_header_is_a_bold_line_in_full():
    blocks, _ = shown(title="x" * 200, plain="x" * 200)
    assert kinds(blocks) == ["section"]
    assert "x" * 200 in words_of(blocks)


def test_the_notification_is_the_plain_text_of_the_card():
    (post,) = render(card(plain="**api01** <!here>"), WORDS).posts
    assert post.text == "api01 &lt;!here&gt;"
    assert post.payload["parse"] == "none"
    assert post.payload["link_names"] is False


def test_names_and_values_stand_in_columns_of_at_most_ten():
    blocks, _ = shown(Fields(tuple((f"n{i}", f"v{i}") for i in range(23))), title="")
    assert [len(block["fields"]) for block in blocks] == [10, 10, 3]
    assert blocks[0]["fields"][0]["text"] == "*n0*\nv0"


def test_a_long_value_has_lines_of_its_own():
    blocks, _ = shown(Fields((("a", "1"), ("why", "because " * 400), ("b", "2"))), title="")
    assert words_of(blocks).count("because") == 400
    assert blocks[0]["fields"][0]["text"] == "*a*\n1"
    assert blocks[-1]["fields"][0]["text"] == "*b*\n2"


def test_a_line_to_copy_is_in_a_fence():
    blocks, files = shown(Code("ssh ubuntu@10.0.0.1"))
    assert blocks[1]["text"]["text"] == "```\nssh ubuntu@10.0.0.1\n```"
    assert not files


def test_a_short_diff_is_shown_whole():
    blocks, files = shown(Diff("1 to create", "+ a\n- b\n"))
    assert "+ a\n- b" in words_of(blocks)
    assert "*1 to create*" in words_of(blocks)
    assert not files


def test_a_long_diff_is_an_excerpt_the_count_of_hidden_lines_and_a_file():
    text = "".join(f"+ line {i} <&>\n" for i in range(2000))
    blocks, (file,) = shown(Diff("2,000 lines", text, "4f2a.diff"))
    shown_lines = words_of(blocks).count("+ line ")
    assert f"… {2000 - shown_lines:,} more lines in the attached file 4f2a.diff" in words_of(blocks)
    assert 50 < shown_lines < 200
    assert (file.name, file.text, file.kind) == ("4f2a.diff", text, "diff")


def test_a_diff_of_one_endless_line_is_cut_in_the_line_and_counted():
    blocks, (file,) = shown(Diff("s", "+" * 9000))
    assert "… 1 more line in the attached file plan.diff" in words_of(blocks)
    assert file.text == "+" * 9000


def test_a_fence_inside_a_text_does_not_end_the_fence_around_it_and_the_file_has_it_as_it_is():
    blocks, (file,) = shown(Code("a\n```\n<!channel>"))
    assert blocks[1]["text"]["text"].count("```") == 2
    assert file.text == "a\n```\n<!channel>"


def test_two_files_of_one_card_have_two_names():
    text = "+ x\n" * 2000
    _, files = shown(Diff("a", text), Diff("b", text), title="", plain="p")
    assert [file.name for file in files] == ["plan.diff", "plan-2.diff"]


def test_a_file_name_leads_nowhere_else():
    _, (file,) = shown(Diff("a", "+ x\n" * 2000, "../../etc/<!here>.diff"))
    assert "/" not in file.name
    assert not set(file.name) & set("<>!")
    assert not file.name.startswith(".")
    assert file.name.endswith(".diff")


def test_folded_words_are_folded_by_slack_itself():
    blocks, _ = shown(Text("- because\n- of that", fold="Why here"), title="")
    (fold,) = blocks
    assert (fold["type"], fold["is_collapsible"], fold["default_collapsed"]) == ("container", True, True)
    assert fold["title"]["text"] == "Why here"
    assert fold["child_blocks"][0]["text"]["text"] == "• because\n• of that"


def test_the_diff_stands_open_while_somebody_is_to_decide_and_is_folded_when_it_is_done():
    waiting, _ = shown(Diff("1 to create", "+ a"))
    done, _ = shown(Diff("1 to create", "+ a"), tone="good")
    assert kinds(waiting) == ["header", "section", "section"]
    assert kinds(done) == ["header", "container"]
    assert done[1]["child_blocks"][0]["text"]["text"] == "```\n+ a\n```"


def test_a_suggestion_that_is_typed_is_named_beside_its_question():
    blocks, _ = shown(Form("f1", "Size", (Input("cores", "How many cores?", default="4"),)))
    assert "• *How many cores?*  4 (suggested)" in words_of(blocks)


def test_where_nothing_folds_the_words_stand_below():
    (post,) = render(card(Text("because", fold="Why here"), title=""), WORDS, can_fold=False).posts
    assert [block["text"]["text"] for block in post.blocks] == ["*Why here*", "because"]


def test_buttons_have_ids_of_their_own_a_value_a_style_and_a_question():
    buttons = Buttons(
        (Button("approve", "Approve", "r1:ab", "primary"), Button("stop", "Stop", "r1", "danger", "Sure?"))
    )
    blocks, _ = shown(buttons, buttons)
    pressed = [button for block in blocks if block["type"] == "actions" for button in block["elements"]]
    assert len({button["action_id"] for button in pressed}) == 4
    assert [action_of(button["action_id"]) for button in pressed] == ["approve", "stop", "approve", "stop"]
    assert pressed[0]["value"] == "r1:ab"
    assert (pressed[0]["style"], pressed[1]["style"]) == ("primary", "danger")
    assert "confirm" not in pressed[0]
    assert pressed[1]["confirm"]["text"]["text"] == "Sure?"
    assert pressed[1]["confirm"]["confirm"]["text"] == "Stop"


def test_a_label_that_is_too_long_is_said_in_full_above_its_button():
    blocks, _ = shown(Buttons((Button("a", "long " * 30, "v"),)), title="")
    assert words_of(blocks[:1]).count("long") == 30
    assert blocks[1]["elements"][0]["text"]["text"].endswith("…")


def test_a_value_that_is_no_short_id_is_refused():
    with pytest.raises(ValueError, match="opaque id"):
        shown(Buttons((Button("a", "A", "v" * 2001),)))


def test_questions_are_read_in_the_thread_and_answered_in_a_form():
    form = Form(
        "f1",
        "A question",
        (Input("os", "Which system?", "choice", (Option("Ubuntu", "u"), Option("Debian", "d")), "d"),),
    )
    blocks, _ = shown(form)
    said = words_of(blocks)
    assert "Which system?" in said
    assert "• *Which system?*  Ubuntu, Debian (suggested)" in said
    (button,) = blocks[-1]["elements"]
    assert (action_of(button["action_id"]), button["text"]["text"]) == (ASK, "Answer")
    assert unpack_form(button["value"]) == form


def test_our_own_words_are_in_the_language_of_the_card():
    long = Diff("Diff", "+ x\n" * 3000)
    french = Card("api01 : le plan est prêt pour vous", (long,))
    assert "lignes de plus dans le fichier joint" in words_of(list(render(french, WORDS).posts[0].blocks))
    assert "more lines" in words_of(list(render(french, WORDS, language="en").posts[0].blocks))


def test_a_card_of_a_run_stays_one_message_and_its_buttons_with_it():
    parts = [Text(f"{i} " + "word " * 300) for i in range(20)]
    buttons = Buttons((Button("approve", "Approve", "r1"),))
    blocks, (file,) = shown(*parts, buttons)
    assert blocks[0]["type"] == "header"
    assert blocks[-1]["type"] == "actions"
    assert "The whole stands in the attached file card.txt" in words_of(blocks)
    assert file.text.count("word") == 6000


def test_a_card_in_a_file_names_the_diff_that_has_its_own():
    _, (diff, whole) = shown(Diff("the change", "+ x\n" * 3000), *(Text(f"{n} " + "word " * 500) for n in range(9)))
    assert (diff.name, whole.name) == ("plan.diff", "card.txt")
    assert "the change (plan.diff)" in whole.text
    assert "+ x" not in whole.text


def test_a_diff_shows_less_of_itself_before_anything_else_is_left_out():
    parts = [Text("word " * 590) for _ in range(2)]
    blocks, files = shown(*parts, Diff("diff", "+ x\n" * 3000), Text("the last word"))
    assert "the last word" in words_of(blocks)
    assert [file.name for file in files] == ["plan.diff"]


def test_words_without_a_title_go_on_in_the_next_message():
    rendered = render(Card("p", tuple(Text(f"n{i} " + "word " * 500) for i in range(8))), WORDS)
    assert len(rendered.posts) == 3
    assert not rendered.files
    assert sum(words_of(list(post.blocks)).count("word") for post in rendered.posts) == 4000
    assert all(post.text for post in rendered.posts)


def test_more_words_than_anybody_reads_in_a_thread_are_a_file():
    rendered = render(Card("p", tuple(Text("word " * 590) for _ in range(40))), WORDS)
    assert len(rendered.posts) == 6
    assert rendered.files[0].text.count("word") == 40 * 590


def test_a_card_that_is_only_its_notification_says_it():
    (post,) = render(Card("**Nothing** to do."), WORDS).posts
    assert post.blocks[0]["text"]["text"] == "*Nothing* to do."


def test_a_quote_is_others_words_with_their_source_in_which_no_mark_and_no_link_works():
    text = "Call *Bob* <!channel> or [your bank](https://evil.example)"
    blocks, files = shown(Quote(text, "Failover", "https://wiki.example.org/f"))
    words = json.dumps(blocks)
    assert "<!channel>" not in words
    assert "<https://evil.example|" not in words
    assert "wiki.example.org/f" in words
    assert not files


def test_a_quote_is_set_apart_its_code_is_in_a_fence_and_its_address_is_a_link():
    blocks, _ = shown(
        Quote("Do this:\n    pvecm status\nthen that", "Wiki", "https://wiki.example/f?a=1&b=2"), title=""
    )
    assert [block["text"]["text"] for block in blocks] == [
        "> Do this:",
        "```\npvecm status\n```",
        "> then that",
        "Wiki\n<https://wiki.example/f?a=1&amp;b=2|https://wiki.example/f?a=1&amp;b=2>",
    ]


def test_a_form_that_is_too_large_for_a_button_is_named_by_it():
    inputs = tuple(Input(f"i{n}", f"{n * 7919}{'?' * n}", default=f"{n * 104729}") for n in range(200))
    form = Form("f1", "Large", inputs)
    assert pack_form(form) == "f1"
    assert unpack_form("f1") is None


@pytest.mark.parametrize("value", ["form:", "form:abc", "form:~~~~", "other"])
def test_a_value_that_carries_no_form_opens_none(value):
    assert unpack_form(value) is None


def test_where_buttons_leave_no_room_the_words_keep_their_message_and_the_buttons_follow():
    many = Buttons(tuple(Button("a", f"label {n}", "v" * 1900) for n in range(6)))
    first, *more = render(card(Text("word " * 3000), many), WORDS).posts
    assert first.blocks[0]["type"] == "header"
    assert words_of(list(first.blocks)).count("word") > 1000
    assert [e["text"]["text"] for post in more for b in post.blocks for e in b["elements"]] == [
        f"label {n}" for n in range(6)
    ]
