"""A thousand cards that chance made, in both languages: Slack refuses none of them, and no word of any is lost."""

import pytest

from bot.chat.port import Form
from bot.chat.slack.modals import Origin, render_view
from bot.chat.slack.render import render
from bot.chat.words import Words
from tests.conformance.slack.invented import Dice
from tests.conformance.slack.judges import own_faults, own_view_faults, sdk_faults, sdk_view_faults
from tests.conformance.slack.reading import (
    lost,
    words_notified,
    words_of_card,
    words_of_notification,
    words_rendered,
)

WORDS = Words.load()
CARDS = 1_000
BATCH = 100


@pytest.mark.parametrize("start", range(0, CARDS, BATCH))
def test_no_judge_refuses_a_random_card_and_nothing_of_it_is_lost(start, published):
    for seed in range(start, start + BATCH):
        card = Dice(seed).card()
        rendered = render(card, WORDS, can_fold=seed % 5 > 0)
        for post in rendered.posts:
            blocks = list(post.blocks)
            assert [*sdk_faults(blocks), *published.faults(blocks), *own_faults(blocks, post.text)] == [], seed
        assert not lost(words_of_card(card), words_rendered(rendered)), seed
        assert not lost(words_of_notification(card), words_notified(rendered)), seed
        assert len({file.name for file in rendered.files}) == len(rendered.files)


def test_no_judge_refuses_the_modal_of_a_random_form(published):
    forms = [part for seed in range(150) for part in Dice(seed).card().parts if isinstance(part, Form)]
    for form in forms:
        view = render_view(form, Origin("C1", "17.1"), WORDS)
        assert [*sdk_view_faults(view), *published.view_faults(view), *own_view_faults(view)] == []
    assert len(forms) > 50
