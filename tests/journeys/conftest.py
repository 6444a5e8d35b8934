"""Journeys share a running product, and every card of theirs could be said on Slack."""

import pytest

from bot.chat.slack.render import render
from bot.chat.words import Words
from tests.conformance.slack.judges import own_faults, sdk_faults
from tests.conformance.slack.reading import lost, words_of_card, words_rendered
from tests.fixtures.house import house
from tests.fixtures.recorder import RECORDERS

__all__ = ["house", "slack_would_take_every_card"]


@pytest.fixture(autouse=True)
def slack_would_take_every_card():
    """What a journey said is rendered for Slack too: no judge refuses it, and no word of it is lost."""
    RECORDERS.clear()
    yield
    words = Words.load()
    for card in [card for recorder in RECORDERS for card in recorder.said]:
        rendered = render(card, words)
        for post in rendered.posts:
            blocks = list(post.blocks)
            assert [*sdk_faults(blocks), *own_faults(blocks, post.text)] == [], card.plain
        assert not lost(words_of_card(card), words_rendered(rendered)), card.plain
    RECORDERS.clear()
