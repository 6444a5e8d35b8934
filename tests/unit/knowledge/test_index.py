"""The index holds exactly what its sources hold, reads only what changed, and is whole whoever else writes."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from agents.knowledge.index import VERSION, Index, expression
from agents.knowledge.values import Raw, Source

TEAM = Source("team", "directory", "/srv/runbooks")
OTHER = Source("other", "directory", "/srv/other")


def page(key, text, language=""):
    return Raw(key, f"team/{key}", ".md", text.encode(), language)


def take(index, *pages, source=TEAM, now=1.0):
    with index:
        return index.take(source, pages, now, lambda _count, _name: None)


def found(index, word):
    return [passage.page for _, passage in index.best(expression([word]), 10)]


@pytest.fixture
def index():
    made = Index()
    yield made
    made.close()


def test_what_was_taken_in_is_found_with_its_title_heading_and_address(index):
    take(index, page("db.md", "# Database\n\n## Failover\n\nPromote shop02."))
    [(_, passage)] = index.best(expression(["promote"]), 5)
    assert (passage.page, passage.title, passage.heading, passage.address) == (
        "1/db.md",
        "Database",
        "Failover",
        "team/db.md",
    )
    assert passage.score > 0


def test_a_title_weighs_more_than_the_text_below_it(index):
    take(index, page("a.md", "# Networks\n\nNothing about backups, or a backup."), page("b.md", "# Backup\n\nNightly."))
    assert found(index, "backup") == ["1/b.md", "1/a.md"]


def test_only_what_changed_is_read_again(index):
    first = take(index, page("a.md", "# A\n\none"), page("b.md", "# B\n\ntwo"))
    again = take(index, page("a.md", "# A\n\none"), page("b.md", "# B\n\nthree"), page("c.md", "# C\n\nfour"), now=2.0)
    assert (first.changed, first.same, first.gone) == (2, 0, 0)
    assert (again.changed, again.same, again.gone, again.passages) == (2, 1, 0, 3)
    assert (found(index, "two"), found(index, "three")) == ([], ["1/b.md"])


def test_what_is_gone_from_a_source_is_gone_from_the_index(index):
    take(index, page("a.md", "one"), page("b.md", "two"))
    take(index, page("z.md", "two"), source=OTHER)
    assert take(index, page("a.md", "one")).gone == 1
    assert found(index, "two") == ["2/z.md"]


def test_a_page_that_another_replaced_is_left_out_and_named_and_not_read_each_time(index):
    old = page("old.md", "# old\n\nDeprecated: use new instead.")
    counted = take(index, old, page("new.md", "# new\n\nwords"))
    assert [(left.name, left.why) for left in counted.left] == [("old.md", "superseded")]
    assert found(index, "instead") == []
    assert take(index, old, page("new.md", "# new\n\nwords")).same == 2


def test_a_page_without_words_is_left_out_and_named(index):
    assert [left.why for left in take(index, page("empty.md", "\n\n")).left] == ["no_words"]


def test_a_source_is_forgotten_with_everything_of_it(index):
    take(index, page("a.md", "one"))
    take(index, page("a.md", "one"), source=OTHER)
    with index:
        assert index.remove("team")
        assert not index.remove("team")
    assert found(index, "one") == ["2/a.md"]
    assert [each.source.name for each in index.shelved()] == ["other"]


def test_what_breaks_in_the_middle_changes_nothing(index):
    take(index, page("a.md", "one"))

    def pages():
        yield page("a.md", "two")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), index:
        index.take(TEAM, pages(), 2.0, lambda _count, _name: None)
    assert (found(index, "one"), found(index, "two")) == (["1/a.md"], [])


def test_an_anchor_is_part_of_an_address_of_the_web_alone(index):
    html = b"<title>T</title><h2 id='how'>How</h2><p>promote"
    web = Raw("u", "https://docs.example.org/p.html", ".html", html)
    file = Raw("f", "team/p.html", ".html", html)
    take(index, web, file)
    addresses = {passage.address for _, passage in index.best(expression(["promote"]), 5)}
    assert addresses == {"https://docs.example.org/p.html#how", "team/p.html"}


def test_an_index_of_another_version_is_made_anew_and_remembers_what_people_added(tmp_path):
    path = tmp_path / "index.db"
    index = Index(path)
    take(index, page("a.md", "one"))
    index.close()
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.close()
    index = Index(path)
    assert found(index, "one") == []
    assert [(each.source, each.read_at) for each in index.shelved()] == [(TEAM, 0.0)]
    index.close()


def test_many_threads_write_and_nobody_sees_half_of_it(tmp_path):
    path = tmp_path / "index.db"
    Index(path).close()
    seen = set()

    def write(number):
        index = Index(path)
        take(index, *(page(f"{n}.md", f"round {number}") for n in range(5)), now=float(number))
        index.close()

    def read(_):
        index = Index(path)
        seen.add(index.size())
        index.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda job: job[0](job[1]), [(write, n) if n % 2 else (read, n) for n in range(24)]))
    assert seen <= {(0, 0), (5, 5)}
    index = Index(path)
    assert index.size() == (5, 5)
    assert index.is_whole()
    index.close()


def test_two_processes_make_one_index(tmp_path):
    script = (
        "import sys; from pathlib import Path; from agents.knowledge.library import Library; "
        "print(len(Library(Path(sys.argv[1])).search('restore a backup', 'en').passages))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "knowledge" / "index.db")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[0].strip() for process in both]
    assert said == ["5", "5"]
    index = Index(tmp_path / "knowledge" / "index.db")
    assert [each.source.name for each in index.shelved()] == ["threadform"]
    index.close()
