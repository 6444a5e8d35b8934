"""The page of the pictures shows what is sent, says that it imitates, and knows every kind of block that is sent."""

import re
from html import unescape

import pytest

from bot.chat.layout.spans import BREAK
from bot.chat.slack.render import render
from tests.conformance.slack.real import WORDS, run_cards
from tests.pictures.lookalike import ICONS, NOTE, message, page, render_block, text_html
from tests.pictures.slack import IMAGES, pictures

KB = 1024


def read(html):
    """What a person reads on a page."""
    drawn = re.sub(r'<svg[^>]*aria-label="([^"]+)".*?</svg>', r"\1", html)
    return unescape(re.sub(r"<[^>]+>", " ", drawn))


def words_sent(value):
    if isinstance(value, dict) and value.get("type") in {"mrkdwn", "plain_text"}:
        return re.findall(r"\w+", unescape(value["text"].replace(BREAK, "")))
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else []
    return [word for each in inside for word in words_sent(each)]


def test_every_word_of_a_card_stands_on_the_page():
    for card in list(run_cards("fr"))[::7]:
        (post,) = render(card, WORDS).posts
        shown = set(re.findall(r"\w+", read(message("Threadform", post.blocks))))
        assert not {
            word for word in words_sent([b for b in post.blocks if b["type"] != "actions"]) if word not in shown
        }


@pytest.mark.parametrize(
    ("mrkdwn", "html"),
    [
        ("*a* `b &amp; c`", "<b>a</b> <code>b &amp; c</code>"),
        ("<https://pve.example/?a=1&amp;b=2|page>", '<a href="https://pve.example/?a=1&amp;b=2">page</a>'),
        ("x\n```\n<b>\n```", "x<pre>&lt;b&gt;</pre>".replace("<b>", "&lt;b&gt;")),
        ("&lt;script&gt;", "&lt;script&gt;"),
    ],
)
def test_what_slack_would_style_is_styled(mrkdwn, html):
    assert text_html({"type": "mrkdwn", "text": mrkdwn}).replace("<br>", "") == html


def test_a_kind_of_block_that_the_page_does_not_know_is_loud():
    with pytest.raises(KeyError):
        render_block({"type": "carousel"})


def test_the_page_says_that_it_is_an_imitation():
    assert NOTE in unescape(page("t", "", is_dark=True))


def test_signs_without_a_font_are_drawn():
    assert all("<svg" in text_html({"type": "plain_text", "text": sign}) for sign in ICONS)


def test_every_picture_is_there_light_and_dark_and_small():
    names = {name for name, _ in pictures()}
    for path in [IMAGES / f"{name}{shade}.png" for name in names for shade in ("", "-dark")]:
        assert path.stat().st_size < 400 * KB, path.name
