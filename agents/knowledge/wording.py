"""A model's own words for what documents say: taken only where the quoted passages bear them out. Pure."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from agents.knowledge.terms import fold, terms_of
from agents.knowledge.values import Language

MOST = 1500
LEAST_SHARE = 0.5
"""Share of the telling words that must stand in the passages; the rest are words that hold a sentence together."""
_STEM = 5
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
    telling = [term for term in terms_of(text, language) if len(term.said) >= _LEAST_LETTERS]
    borne = [term for term in telling if any(form[:_STEM] in ground for form in term.forms)]
    return text if telling and len(borne) >= LEAST_SHARE * len(telling) else ""
