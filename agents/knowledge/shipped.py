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
    place = files("agents.knowledge").joinpath("pages", language)
    # A language without a page yet is no directory at all where the sources were checked out.
    for file in sorted(place.iterdir(), key=lambda f: f.name) if place.is_dir() else ():
        key, _, suffix = file.name.rpartition(".")
        if suffix == "md":
            yield Raw(key, f"{NAME}:{key}", ".md", file.read_bytes(), language)
