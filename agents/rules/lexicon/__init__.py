"""What is said in a message, as concepts: the words of each stand in ``en.toml`` and ``fr.toml``. Pure."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from agents.contracts import Language

_GAP = r"(?:[^\s.;!?,]+ +){0,4}?"


@dataclass(frozen=True, slots=True)
class Heard:
    """One concept at one place: ``act`` and ``thing`` are the kinds that make an intent, ``manner`` colours it."""

    kind: str
    concept: str
    start: int
    end: int


def heard_in(text: str, languages: tuple[Language, ...]) -> tuple[Heard, ...]:
    """Every concept of a folded text, in the order they are said; one place may hold several."""
    found = [
        Heard(kind, concept, *match.span())
        for language in languages
        for (kind, concept), pattern in _patterns(language).items()
        for match in pattern.finditer(text)
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda h: (h.start, -h.end)))


@cache
def vocabulary() -> frozenset[str]:
    """Whole words of six letters and more that stand in the lexicon: what a slip of the pen may have meant."""
    phrases = [phrase for table in map(_table, ("en", "fr")) for words in table.values() for phrase in words]
    plain = re.findall(r"(?<![\w(|*])[a-z]{6,}(?![\w(|*\[?])", "\n".join(phrases))
    optional = re.findall(r"(?<![\w(|*])([a-z]{6,})\?(?![\w(|*])", "\n".join(phrases))
    return frozenset({*plain, *optional, *(word[:-1] for word in optional if word.endswith("s"))})


@cache
def _patterns(language: Language) -> Mapping[tuple[str, str], re.Pattern[str]]:
    return {key: re.compile("|".join(map(_pattern, words))) for key, words in _table(language).items()}


@cache
def _table(language: Language) -> Mapping[tuple[str, str], tuple[str, ...]]:
    text = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return {
        (kind, concept): tuple(phrases)
        for kind, concepts in tomllib.loads(text).items()
        for concept, phrases in concepts.items()
    }


def _pattern(phrase: str) -> str:
    """A phrase as a pattern: "turn .. off" spans up to four words, "migrat*" any ending."""
    words = re.sub(r"(?<=[a-z])\*", "[a-z]*", phrase)
    parts = [part.strip().replace(" ", " +") for part in words.split("..")]
    return rf"(?<![\w-])(?:{f' +{_GAP}'.join(parts)})(?!\w)"
