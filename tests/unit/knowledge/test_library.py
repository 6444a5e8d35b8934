"""The library keeps our own pages up to date, takes in a team's, and never loses what it was given."""

import sqlite3

import pytest

from agents.knowledge.index import VERSION
from agents.knowledge.library import DAMAGED, Library
from agents.knowledge.shipped import shipped
from agents.knowledge.values import Source
from iac.errors import Broken, Refused


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "runbooks"
    place.mkdir()
    (place / "frob.md").write_text("# Frobnicator\n\nTurn the frobnicator off first.")
    return place


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "knowledge" / "index.db"


def source(folder, name="team"):
    return Source(name, "directory", str(folder))


def titles(library, question="frobnicator"):
    return [passage.title for passage in library.search(question, "en").passages]


def test_our_own_pages_are_there_without_anybody_doing_anything(path):
    library = Library(path)
    assert [each.source.name for each in library.shelved()] == ["threadform"]
    assert library.shelved()[0].pages == len(shipped().pages)


def test_without_a_file_the_library_lives_in_memory(folder):
    library = Library()
    library.add(source(folder))
    assert titles(library) == ["Frobnicator"]
    assert titles(Library()) == []


def test_what_was_added_is_there_in_the_next_process(path, folder):
    Library(path).add(source(folder))
    assert titles(Library(path)) == ["Frobnicator"]


def test_what_was_added_twice_is_read_again(path, folder):
    library = Library(path)
    library.add(source(folder))
    (folder / "more.md").write_text("# More\n\nAbout the frobnicator.")
    counted = library.add(source(folder))
    assert (counted.changed, counted.same) == (1, 1)


def test_a_name_is_not_given_to_another_place_or_taken_from_our_own(path, folder, tmp_path):
    library = Library(path)
    library.add(source(folder))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.md").write_text("a")
    for wrong in (source(tmp_path / "other"), source(folder, "threadform")):
        with pytest.raises(Refused) as no:
            library.add(wrong)
        assert no.value.sentence.key == "knowledge.name_taken"
    assert titles(library) == ["Frobnicator"]


def test_a_source_is_removed_and_our_own_pages_are_not(path, folder):
    library = Library(path)
    library.add(source(folder))
    library.remove("team")
    assert titles(library) == []
    for name, key in (("threadform", "own"), ("team", "no_sources")):
        with pytest.raises(Refused) as no:
            library.remove(name)
        assert no.value.sentence.key == f"knowledge.{key}"


def test_a_source_that_cannot_be_read_any_more_keeps_its_pages(path, folder):
    library = Library(path)
    library.add(source(folder))
    (folder / "frob.md").unlink()
    folder.rmdir()
    with pytest.raises(Refused):
        library.reindex(source(folder))
    assert titles(library) == ["Frobnicator"]


def test_pages_of_ours_that_a_new_version_changed_are_read_when_it_first_looks(path):
    Library(path).shelved()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE pages SET fingerprint = 'of an older version', title = 'Old' WHERE key = 'disks'")
        database.execute("DELETE FROM pages WHERE key = 'quotas'")
    database.close()
    library = Library(path)
    assert library.shelved()[0].pages == len(shipped().pages)
    assert library.search("grow a disk", "en").passages[0].title.startswith("Making a disk larger")


def test_an_index_that_was_removed_is_made_again_while_the_library_is_in_use(path):
    library = Library(path)
    library.shelved()
    for file in path.parent.iterdir():
        file.unlink()
    assert library.search("restore a backup", "en").verdict == "found"


def test_a_damaged_index_is_said_and_mended_and_kept_aside(path, folder):
    Library(path).add(source(folder))
    path.write_bytes(b"not a database at all" * 500)
    library = Library(path)
    with pytest.raises(Broken) as broken:
        library.search("backup", "en")
    assert broken.value.sentence.key == "knowledge.broken"
    assert library.mend()
    assert not library.mend()
    assert path.with_name(path.name + DAMAGED).read_bytes().startswith(b"not a database")
    assert library.search("restore a backup", "en").verdict == "found"


def test_what_an_older_version_was_given_is_known_and_read_again_when_asked(path, folder):
    Library(path).add(source(folder))
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.close()
    library = Library(path)
    team = next(each for each in library.shelved() if each.source.name == "team")
    assert (team.read_at, team.pages) == (0.0, 0)
    library.reindex(team.source)
    assert titles(library) == ["Frobnicator"]


def test_a_home_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "home").write_text("a file where a directory should be")
    with pytest.raises(Broken) as broken:
        Library(tmp_path / "home" / "knowledge" / "index.db").shelved()
    assert broken.value.sentence.key == "knowledge.broken"
