"""``threadform doctor`` says whether questions about how something works can be answered."""

import pytest

from bot.cli.doctor import _library
from bot.settings import Settings
from bot.wiring.library import library_of


@pytest.fixture
def settings(monkeypatch, tmp_path):
    monkeypatch.setenv("THREADFORM_HOME", str(tmp_path / "home"))
    return Settings()


def test_before_the_first_question_there_is_nothing_to_mend_and_nothing_is_made(settings):
    line = _library(settings)
    assert (line.is_ok, "first question" in line.found) == (True, True)
    assert not (settings.home / "knowledge").exists()


def test_the_sources_their_pages_and_their_age_are_told(settings):
    library_of(settings).shelved()
    line = _library(settings)
    assert line.is_ok
    assert line.found.startswith("1 sources, ")
    assert line.found.endswith("the oldest read 0 days ago")


def test_a_damaged_index_is_found_with_the_command_that_mends_it(settings):
    library_of(settings).shelved()
    (settings.home / "knowledge" / "index.db").write_bytes(b"broken" * 1000)
    line = _library(settings)
    assert (line.is_ok, line.mend) == (False, "threadform knowledge reindex")
