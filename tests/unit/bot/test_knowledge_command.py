"""``threadform knowledge``: a team adds what it looks things up in, sees what is there, and is told what cannot be."""

import pytest

from bot.__main__ import main


@pytest.fixture(autouse=True)
def _home(monkeypatch, tmp_path):
    monkeypatch.setenv("THREADFORM_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def runbooks(tmp_path):
    place = tmp_path / "runbooks"
    place.mkdir()
    (place / "shop.md").write_text("# The shop\n\n## Failover\n\nPromote shop02 with `shopctl promote`.")
    (place / "plan.pdf").write_bytes(b"%PDF")
    return place


def said(capsys, *arguments):
    code = main(["knowledge", *map(str, arguments)])
    shown = capsys.readouterr()
    return code, shown.out + shown.err


def test_a_directory_is_added_found_listed_and_removed(capsys, runbooks):
    code, text = said(capsys, "add", runbooks)
    assert (code, "runbooks: 1 pages, 1 passages; 1 new or changed" in text) == (0, True)
    assert "plan.pdf" in text
    assert "pdftotext" in text
    code, text = said(capsys, "search", "how do I promote shop02?")
    assert (code, text.splitlines()[0].startswith("The shop \u203a Failover (runbooks/shop.md)")) == (0, True)
    assert "  | Promote shop02" in text
    assert "verdict: found" in text
    assert f"({runbooks})" in said(capsys, "list")[1]
    assert said(capsys, "remove", "runbooks") == (0, "runbooks is forgotten, with its 1 pages.\n")
    assert "runbooks" not in said(capsys, "list")[1]


def test_sources_are_links_where_a_link_was_given(capsys, runbooks):
    said(capsys, "add", runbooks, "--name", "ops", "--link", "https://wiki.example.org/ops")
    assert "(https://wiki.example.org/ops/shop.md)" in said(capsys, "search", "promote shop02")[1]


def test_reindex_reads_what_changed_and_goes_on_where_a_source_is_away(capsys, runbooks, tmp_path):
    said(capsys, "add", runbooks)
    other = tmp_path / "other.md"
    other.write_text("# Other\n\nAbout frobnicators.")
    said(capsys, "add", other)
    (runbooks / "shop.md").write_text("# The shop\n\nNow it is shop03.")
    other.unlink()
    code, text = said(capsys, "reindex")
    assert code == 1
    assert "runbooks: 1 pages, 1 passages; 1 new or changed, 0 gone, 0 as they were." in text
    assert "other.md could not be read again and keeps its old pages" in text
    assert "Other" in said(capsys, "search", "frobnicators")[1]
    assert said(capsys, "reindex", "runbooks")[0] == 0


def test_a_damaged_index_is_made_anew_by_reindex(capsys, runbooks, tmp_path):
    said(capsys, "add", runbooks)
    (tmp_path / "home" / "knowledge" / "index.db").write_bytes(b"broken" * 1000)
    code, text = said(capsys, "list")
    assert (code, "threadform knowledge reindex" in text) == (1, True)
    code, text = said(capsys, "reindex")
    assert (code, "laid aside" in text) == (0, True)
    assert said(capsys, "list")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "nowhere"], "neither a directory nor a file"),
        (["add", "ftp://example.org/x"], "is no address that I can read"),
        (["add", "http://127.0.0.1:9/x"], "THREADFORM_KNOWLEDGE_HOSTS"),
        (["add", "https://a:b@example.org/x"], "a name or a password"),
        (["add", "git@example.org:ops/runbooks.git"], "is a Git repository"),
        (["add", "https://example.org/ops/runbooks.git"], "Clone it"),
        (["add", "runbooks", "--link", "wiki"], "no address that people could follow"),
        (["add", "runbooks", "--name", "a b;c"], "cannot be the name"),
        (["add", "runbooks", "--name", "threadform"], "Choose another name"),
        (["add", "runbooks/plan.pdf"], "no page that I can read"),
        (["remove", "nothing"], "nothing was added yet"),
        (["remove", "threadform"], "they stay"),
        (["reindex", "nothing"], "There is: threadform"),
        (["search", "?"], "Nothing found among"),
        (["eval", "nowhere.jsonl"], "nowhere.jsonl"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(capsys, runbooks, arguments, words):
    _, text = said(capsys, *arguments)
    assert words in text
    assert "Traceback" not in text


def test_questions_with_known_answers_are_scored(capsys, tmp_path):
    file = tmp_path / "q.jsonl"
    file.write_text(
        '{"id": "a", "lang": "en", "question": "restoring a guest or single files", "sources": ["restoring"]}\n'
        '{"id": "b", "lang": "fr", "is_hard": true, "question": "zèbre ?", "sources": ["disks"]}\n'
    )
    code, text = said(capsys, "eval", file, "--shipped")
    assert code == 0
    assert "all   n=2  recall@1=0.5  recall@5=0.5  MRR=0.5" in text
    assert "not found: b" in text
