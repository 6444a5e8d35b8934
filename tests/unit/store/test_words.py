import string
import tomllib
from pathlib import Path

import pytest

WORDS = Path(__file__).resolve().parents[3] / "bot/chat/words"
PREFIXES = ("run.", "lock.", "thread.", "reserve.")
STORE = Path(__file__).resolve().parents[3] / "bot/store"


def _sentences(language):
    return tomllib.loads((WORDS / language / "store.toml").read_text())


def _fields(sentence):
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(sentence) if name}


def test_both_languages_say_the_same_things_with_the_same_values():
    english, french = _sentences("en"), _sentences("fr")
    assert english.keys() == french.keys()
    for key in english:
        assert _fields(english[key]) == _fields(french[key]), key


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_sentence_is_one_that_the_store_says_and_nothing_it_says_is_missing(language):
    source = "".join(path.read_text() for path in STORE.glob("*.py"))
    sentences = _sentences(language)
    assert all(key.startswith(PREFIXES) for key in sentences)
    assert [key for key in sentences if f'"{key}"' not in source] == []
