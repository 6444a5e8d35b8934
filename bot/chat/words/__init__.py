"""The words: every sentence a person reads, in every language, filled with its values at the very end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

import structlog

from bot.chat.words.catalogue import LANGUAGES, fields_of, load_catalogue
from bot.chat.words.formatting import duration, join, moment, money, number, show
from bot.chat.words.language import language_of, preferred
from iac.errors import Sentence, Value

__all__ = [
    "LANGUAGES",
    "MissingWords",
    "Words",
    "duration",
    "join",
    "language_of",
    "moment",
    "money",
    "number",
    "preferred",
]

log = structlog.get_logger()


class MissingWords(LookupError):
    """A sentence has no words, or lacks a value: a defect of ours, never of the person's."""


@dataclass(frozen=True, slots=True)
class Words:
    """All catalogues. A strict one raises ``MissingWords``; else the key is shown with its values, and logged."""

    catalogues: Mapping[str, Mapping[str, str]]
    is_strict: bool = True

    @classmethod
    def load(cls, *, is_strict: bool = True) -> Self:
        """Read the catalogues that ship with the product."""
        return cls({language: load_catalogue(language) for language in LANGUAGES}, is_strict)

    def say(self, sentence: Sentence, language: str) -> str:
        """The sentence in that language (English where the language is not ours)."""
        tongue = language if language in self.catalogues else "en"
        pattern = self._pattern(sentence, tongue)
        missing = fields_of(pattern) - set(sentence.values) if pattern is not None else frozenset()
        if pattern is None or missing:
            return self._unsaid(sentence, tongue, missing)
        values = {name: show(name, value, tongue) for name, value in sentence.values.items()}
        return pattern.format_map(values)

    def text(self, key: str, language: str, **values: Value) -> str:
        """Short for ``say(Sentence(key, values), language)``."""
        return self.say(Sentence(key, values), language)

    def has(self, key: str) -> bool:
        """Whether there is such a message."""
        return key in self.catalogues["en"]

    def language_of(self, text: str) -> Literal["en", "fr"]:
        """Which of our languages a text is in."""
        return language_of(text)

    def _pattern(self, sentence: Sentence, language: str) -> str | None:
        catalogue = self.catalogues[language]
        if sentence.key in catalogue:
            return catalogue[sentence.key]
        count = sentence.values.get("count")
        if not isinstance(count, int | float):
            return None
        return catalogue.get(f"{sentence.key}.{_form(count, language)}")

    def _unsaid(self, sentence: Sentence, language: str, missing: frozenset[str]) -> str:
        if self.is_strict:
            what = f"lacks {sorted(missing)}" if missing else "has no words"
            raise MissingWords(f"{sentence.key} {what} ({language}): {dict(sentence.values)}")
        log.error("words.missing", key=sentence.key, language=language, missing=sorted(missing))
        values = ", ".join(f"{name}: {show(name, value, language)}" for name, value in sentence.values.items())
        return f"{sentence.key} ({values})" if values else sentence.key


def _form(count: float, language: str) -> str:
    """French counts 0 and everything below 2 as one; English only 1."""
    is_one = abs(count) < 2 if language == "fr" else count == 1  # noqa: PLR2004 - the rule of the language
    return "one" if is_one else "other"
