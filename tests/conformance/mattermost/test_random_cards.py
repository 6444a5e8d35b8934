"""Cards that chance made, in both languages: none is larger than Mattermost takes, and no word of any is lost."""

from collections import Counter

import pytest

from bot.chat.layout.spans import BREAK
from bot.chat.mattermost.dialogs import render_dialog
from bot.chat.mattermost.limits import AREA_ANSWER, FILES, HELP, LEAST_MESSAGE, MESSAGE, NAME, TITLE
from bot.chat.mattermost.render import render
from bot.chat.port import Card, Form
from bot.chat.words import Words
from tests.conformance.slack.invented import Dice
from tests.conformance.slack.reading import WORD, lost, words_of_card, words_of_notification
from tests.conformance.slack.real import real_cards

WORDS = Words.load()
CARDS = 400
BATCH = 100


def read_of(rendered):
    """Every word that reached Mattermost: in the message, on a button, in what a press shows, in a file."""
    message = rendered.message.replace(BREAK, "").replace("\\", "").replace("%28", "(").replace("%29", ")")
    pressed = [text for knob in rendered.knobs for text in (knob.label, knob.confirm)]
    return Counter(WORD.findall("\n".join([message, *pressed, *(file.text for file in rendered.files)])))


def check(card: Card, most: int = MESSAGE) -> None:
    rendered = render(card, WORDS, most=most)
    assert 0 < len(rendered.message) <= most
    assert not rendered.message.startswith("/")
    assert all(knob.label for knob in rendered.knobs)
    assert len({file.name for file in rendered.files}) == len(rendered.files)
    found = read_of(rendered)
    assert not lost(words_of_card(card), found)
    assert not lost(words_of_notification(card), found)


@pytest.mark.parametrize("start", range(0, CARDS, BATCH))
def test_no_random_card_is_refused_and_nothing_of_it_is_lost(start):
    for seed in range(start, start + BATCH):
        check(Dice(seed).card(), LEAST_MESSAGE if seed % 7 == 0 else MESSAGE)


def test_no_card_of_the_product_is_refused_and_nothing_of_it_is_lost():
    counts = []
    for _language, card in list(real_cards())[::4]:
        check(card)
        counts.append(len(render(card, WORDS).files))
    assert 0 < max(counts) <= FILES


def test_the_dialog_of_a_random_form_is_within_every_limit():
    forms = [part for seed in range(150) for part in Dice(seed).card().parts if isinstance(part, Form)]
    for form in forms:
        dialog = render_dialog(form, "state", WORDS)
        assert 0 < len(dialog["title"].encode()) <= TITLE
        for element in dialog["elements"]:
            check_element(element)
    assert len(forms) > 50


def check_element(element):
    assert 0 < len(element["display_name"].encode()) <= NAME
    assert len(element["help_text"].encode()) <= HELP
    assert len(element["default"].encode()) <= (150 if element["type"] == "text" else AREA_ANSWER)
    values = [option["value"] for option in element.get("options", ())]
    assert all(option["text"] and option["value"] for option in element.get("options", ()))
    assert element["type"] != "select" or element["default"] in ["", *values]
