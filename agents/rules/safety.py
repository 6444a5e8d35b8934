"""Messages that try to get round the rules: recognised before any model sees them, by what they are after. Pure.

This is courtesy, not the defence: nothing said in a thread can approve, apply or widen a right anyway.
"""

import re
import tomllib
from importlib.resources import files

from agents.rules.page import fold

_COMPILED = {
    reason: re.compile("|".join(f"(?:{p})" for p in patterns), re.MULTILINE)
    for reason, patterns in tomllib.loads(
        files("agents.rules.lexicon").joinpath("bypass.toml").read_text("utf-8")
    ).items()
}
_ORDER = ("prompt_injection", "secret_exfiltration", "privilege_escalation", "approval_bypass")
_EDGE = re.compile(r"[,;.!\n]|\s(?:and|et|but|mais|plus)\s")
_HARMLESS = re.compile(
    r"\b(?:how|comment|why|pourquoi|can i|puis-je|est-ce que je peux)\b.{0,40}\b(?:approval|"
    r"approuv|approbation|validation|review)"
)


def bypass_reason(text: str) -> str | None:
    """What a message is after that nobody may have by asking; None for an ordinary message."""
    folded = fold(text)
    reason = next((reason for reason in _ORDER if _COMPILED[reason].search(folded)), None)
    return None if reason == "approval_bypass" and _HARMLESS.match(folded.strip()) else reason


def is_bypass(text: str) -> bool:
    """Whether a message asks to leave the rules, skip a decision, widen a right or show a secret."""
    return bypass_reason(text) is not None


def without_bypass(text: str) -> str:
    """The message without the parts that ask to skip a decision: what may be left is an ordinary request."""
    folded = fold(text)
    for match in reversed(list(_COMPILED["approval_bypass"].finditer(folded))):
        before = [m.start() for m in _EDGE.finditer(folded, 0, match.start())]
        after = _EDGE.search(folded, match.end())
        start = before[-1] if before else match.start()
        end = after.start() if after else len(folded)
        text, folded = text[:start] + text[end:], folded[:start] + folded[end:]
    return text.strip(" ,;.!\n")
