"""Messages that try to get round the rules: recognised before any model sees them, by what they are after. Pure.

This is courtesy, not the defence: nothing said in a thread can approve, apply or widen a right anyway.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import pairwise

from agents.rules.page import fold

_ORDER = ("prompt_injection", "secret_exfiltration", "privilege_escalation", "approval_bypass")
_EDGE = re.compile(r"[,;.!:\n]|\s(?:and|et|but|mais|plus)\s")
_HARMLESS = re.compile(
    r"\W*(?:(?:hi|hello|hey|bonjour|salut|stp|please|dis|et|and|so|ok)[\s,]+)*(?:how|comment|why|pourquoi|can i|"
    r"puis-je|"
    r"est-ce que|who|qui|what|que|qu'est|quel\w*|when|quand|where|ou|do (?:i|we|you)|does|is|are|has|have|did|faut-il|"
    r"dois-je|should (?:i|we)|must i|il faut|y a-t-il)\b(?!.{0,30}\b(?:you (?:just|simply)|tu (?:peux|pourrais))\b)"
)
"""A question about the rules is no attempt to get round them; "what is the token" is one all the same."""
_WONDERS = re.compile(
    r"\W*(?:(?:hi|hello|hey|bonjour|salut|stp|please|so|ok|et|and)[\s,]+)*(?:why|how come|pourquoi|comment se fait|"
    r"what|which|quel\w*|who|qui|what happens|how (?:does|is|are))\b[^.!;]*\?[^.!;,]{0,12}$"
)
_TOKEN_NEEDS = re.compile(
    r"\b(?:privileges?|permissions?|rights?|scopes?|roles?|droits?|acces)\b[^.!?]{0,40}\b(?:tokens?|jetons?|keys?|cles?|"
    r"accounts?|comptes?)\b[^.!]*\?"
)
_IN_A_GUEST = re.compile(
    r"\b(?:root|sudo|admin\w*)\b[^.!?]{0,20}\b(?:to|on|in|inside|into|sur|a|dans|de)\s+(?:my|our|ma|mon|notre|mes|nos|"
    r"this|that|cette|the new|la nouvelle)\s+(?:own |new |propre |nouvelle )?(?:vms?|machines?|box|servers?|serveurs?|"
    r"guests?|sandbox|debian|ubuntu|instance)\b"
)
"""To be root in a machine of one's own is no right over the platform."""
_WHO_MAY = re.compile(r"\b(?:who (?:else )?(?:can|could|may|should)|qui (?:d'autre )?(?:peut|pourrait|doit))\b[^.!]*\?")
_ASKS_HOW = re.compile(
    r"\b(?:how (?:do|can|to|should|would)|comment|where (?:are|is|do)|ou (?:sont|est|se trouv)|why|pourquoi|"
    r"explain|explique)\b"
)


def bypass_reason(text: str) -> str | None:
    """What a message is after that nobody may have by asking; None for an ordinary message."""
    folded = fold(text)
    reason = next((reason for reason in _ORDER if next(_hits(reason, folded), None)), None)
    is_question = _HARMLESS.match(folded.strip()) is not None or _WHO_MAY.search(folded) is not None
    if reason == "approval_bypass" and is_question:
        return None
    if reason == "privilege_escalation" and (_WONDERS.match(folded) or _IN_A_GUEST.search(folded)):
        return None
    if reason == "secret_exfiltration" and _TOKEN_NEEDS.search(folded):
        return None
    return None if reason == "secret_exfiltration" and _ASKS_HOW.search(folded) and "?" in folded else reason


def is_bypass(text: str) -> bool:
    """Whether a message asks to leave the rules, skip a decision, widen a right or show a secret."""
    return bypass_reason(text) is not None


def without_bypass(text: str) -> str:
    """The message without the parts that ask to skip a decision: what may be left is an ordinary request."""
    folded = fold(text)
    for begin, until in reversed(_apart(sorted(_hits("approval_bypass", folded)))):
        before = [m.start() for m in _EDGE.finditer(folded, 0, begin)]
        after = _EDGE.search(folded, until)
        start = before[-1] if before else begin
        end = after.start() if after else len(folded)
        text, folded = text[:start] + text[end:], folded[:start] + folded[end:]
    return text.strip(" ,;.!:\n")


def _hits(reason: str, folded: str) -> Iterator[tuple[int, int]]:
    """Where the message is after that."""
    for pattern in _patterns()[reason]:
        yield from (match.span() for match in pattern.finditer(folded))


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap made one."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


@cache
def _patterns() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    whole = tomllib.loads(files("agents.rules.lexicon").joinpath("bypass.toml").read_text("utf-8"))
    near = tomllib.loads(files("agents.rules.lexicon").joinpath("evasion.toml").read_text("utf-8"))
    found = {reason: [re.compile("|".join(f"(?:{p})" for p in whole[reason]), re.MULTILINE)] for reason in _ORDER}
    for pair in near["pairs"]:
        said = [near["words"][name] for name in pair["words"]]
        orders = [said, said[::-1]] if pair.get("either") else [said]
        found[pair["reason"]] += [re.compile(_in_turn(order, pair["gap"])) for order in orders]
    return {reason: tuple(patterns) for reason, patterns in found.items()}


def _in_turn(said: list[str], gap: int) -> str:
    """These words one after the other, at most ``gap`` others between two of them, in one sentence."""
    between = rf"(?>[^\w.!?\n]+[\w-]+){{0,{gap}}}?[^\w.!?\n]+"  # atomic: no word is cut anew at each hyphen
    parts = [rf"(?<![\w-])(?:{words})(?!\w)" for words in said]
    joined = "".join(f"{first}{between}" for first, _ in pairwise(parts))
    return joined + parts[-1]
