"""Documentation: how long an index takes, again when nothing changed, and how long a question waits."""

import time
from pathlib import Path

from agents.knowledge.index import Index
from agents.knowledge.searching import search
from agents.knowledge.shipped import shipped
from agents.knowledge.values import Raw, Source
from iac.terraform.toolchain import Toolchain
from tests.bench.table import Table, percentile

COPIES = 20
"""How often our own pages stand in the library of a large team: 1,120 pages, 2,240 files."""
SOURCE = Source("bench", "directory", "/")
ASKED = (
    ("en", "how do I restore a backup?"),
    ("en", "what happens when a node dies"),
    ("fr", "comment agrandir un disque ?"),
    ("fr", "pourquoi ma demande a-t-elle été refusée ?"),
) * 10


def measure(table: Table, home: Path, _toolchain: Toolchain) -> None:
    table.heading("Documentation")
    home.mkdir(parents=True, exist_ok=True)
    pages = [
        Raw(f"{copy}/{page.key}", page.address, page.form, page.content, page.language)
        for copy in range(COPIES)
        for page in shipped().pages
    ]
    index = Index(home / "index.db")
    first = _taken(index, pages)
    again = _taken(index, pages)
    waits = [_asked(index, language, question) for language, question in ASKED]
    table.line(f"indexing {len(pages):,} files, {index.size()[1]:,} passages", f"{first:.2f} s")
    table.goal("the same again, nothing changed, against the first time", again / first, 0.5)
    table.goal("a question, p95", percentile(waits, 95), 200, " ms", f"p50 {percentile(waits, 50):.1f} ms")
    index.close()


def _taken(index: Index, pages: list[Raw]) -> float:
    began = time.perf_counter()
    with index:
        index.take(SOURCE, pages, 0.0, lambda _count, _name: None)
    return time.perf_counter() - began


def _asked(index: Index, language: str, question: str) -> float:
    began = time.perf_counter()
    search(index, question, "fr" if language == "fr" else "en")
    return (time.perf_counter() - began) * 1000
