"""Slack's markup is read as what a person typed."""

import pytest

from bot.chat.slack.plain import is_to_another, plain_of

NAMES = {"U1": "Ann"}


@pytest.mark.parametrize(
    ("marked", "typed"),
    [
        ("<@U0BOT> 4c/8g ubuntu", "4c/8g ubuntu"),
        ("hey <@U0BOT|threadform>, a machine", "hey , a machine"),
        ("ask <@U1> or <@U2|bob> or <@U3>", "ask @Ann or @bob or @U3"),
        ("see <https://github.com/a/b>", "see https://github.com/a/b"),
        ("see <https://github.com/a/b|the repository>", "see https://github.com/a/b"),
        ("call it <http://api01.example.org|api01.example.org>", "call it http://api01.example.org"),
        ("mail <mailto:a@example.org|a@example.org>", "mail a@example.org"),
        ("in <#C1|ops> and <#C2>", "in #ops and #C2"),
        ("<!here> and <!subteam^S1|@ops>", "@here and @ops"),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt; stays as it was typed", "&lt; stays as it was typed"),
        (
            "<@U0BOT> read this:\n```\nservices:\n  web:\n    image: a\n```",
            "read this:\n```\nservices:\n  web:\n    image: a\n```",
        ),
        ("first\n\n<@U0BOT> second", "first\n\nsecond"),
        ("une machine\u00a0?", "une machine\u00a0?"),
        ("<@U0BOT>", ""),
        ("1 < 2", "1 < 2"),
    ],
)
def test_what_was_typed(marked, typed):
    assert plain_of(marked, "U0BOT", NAMES) == typed


def test_whoever_is_named_first_is_meant_unless_we_are_named_too():
    assert is_to_another("<@U1> please", "U0BOT")
    assert is_to_another("  <@U1|ann> please", "U0BOT")
    assert not is_to_another("<@U1> and <@U0BOT>", "U0BOT")
    assert not is_to_another("please ask <@U1>", "U0BOT")
    assert not is_to_another("a machine", "U0BOT")
