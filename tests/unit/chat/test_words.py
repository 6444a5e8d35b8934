"""The gate of the words: every sentence that code can say exists in every language, with the same fields."""

import ast
import re
from pathlib import Path

import pytest

from bot.chat.words import LANGUAGES, MissingWords, Words, duration, moment, preferred
from bot.chat.words.catalogue import fields_of, load_catalogue, plural_stem
from iac.errors import Sentence, say

ROOT = Path(__file__).resolve().parents[3]
SAYERS = {"say", "Refused", "NotAllowed", "Sentence", "text"}


def keys_said() -> dict[str, str]:
    """Every literal key that code hands to a sentence, and where; docstrings are not calls."""
    found: dict[str, str] = {}
    for path in [p for room in ("bot", "agents", "iac") for p in (ROOT / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for key in literals(node):
                found.setdefault(key, f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def literals(node: ast.AST) -> list[str]:
    if not isinstance(node, ast.Call):
        return []
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    first = [a for a in node.args[:1] if name in SAYERS]
    named = [k.value for k in node.keywords if k.arg == "key" and name in {"Broken", "__init__"}]
    texts = [a.value for a in (*first, *named) if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return [text for text in texts if is_key(text)]


def is_key(text: str) -> bool:
    room, dot, message = text.partition(".")
    return bool(dot) and room.isidentifier() and message.replace(".", "_").isidentifier()


@pytest.fixture(scope="module")
def words():
    return Words.load()


def test_every_sentence_in_code_has_words_in_every_language():
    for language in LANGUAGES:
        known = {plural_stem(key) for key in load_catalogue(language)} | set(load_catalogue(language))
        missing = {key: where for key, where in keys_said().items() if key not in known}
        assert not missing, f"{language} lacks {missing}"


def test_the_scan_finds_the_sentences_it_is_there_for():
    assert "approve.own_request" in keys_said()
    assert len(keys_said()) > 20


def test_both_languages_have_the_same_keys():
    english, french = (set(load_catalogue(language)) for language in LANGUAGES)
    assert english == french


def test_both_languages_fill_the_same_fields():
    english, french = (load_catalogue(language) for language in LANGUAGES)
    different = {k for k in english.keys() & french.keys() if fields_of(english[k]) != fields_of(french[k])}
    assert not different


def test_fields_are_plain_names():
    for language in LANGUAGES:
        for key, pattern in load_catalogue(language).items():
            assert all(name.isidentifier() for name in fields_of(pattern)), key


def test_a_plural_has_both_forms():
    for language in LANGUAGES:
        catalogue = load_catalogue(language)
        for key, pattern in catalogue.items():
            is_plural = key.endswith(".one") or (key.endswith(".other") and "count" in fields_of(pattern))
            wanted = {f"{plural_stem(key)}.{form}" for form in ("one", "other")}
            assert not is_plural or wanted <= set(catalogue), key


def test_one_thing_is_told_with_no_field_that_several_lack():
    for language in LANGUAGES:
        catalogue = load_catalogue(language)
        for key in (k for k in catalogue if k.endswith(".one") and plural_stem(k) + ".other" in catalogue):
            other = catalogue[f"{plural_stem(key)}.other"]
            assert fields_of(catalogue[key]) <= fields_of(other) | {"count"}, key


def test_a_plural_in_one_language_is_one_in_the_other():
    english, french = ({plural_stem(k) for k in load_catalogue(lang) if k.endswith(".one")} for lang in LANGUAGES)
    assert english == french


def test_french_words_stand_apart_from_their_signs_and_use_its_own_apostrophe():
    """A space before ; ! ? » and after «; the renderer makes it one that does not break."""
    for key, pattern in load_catalogue("fr").items():
        assert not re.search(r"[^\s{][;!?»](?=\s|$)|«(?!\s)", pattern), key
        assert not re.search(r"[a-zà-ÿ]'[a-zà-ÿ]", pattern), key


def test_english_words_have_no_french_spaces():
    for key, pattern in load_catalogue("en").items():
        assert not re.search(r"[a-z] [;!?](?=\s|$)|[\u00a0\u202f]", pattern), key


@pytest.mark.parametrize(
    ("language", "count", "form"),
    [("en", 0, "other"), ("en", 1, "one"), ("en", 2, "other"), ("fr", 0, "one"), ("fr", 1, "one"), ("fr", 2, "other")],
)
def test_a_language_counts_in_its_own_way(language, count, form):
    words = Words({language: {"x.n.one": "one", "x.n.other": "other"}})
    assert words.say(say("x.n", count=count), language) == form


def test_numbers_are_grouped_as_the_reader_writes_them():
    words = Words({lang: {"x.n": "{n}"} for lang in LANGUAGES})
    assert words.say(say("x.n", n=4000), "en") == "4,000"
    assert words.say(say("x.n", n=4000), "fr") == "4\u202f000"
    assert words.say(say("x.n", n=1.5), "fr") == "1,5"
    assert words.say(say("x.n", n=8.0), "en") == "8"
    assert words.say(say("x.n", n=100.0), "en") == "100"


def test_a_vmid_is_a_name_and_never_grouped():
    words = Words({"en": {"x.n": "{vmid} {other_vmid}"}})
    assert words.say(say("x.n", vmid=1000, other_vmid=2000), "en") == "1000 2000"


def test_a_list_is_joined_as_in_speech():
    words = Words({lang: {"x.n": "{n}"} for lang in LANGUAGES})
    assert words.say(say("x.n", n=("a", "b", "c")), "en") == "a, b and c"
    assert words.say(say("x.n", n=("a", "b", "c")), "fr") == "a, b et c"
    assert words.say(say("x.n", n=("a",)), "fr") == "a"
    assert words.say(say("x.n", n=()), "fr") == ""


def test_braces_inside_a_value_stay_what_they_are():
    words = Words({"en": {"x.n": "<{name}>"}})
    assert words.say(say("x.n", name='${file("/etc/passwd")} {0} {name.__class__}'), "en") == (
        '<${file("/etc/passwd")} {0} {name.__class__}>'
    )


def test_a_missing_key_is_loud(words):
    with pytest.raises(MissingWords, match=r"never\.heard_of"):
        words.say(Sentence("never.heard_of"), "en")


def test_a_missing_value_is_loud(words):
    with pytest.raises(MissingWords, match="name"):
        words.say(Sentence("approve.own_request"), "fr")


def test_in_production_a_missing_sentence_is_shown_with_its_values_rather_than_lost():
    lenient = Words.load(is_strict=False)
    assert lenient.say(Sentence("never.heard_of", {"run": "r1"}), "fr") == "never.heard_of (run: r1)"


def test_a_language_we_do_not_speak_is_answered_in_english(words):
    assert words.say(say("approve.expired", run="r1"), "de") == words.say(say("approve.expired", run="r1"), "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("je veux une VM ubuntu 24.04 avec 4 coeurs, 8 Go et 60 Go de disque pour staging, appelle-la api01", "fr"),
        ("4c/8g ubuntu 24.04, 60 GB, call it api01", "en"),
        ("i want a debian machine please", "en"),
        ("supprimez api01", "fr"),
        ("état ?", "fr"),
        ("api01", "en"),
        ("", "en"),
    ],
)
def test_the_language_of_a_request_is_recognised(words, text, language):
    assert words.language_of(text) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB,fr;q=0.9", "en"),
        ("de,fr;q=0.3,en;q=0.2", "fr"),
        ("", "en"),
        ("fr;q=x", "en"),
    ],
)
def test_a_browsers_wish_for_a_language_is_read(header, language):
    assert preferred(header) == language


def test_times_are_written_as_people_read_them():
    assert moment(1_795_000_000, "en") == "18 Nov 2026, 11:06 UTC"
    assert moment(1_795_000_000, "fr") == "18 nov. 2026, 11:06 UTC"
    assert [duration(s, "fr") for s in (0.44, 12, 185, 3720)] == ["0,4 s", "12 s", "3 min 5 s", "1 h 2 min"]
