"""Questions with known answers among our own pages: the figures are those of docs/knowledge.md, and good enough."""

import importlib.util
import os
import re
from pathlib import Path

import pytest

from agents.knowledge.forms import FORMS
from agents.knowledge.index import Index
from agents.knowledge.library import Library
from agents.knowledge.scoring import figures, parts, read_questions
from agents.knowledge.searching import search
from agents.knowledge.shipped import shipped
from agents.knowledge.values import Raw, Source

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SETS = {"first": HERE / "questions.jsonl", "fresh": HERE / "fresh.jsonl"}
SHARED = ROOT.parent / "shared" / "data" / "rag" / "questions.py"
CORPUS = os.environ.get("THREADFORM_TEST_CORPUS", "")
OFF_TOPIC = [
    ("en", "what is the capital of France"),
    ("en", "best pizza recipe"),
    ("en", "who won the match yesterday"),
    ("en", "how do I bake bread"),
    ("en", "write me a poem about the sea"),
    ("fr", "une recette de tarte aux pommes"),
    ("fr", "qui a gagné le match hier"),
    ("fr", "quel temps fera-t-il demain"),
    ("fr", "comment apprendre le piano"),
    ("fr", "comment soigner un rhume"),
]


@pytest.fixture(scope="module")
def library():
    return Library()


@pytest.fixture(scope="module")
def measured(library):
    return {name: parts(read_questions(path), library) for name, path in SETS.items()}


def test_the_sets_are_as_large_and_as_hard_as_they_are_said_to_be():
    first, fresh = (read_questions(path) for path in SETS.values())
    for questions, each, hard in ((first, 20, 13), (fresh, 10, 6)):
        assert [q.lang for q in questions].count("en") == [q.lang for q in questions].count("fr") == each
        assert sum(q.is_hard for q in questions) >= hard
    assert not {q.question for q in first} & {q.question for q in fresh}


@pytest.mark.parametrize("name", SETS)
def test_every_expected_source_is_a_page(name):
    keys = {page.key for page in shipped().pages}
    assert {source for question in read_questions(SETS[name]) for source in question.sources} <= keys


@pytest.mark.parametrize("name", SETS)
def test_a_plain_question_finds_its_page_among_the_first_five_and_a_hard_one_mostly(measured, name):
    found = measured[name]
    assert found["plain"]["recall@5"] == 1
    assert found["all"]["recall@5"] >= 0.85
    assert abs(found["en"]["recall@5"] - found["fr"]["recall@5"]) <= 0.1


@pytest.mark.parametrize("name", SETS)
def test_the_page_about_documentation_shows_the_figures_there_are(measured, name):
    page = (ROOT / "docs" / "knowledge.md").read_text()
    for part, found in measured[name].items():
        figures_shown = " | ".join(f"{found[each]:.2f}" for each in ("recall@1", "recall@5", "MRR"))
        row = f"| {name} | {part} | {found['n']:g} | {figures_shown} |"
        assert row in page


@pytest.mark.parametrize(
    ("language", "question", "heading"),
    [
        ("en", "what is quorum?", "What a quorum is"),
        (
            "fr",
            "c\N{RIGHT SINGLE QUOTATION MARK}est quoi le quorum ?",
            "Ce qu\N{RIGHT SINGLE QUOTATION MARK}est le quorum",
        ),
        ("en", "what is drift?", ""),
        ("fr", "qu'est-ce que la haute disponibilité ?", ""),
        ("en", "how do I take a snapshot?", "Taking a snapshot"),
        ("fr", "comment prendre un instantané ?", "Prendre un instantané"),
    ],
)
def test_what_something_is_and_how_it_is_done_are_answered_from_the_right_part_of_a_page(
    library, language, question, heading
):
    best = library.search(question, language).passages[0]
    assert (best.language, best.heading) == (language, heading)


def test_what_is_off_topic_is_never_called_an_answer(library):
    assert [q for language, q in OFF_TOPIC if library.search(q, language).verdict == "found"] == []


@pytest.mark.skipif(not (CORPUS and SHARED.exists()), reason="needs the shared questions and THREADFORM_TEST_CORPUS")
def test_questions_of_others_about_documents_of_others_are_found_too():
    told = importlib.util.spec_from_file_location("shared_questions", SHARED)
    shared = importlib.util.module_from_spec(told)
    told.loader.exec_module(shared)
    files = [path for path in sorted(Path(CORPUS).rglob("*")) if path.is_file() and path.suffix in FORMS]
    pages = [Raw(k, k, path.suffix, path.read_bytes()) for path in files for k in [path.relative_to(CORPUS).as_posix()]]
    index = Index()
    with index:
        index.take(Source("corpus", "directory", CORPUS), pages, 0.0, lambda *_: None)
    ranks = []
    for language, question, right in shared.Q:
        found = [re.sub(r"^\d+/", "", each.page) for each in search(index, question, language).passages]
        ranks.append(next((place for place, page in enumerate(found, 1) if page in right), 0))
    index.close()
    assert figures(ranks)["recall@5"] >= 0.9
