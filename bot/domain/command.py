"""Commands: what may be said after a slash, in English and in French. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.domain.errors import Refused, Sentence, say

Verb = Literal["freeze", "unfreeze", "quota", "help"]

VERBS: Mapping[str, tuple[Verb, Literal["en", "fr"] | None]] = {
    "freeze": ("freeze", None),
    "unfreeze": ("unfreeze", None),
    "quota": ("quota", None),
    "help": ("help", None),
    "geler": ("freeze", "fr"),
    "dégeler": ("unfreeze", "fr"),
    "degeler": ("unfreeze", "fr"),
    "aide": ("help", "fr"),
}
"""Each word with what it does, and the language it is said in where only one has it."""

NAMES = frozenset({"threadform"})
"""Commands of a platform that carry our verb as their first word."""

REASON_MOST = 300


@dataclass(frozen=True, slots=True)
class Command:
    """One command; ``rest`` is everything after the verb."""

    verb: Verb
    rest: str


def split_command(text: str) -> tuple[str, str] | None:
    """Name and rest of a message that is a command of ours; None for every other message."""
    name, _, rest = text.strip().partition(" ")
    word = name.removeprefix("/").lower()
    return (word, rest.strip()) if name.startswith("/") and word in VERBS else None


def language_of(name: str) -> Literal["en", "fr"] | None:
    """The language of the word, where only one language has it."""
    return VERBS.get(_word(name), ("help", None))[1]


def reason_of(text: str) -> str:
    """What a person added in words of their own; empty where a text is only the verb of a platform's command."""
    return " ".join(text.split()) if text.strip().lower() not in VERBS else ""


def parse_command(name: str, text: str) -> Command:
    """The command; ``Refused`` where the word is none of ours, or the reason is a whole letter."""
    word, rest = _word(name), " ".join(text.split())
    if word in NAMES:
        word, _, rest = rest.partition(" ")
    verb = VERBS.get(word.lower(), (None, None))[0]
    if verb is None:
        raise Refused("command.unknown", word=word or "?", words=("freeze", "unfreeze", "quota", "help"))
    if len(rest) > REASON_MOST:
        raise Refused("command.too_long", count=len(rest), most=REASON_MOST)
    return Command(verb, rest.strip())


def lifted(name: str, waiting: int) -> Sentence:
    """What is said when the freeze ends: by whom, and how many runs had waited for it."""
    return say("freeze.lifted", name=name, count=waiting) if waiting else say("freeze.lifted_alone", name=name)


def _word(name: str) -> str:
    return name.removeprefix("/").lower()
