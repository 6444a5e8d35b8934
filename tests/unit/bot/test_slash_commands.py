"""Which messages are commands, and what they say."""

import pytest

from bot.domain.command import language_of, parse_command, split_command
from bot.domain.errors import Refused


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/freeze moving the storage", ("freeze", "moving the storage")),
        ("  /Unfreeze  ", ("unfreeze", "")),
        ("/dégeler", ("dégeler", "")),
        ("/quota", ("quota", "")),
        ("/new", None),
        ("freeze", None),
        ("please /freeze", None),
        ("/freezer 4 cores", None),
        ("", None),
    ],
)
def test_only_a_message_that_begins_with_a_verb_of_ours_is_a_command(text, found):
    assert split_command(text) == found


def test_the_reason_is_one_line():
    assert parse_command("freeze", "moving\n\n  the storage ").rest == "moving the storage"


def test_french_words_do_the_same():
    assert parse_command("geler", "panne").verb == "freeze"
    assert (language_of("dégeler"), language_of("freeze")) == ("fr", None)


@pytest.mark.parametrize(("name", "text"), [("drop", ""), ("threadform", ""), ("freeze", "x" * 301)])
def test_every_other_word_and_a_letter_of_a_reason_are_refused(name, text):
    with pytest.raises(Refused, match=r"command\."):
        parse_command(name, text)
