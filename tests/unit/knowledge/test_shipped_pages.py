"""The pages that ship are ours, short, whole, in the wheel, and name only commands and settings that exist."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from agents.knowledge.forms import parse
from agents.knowledge.passages import passages_of
from agents.knowledge.shipped import shipped
from bot.__main__ import _parser
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
PAGES = shipped().pages
COMMANDS = next(a for a in _parser()._actions if a.dest == "command").choices


def test_there_are_some_forty_pages_and_more():
    assert len([page for page in PAGES if page.language == "en"]) >= 40


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.language}-{page.key}")
def test_a_page_is_short_has_one_title_and_sections_with_words(page):
    text = page.content.decode()
    document = parse(".md", page.content)
    assert 120 <= len(text.split()) <= 400
    assert text.startswith("# ")
    assert text.count("\n# ") == 0
    assert len(document.sections) >= 3
    assert all(
        len(section.text) > 30 for section in document.sections if section.heading and section != document.sections[1]
    )
    assert list(passages_of(document))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.language}-{page.key}")
def test_a_page_names_only_commands_and_settings_that_exist(page):
    text = page.content.decode()
    assert [name for name in re.findall(r"`threadform ([a-z]+)", text) if name not in COMMANDS] == []
    settings = {f"THREADFORM_{name.upper()}" for name in Settings.model_fields}
    assert {name.rstrip("_") for name in re.findall(r"THREADFORM_[A-Z_]+", text)} - settings == set()


def test_a_french_page_is_the_translation_of_an_english_one():
    keys = {language: {page.key for page in PAGES if page.language == language} for language in ("en", "fr")}
    assert keys["fr"] <= keys["en"]


def test_the_wheel_holds_every_page_and_the_glossary(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    assert {f"agents/knowledge/pages/{page.language}/{page.key}.md" for page in PAGES} <= names
    assert "agents/knowledge/glossary.toml" in names
