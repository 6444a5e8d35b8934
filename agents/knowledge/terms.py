"""A question as the words to look for; French ones beside what they are called in English documentation. Pure."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from agents.knowledge.values import Language

MOST_TERMS = 24
"""More words than that are no question; the first ones are looked for."""
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 4
"""Words of the longest phrase in the glossary."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase that was said, and every form of it that counts when found; ``alike`` ones count half."""

    said: str
    forms: tuple[str, ...]
    alike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Glossary:
    """French words and phrases with their English ones; ``stems`` are beginnings, longest first.

    ``stop`` words say nothing; ``weak`` ones name what everything here is about, and count where nothing else was said.
    """

    words: Mapping[str, tuple[str, ...]]
    stems: tuple[tuple[str, tuple[str, ...]], ...]
    stop: frozenset[str]
    weak: frozenset[str]
    groups: Mapping[str, tuple[str, ...]]

    def english(self, phrase: str) -> tuple[str, ...]:
        """What a phrase is called in English; nothing where it is not known. Both numbers of a noun are one word."""
        for form in (phrase, phrase.removesuffix("s"), phrase.removesuffix("x")):
            if form in self.words:
                return self.words[form]
        size = phrase.count(" ")
        fitting = (stem for stem in self.stems if stem[0].count(" ") == size and phrase.startswith(stem[0]))
        return next(fitting, ("", ()))[1]

    def alike(self, forms: Sequence[str]) -> tuple[str, ...]:
        """Other words that people use for these, whatever their ending."""
        stems = [form.removesuffix(end) for form in forms for end in ("", "s", "es", "ed", "ing")]
        others = (word for stem in stems for word in self.groups.get(stem, ()) if word not in forms)
        return tuple(dict.fromkeys(others))


def terms_of(question: str, language: Language | None) -> tuple[Term, ...]:
    """The words of a question that say what it is about. English ones stay as they are; others may be French."""
    words = _WORD.findall(fold(question))
    glossary = glossary_of()
    found = _translated(words, glossary) if language != "en" else (Term(w, (w,)) for w in words)
    kept = {t.said: t for t in found if t.said not in glossary.stop and (len(t.said) > 1 or t.said.isdigit())}
    telling = [term for said, term in kept.items() if said not in glossary.weak]
    chosen = (telling or list(kept.values()))[:MOST_TERMS]
    return tuple(replace(term, alike=glossary.alike(term.forms)) for term in chosen)


def fold(text: str) -> str:
    """Lower case, accents and ligatures gone: as the index keeps its words."""
    spelled = text.lower().replace("\N{LATIN SMALL LIGATURE OE}", "oe").replace("\N{LATIN SMALL LETTER AE}", "ae")
    return "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))


def _translated(words: Sequence[str], glossary: Glossary) -> Iterator[Term]:
    """Longest phrases first; a word that the glossary does not know stays."""
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST, len(words) - at), 0, -1):
            said = " ".join(words[at : at + size])
            english = glossary.english(said) if said not in glossary.stop else ()
            if english or size == 1:
                own = [said] if size == 1 else [w for w in words[at : at + size] if w not in glossary.stop]
                yield Term(said, tuple(dict.fromkeys([*english, *own])))
                at += size
                break


@cache
def glossary_of() -> Glossary:
    """The glossary that ships with the product."""
    told = tomllib.loads(files("agents.knowledge").joinpath("glossary.toml").read_text(encoding="utf-8"))
    words, stems = dict[str, tuple[str, ...]](), dict[str, tuple[str, ...]]()
    for english, french in told["english"].items():
        for each in map(str.strip, fold(french).split(",")):
            table = stems if each.endswith("*") else words
            key = " ".join(_WORD.findall(each))
            table[key] = tuple(dict.fromkeys([*table.get(key, ()), *english.split()]))
    ordered = tuple(sorted(stems.items(), key=lambda stem: -len(stem[0])))
    stop, weak = (frozenset(_WORD.findall(fold(told[name]))) for name in ("stop", "weak"))
    groups = [group.split() for group in told["alike"]]
    return Glossary(words, ordered, stop, weak, {word: tuple(group) for group in groups for word in group})
