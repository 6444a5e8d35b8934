"""A directory is read as far as it may be: nothing hidden, nothing outside, no pipe; and what is left is told."""

import os

import pytest

from agents.knowledge.directories import Bounds, gather
from agents.knowledge.values import Source
from iac.errors import Refused


def source(place, **more):
    return Source("team", "directory", str(place), **more)


def refused(place, **bounds):
    with pytest.raises(Refused) as no:
        gather(source(place), Bounds(**bounds))
    return no.value.sentence


@pytest.fixture
def runbooks(tmp_path):
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "failover.md").write_text("# Failover\n\nCall Bob.")
    (tmp_path / "index.HTML").write_text("<p>Welcome</p>")
    return tmp_path


def test_every_page_has_a_key_and_an_address_that_tells_no_path_of_this_machine(runbooks):
    pages = gather(source(runbooks)).pages
    assert [(page.key, page.address, page.form) for page in pages] == [
        ("index.HTML", "team/index.HTML", ".html"),
        ("db/failover.md", "team/db/failover.md", ".md"),
    ]
    assert not any(str(runbooks) in page.address for page in pages)


def test_a_link_leads_people_to_the_pages(runbooks):
    pages = gather(source(runbooks, link="https://wiki.example.org/ops/")).pages
    assert {page.address for page in pages} == {
        "https://wiki.example.org/ops/index.HTML",
        "https://wiki.example.org/ops/db/failover.md",
    }


def test_one_file_is_a_source_too(runbooks):
    file = runbooks / "db" / "failover.md"
    assert [p.address for p in gather(Source("f", "file", str(file))).pages] == ["failover.md"]
    assert [p.address for p in gather(Source("f", "file", str(file), "https://w/f")).pages] == ["https://w/f"]


def test_what_is_hidden_or_leads_outside_is_not_read(runbooks, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.md").write_text("secret")
    (runbooks / ".git").mkdir()
    (runbooks / ".git" / "a.md").write_text("secret")
    (runbooks / ".hidden.md").write_text("secret")
    (runbooks / "link.md").symlink_to(outside / "secret.md")
    (runbooks / "folder").symlink_to(outside, target_is_directory=True)
    assert [page.key for page in gather(source(runbooks)).pages] == ["index.HTML", "db/failover.md"]


def test_what_cannot_be_read_as_a_page_is_named_with_the_reason(runbooks):
    (runbooks / "long.md").write_text("x" * 101)
    (runbooks / "image.md").write_bytes(b"\x00\x01")
    (runbooks / "plan.pdf").write_bytes(b"%PDF")
    (runbooks / "plan.docx").write_bytes(b"PK")
    (runbooks / "photo.png").write_bytes(b"\x89PNG")
    os.mkfifo(runbooks / "pipe.md")
    found = gather(source(runbooks), Bounds(page=100))
    assert {left.name: left.why for left in found.left} == {
        "long.md": "size",
        "image.md": "binary",
        "plan.pdf": "pdf",
        "plan.docx": "form",
    }
    assert len(found.pages) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_the_right_to_read_it_is_named(runbooks):
    (runbooks / "closed.md").write_text("x")
    (runbooks / "closed.md").chmod(0)
    assert [left.why for left in gather(source(runbooks)).left] == ["unreadable"]


def test_a_place_that_is_not_there_is_refused(tmp_path):
    assert refused(tmp_path / "nowhere").key == "knowledge.no_such_place"


def test_a_directory_without_a_page_is_refused_and_says_what_is_read(tmp_path):
    (tmp_path / "plan.pdf").write_bytes(b"%PDF")
    sentence = refused(tmp_path)
    assert sentence.key == "knowledge.no_pages"
    assert (sentence.values["left"], ".md" in sentence.values["forms"]) == (1, True)


def test_more_files_than_anybody_wrote_are_refused(runbooks):
    assert refused(runbooks, files=1).values["count"] == 2
    assert refused(runbooks, whole=20).key == "knowledge.too_large"
