"""The search finds what a question is about, says how sure it is, and takes any text for a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.knowledge.index import Index
from agents.knowledge.searching import search
from agents.knowledge.values import Raw, Source

PAGES = {
    "backup.md": "# Backups\n\n## Restoring\n\nChoose the backup and press Restore.\n\n## Keeping\n\nSeven are kept.",
    "network.md": "# Networks\n\nA bridge joins guests. A VLAN has a tag.",
    "quorum.md": "# Quorum\n\nA majority of the nodes must see each other.",
    "reseau.md": "# Réseau du labo\n\nLe pont vmbr7 mène au laboratoire de chimie.",
}


@pytest.fixture(scope="module")
def index():
    made = Index()
    pages = [Raw(name, f"docs/{name}", ".md", text.encode()) for name, text in PAGES.items()]
    twins = [
        Raw("disk", "own:disk", ".md", b"# Disks\n\nA disk can grow with qm resize, never shrink.", "en"),
        Raw("disk", "own:disk", ".md", b"# Disques\n\nUn disque peut grandir avec qm resize.", "fr"),
    ]
    with made:
        made.take(Source("docs", "directory", "/docs"), pages, 0.0, lambda *_: None)
        made.take(Source("own", "own", ""), twins, 0.0, lambda *_: None)
    yield made
    made.close()


def pages(index, question, language="en"):
    return [passage.page.partition("/")[2] for passage in search(index, question, language).passages]


@pytest.mark.parametrize(
    ("language", "question", "page"),
    [
        ("en", "how do I restore a backup?", "backup.md"),
        ("en", "restoring", "backup.md"),
        ("fr", "comment restaurer une sauvegarde ?", "backup.md"),
        ("fr", "faut-il une majorité des nœuds ?", "quorum.md"),
        ("fr", "où mène le pont du laboratoire ?", "reseau.md"),
        ("en", "vlan tag", "network.md"),
    ],
)
def test_the_page_that_answers_comes_first(index, language, question, page):
    assert pages(index, question, language)[0] == page


def test_a_page_comes_once_however_many_of_its_passages_fit(index):
    assert pages(index, "backup restore keeping").count("backup.md") == 1


@pytest.mark.parametrize(("language", "title"), [("en", "Disks"), ("fr", "Disques")])
def test_of_a_page_in_two_languages_the_persons_own_is_shown(index, language, title):
    found = search(index, "qm resize", language).passages
    assert [passage.title for passage in found] == [title]


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("how do I restore a backup", "found"),
        ("restore my grandmother's pasta recipe", "none"),
        ("zebra crossing", "none"),
        ("", "none"),
    ],
)
def test_how_sure_the_search_is_follows_from_the_share_of_the_question_that_it_found(index, question, verdict):
    assert search(index, question, "en").verdict == verdict


def test_the_number_of_pages_is_told(index):
    assert search(index, "backup", "en").pages == 5


@pytest.mark.parametrize("question", ["two-node", "what?", "C++", "AND", "NEAR(a b)", "a:b", '"', "*", "x^2", "-"])
def test_signs_that_mean_something_to_the_database_mean_nothing_here(index, question):
    assert search(index, question, None).pages == 5


@given(st.text(max_size=200), st.sampled_from(["en", "fr", None]))
def test_any_text_is_a_question(index, text, language):
    assert len(search(index, text, language).passages) <= 5
