"""How well questions with known answers are found: recall at one and at five, and the mean reciprocal rank."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from agents.knowledge.values import Found, Language

FIRST = 5


class Question(BaseModel):
    """One question and the pages that answer it, each named as in its source; ``is_hard``: in words of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    lang: Language
    is_hard: bool = False
    question: str
    sources: tuple[str, ...]


class Searcher(Protocol):
    """Whatever finds pages for a question."""

    def search(self, question: str, language: Language | None = None, most: int = FIRST) -> Found:
        """The best passages, one a page."""
        ...


def read_questions(path: Path) -> tuple[Question, ...]:
    """A file with one question a line, as JSON. Raises ``OSError`` and ``ValueError`` where it is none."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not lines:
        raise ValueError(f"{path} holds no questions")
    return tuple(Question.model_validate(json.loads(line)) for line in lines)


def rank_of(question: Question, searcher: Searcher) -> int:
    """The place of the first right page among the first five, from 1; 0 where there is none."""
    found = searcher.search(question.question, question.lang, FIRST).passages
    pages = [passage.page.partition("/")[2] for passage in found]
    return next((place for place, page in enumerate(pages, 1) if page in question.sources), 0)


def figures(ranks: Sequence[int]) -> dict[str, float]:
    """Recall at 1, recall at 5, and the mean of one over the place."""
    count = len(ranks)
    return {
        "n": count,
        "recall@1": round(sum(rank == 1 for rank in ranks) / count, 2),
        "recall@5": round(sum(rank > 0 for rank in ranks) / count, 2),
        "MRR": round(sum(1 / rank for rank in ranks if rank) / count, 2),
    }


def parts(questions: Sequence[Question], searcher: Searcher) -> dict[str, dict[str, float]]:
    """The figures of all, of each language, and of the hard ones apart; only of what there is."""
    ranks = {question.id: rank_of(question, searcher) for question in questions}
    chosen = {
        "all": questions,
        "en": [q for q in questions if q.lang == "en"],
        "fr": [q for q in questions if q.lang == "fr"],
        "plain": [q for q in questions if not q.is_hard],
        "hard": [q for q in questions if q.is_hard],
    }
    return {name: figures([ranks[q.id] for q in part]) for name, part in chosen.items() if part}


def table(questions: Sequence[Question], searcher: Searcher) -> Iterator[str]:
    """The figures as lines, then what was not found."""
    for name, found in parts(questions, searcher).items():
        yield f"{name:6s}" + "  ".join(f"{key}={value:g}" for key, value in found.items())
    for question in questions:
        place = rank_of(question, searcher)
        if place != 1:
            yield f"{'not found' if not place else f'place {place}'}: {question.id} {question.question}"
