"""Every sentence of this room exists in both languages and takes the same values."""

import re
import string
import tomllib
from pathlib import Path

import pytest

from iac.placement import GROUPS

ROOT = Path(__file__).resolve().parents[3]
PAGES = ("iac", "place")


def written(language):
    found = {}
    for page in PAGES:
        text = (ROOT / f"bot/chat/words/{language}/{page}.toml").read_text(encoding="utf-8")
        found |= tomllib.loads(text)
    return found


WORDS = {language: written(language) for language in ("en", "fr")}
ROOMS = ("placement", "grounding", "policy", "proxmox", "usable")
KEY = re.compile(r'"((?:ask|place|policy|broken)\.[a-z_.]+[a-z])"')


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def used():
    files = [f for room in ROOMS for f in (ROOT / "iac" / room).rglob("*.py")]
    return {key for f in [*files, ROOT / "iac/errors.py"] for key in KEY.findall(f.read_text(encoding="utf-8"))}


def stems(language):
    return {key.removesuffix(".one").removesuffix(".other") for key in WORDS[language]}


def test_both_languages_have_the_same_sentences():
    assert WORDS["en"].keys() == WORDS["fr"].keys()


@pytest.mark.parametrize("key", sorted(WORDS["en"]))
def test_a_sentence_takes_the_same_values_in_both_languages(key):
    assert fields(WORDS["en"][key]) == fields(WORDS["fr"][key])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_sentence_that_the_code_says_is_there(language):
    said = used() - {"place.too_big"}  # an example in a docstring
    assert len(said) > 60
    assert said - stems(language) == set()


@pytest.mark.parametrize("part", ["load", "failures", "work", "affinities", "devices"])
def test_everything_that_may_be_unread_has_its_words(part):
    assert fields(WORDS["en"][f"place.signal_unread.{part}"]) == {"why"}


@pytest.mark.parametrize("group", GROUPS)
def test_whatever_a_node_falls_behind_in_has_its_words(group):
    assert {"node", "score"} <= fields(WORDS["fr"][f"place.behind.{group}"])
    assert fields(WORDS["fr"][f"card.points.{group}"]) == {"points", "most"}


@pytest.mark.parametrize("code", ["agent", "address", "cloud_init", "ssh"])
def test_everything_that_may_be_missing_has_its_words(code):
    assert f"usable.missing.{code}" in WORDS["en"]
