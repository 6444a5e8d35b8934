"""A model's own words for what documents say: taken only where the quoted passages bear them out. Pure."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from agents.knowledge.terms import fold, terms_of
from agents.knowledge.values import Language

MOST = 1500
LEAST_SHARE = 0.5
"""Share of the telling words of each sentence that must stand in the passages; the rest hold it together."""
_STEM = 5
_END = re.compile(r"(?<=[.!?])\s+|\n+")
_LEAST_LETTERS = 4
_HARD = re.compile(r"`[^`\n]+`|(?<!\w)--?[a-z][\w-]+|[^\s`\"'()\[\],;]*[\d_/@\\][^\s`\"'()\[\],;]*")
"""What must be there to the letter: numbers, commands, options, paths, identifiers, addresses."""


class Worded(BaseModel):
    """What a model made of the passages; ``used`` are their numbers, from 1."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str = ""
    used: list[int] = Field(default_factory=list)


def borne_out(worded: Worded, quotes: Sequence[str], question: str, language: Language) -> str:
    """The text where it names its passages and says nothing that they do not; empty otherwise."""
    text = worded.text.strip()
    is_named = bool(worded.used) and all(1 <= number <= len(quotes) for number in worded.used)
    if not text or not is_named or len(text) > MOST:
        return ""
    ground = fold("\n".join([question, *quotes]))
    hard = [found.strip("`.:!?") for found in _HARD.findall(fold(text))]
    if any(word and word not in ground for word in hard):
        return ""
    sentences = [part for part in _END.split(text) if part.strip()]
    return text if terms_of(text, language) and all(_stands(part, ground, language) for part in sentences) else ""


def _stands(sentence: str, ground: str, language: Language) -> bool:
    """Whether one sentence says what the passages say: a true one beside it does not carry a false one."""
    telling = [term for term in terms_of(sentence, language) if len(term.said) >= _LEAST_LETTERS]
    borne = [term for term in telling if any(form[:_STEM] in ground for form in term.forms)]
    return len(borne) >= LEAST_SHARE * len(telling)
