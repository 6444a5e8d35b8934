"""What is about the person's own: their machines, what they asked for, and why they do not approve that. Pure."""

import re

from agents.rules.page import fold

_GREETS = r"^\W*(?:(?:hi|hello|hey|bonjour|salut|please|so|ok|and|et|but|mais)[\s,]+)*"
_ASKS = (
    r"(?:(?:why|how come|pourquoi|comment se fait)\b|"
    r"(?:can|can't|cannot|may|could|am)(?:n't)? (?:i|we)\b|"
    r"(?:est-ce que |qu'est-ce qui fait que )?(?:je peux|on peut|puis-je|peut-on|ai-je le droit)\b)"
)
_YES = r"\b(?:approv\w*|approuv\w*|valid\w*|sign (?:it |this )?off)\b"
_OWN = r"\b(?:my own|our own|myself|ma propre|mon propre|mes propres|moi-meme|(?:what )?i asked for|j'ai demande\w*)\b"
_OWN_YES = re.compile(rf"{_GREETS}{_ASKS}(?=[^.!;]*{_YES})(?=[^.!;]*{_OWN})[^.!;]*\?\W*$")
_MINE = re.compile(
    r"\b(?:my|mine|i (?:own|have|made|asked for)|do i have|belong(?:s|ing)? to me|mes|miens|miennes?|a moi|"
    r"m'appartiennent|j'ai|ai-je)\b"
)

_LONE = re.compile(
    r"^\W*(?:(?:please|stp) )?(?:list|show|display|liste[rz]?|montre[rz]?|affiche[rz]?)(?:[- ](?:me|moi))? "
    r"(?:mine|my own|les miennes|les miens|miennes|mes machines)\W*$"
)


def lists_own(text: str) -> bool:
    """Whether somebody asks for a list of theirs without a word of what it is a list of: their machines."""
    return _LONE.match(fold(text).strip()) is not None


def asks_about_own_yes(text: str) -> bool:
    """Whether somebody asks why, or whether, they approve what they asked for: a question, and no attempt to do so."""
    return _OWN_YES.match(fold(text).strip()) is not None


def speaks_of_own(text: str) -> bool:
    """Whether what is asked about is the person's own."""
    return _MINE.search(fold(text)) is not None
