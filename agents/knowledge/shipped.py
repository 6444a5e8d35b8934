"""The pages that come with the product, in our own words: one file a page, the same name in each language."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from agents.knowledge.values import Gathered, Raw, Source

NAME = "threadform"
OWN = Source(NAME, "own", "")
LANGUAGES = ("en", "fr")


@cache
def shipped() -> Gathered:
    """Every page, by name; two languages of one page share their key."""
    return Gathered(tuple(page for language in LANGUAGES for page in _pages(language)))


def _pages(language: str) -> Iterator[Raw]:
    for file in sorted(files("agents.knowledge").joinpath("pages", language).iterdir(), key=lambda f: f.name):
        key, _, suffix = file.name.rpartition(".")
        if suffix == "md":
            yield Raw(key, f"{NAME}:{key}", ".md", file.read_bytes(), language)
