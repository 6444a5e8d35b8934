"""Every card that the product makes passes Slack's judges, keeps its words and its buttons, and speaks one language."""

import json

import pytest

from bot.chat.layout.plain import prose_of
from bot.chat.port import Buttons, Form
from bot.chat.slack.controls import action_of
from bot.chat.slack.modals import Origin, render_view
from bot.chat.slack.render import render
from tests.conformance.slack.judges import own_faults, own_view_faults, sdk_faults, sdk_view_faults
from tests.conformance.slack.reading import lost, words_of_card, words_rendered
from tests.conformance.slack.real import WORDS, real_cards, run_cards

CARDS = {repr(card): (language, card) for language, card in real_cards()}.values()


def test_no_judge_refuses_a_card_of_the_product_and_nothing_of_it_is_lost(published):
    for _, card in CARDS:
        rendered = render(card, WORDS)
        for post in rendered.posts:
            blocks = list(post.blocks)
            assert [*sdk_faults(blocks), *published.faults(blocks), *own_faults(blocks, post.text)] == [], card.plain
        assert not lost(words_of_card(card), words_rendered(rendered)), card.plain


def test_no_judge_refuses_a_form_of_the_product(published):
    forms = [part for _, card in CARDS for part in card.parts if isinstance(part, Form)]
    for form in forms:
        view = render_view(form, Origin("C1", "17.1"), WORDS, note="**x** <y>")
        assert [*sdk_view_faults(view), *published.view_faults(view), *own_view_faults(view)] == []
    assert len(forms) >= 10


def test_there_are_cards_worth_judging():
    assert len(CARDS) > 1_000


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_card_of_a_run_is_taken_for_the_language_it_is_in(language):
    wrong = [card.plain for card in run_cards(language) if WORDS.language_of(prose_of(card)) != language]
    assert not wrong


def test_a_card_of_a_run_is_one_message_with_all_its_buttons():
    for language in ("en", "fr"):
        for card in run_cards(language):
            (post,) = render(card, WORDS).posts
            pressed = [e for block in post.blocks if block["type"] == "actions" for e in block["elements"]]
            wanted = [(b.action, b.value) for part in card.parts if isinstance(part, Buttons) for b in part.items]
            assert [(action_of(each["action_id"]), each["value"]) for each in pressed] == wanted


def test_an_ordinary_plan_is_far_from_the_limit_of_a_message():
    sizes = sorted(len(json.dumps(render(card, WORDS).posts[0].blocks)) for card in run_cards("en"))
    assert sizes[len(sizes) // 2] < 6_000
