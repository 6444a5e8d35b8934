"""Guests that a message means without naming them, after they were named: "it", "the last one", "l'autre". Pure."""

import re
from collections.abc import Sequence

from agents.rules.page import fold
from agents.rules.targets import guests_meant
from agents.rules.world import World

_PLACES = (
    (0, r"(?:the |le |la )(?:first|1st|premiere?|premier|1er|1ere)\b"),
    (1, r"(?:the |le |la )(?:second|2nd|seconde?|deuxieme|2e|2eme)\b"),
    (2, r"(?:the |le |la )(?:third|3rd|troisieme|3e|3eme)\b"),
    (-1, r"(?:the |le |la )(?:last|derniere?|dernier)\b"),
)
_NOT_A_GUEST = (
    r"(?!\s*(?:snap\w*|backup\w*|sauvegarde\w*|instantane\w*|week|month|time|semaine|mois|fois|jour|plan|state|etat))"
)
_ORDINALS = tuple((at, re.compile(rf"\b{words}{_NOT_A_GUEST}")) for at, words in _PLACES)
_ALL = re.compile(r"\b(?:both|all(?: of them)?|each|every one|les deux|toutes?|tous|chacune?)\b")
_STATES = {
    "running": r"running|started|up|on|en marche|allumee?|demarree?|qui tourne",
    "stopped": r"stopped|off|down|powered off|arretee?|eteinte?|a l'arret",
}
_SEVERAL, _LONGEST = 2, 8
"""Guests among which one is chosen; words of an answer that can only be a choice."""
_OTHERS = re.compile(
    r"\b(?:the |l'|les )(?:others?|autres?)(?: (?:ones?|vm|machine))?\b(?! (?:node|noeud|storage|day|jour))"
)


def named_last(texts: Sequence[str], world: World) -> list[str]:
    """The guests that the latest of these texts names that names any, in the order they are named."""
    for text in texts:
        meant = guests_meant(fold(text), world)
        found = [
            name for kind, names in zip(meant.kinds, meant.values, strict=True) for name in names if kind == "guest"
        ]
        if found:
            return list(dict.fromkeys(found))
    return []


def picked(text: str, last: Sequence[str], world: World) -> list[str]:
    """Those of the guests spoken of last that a folded text picks out: all of them where it picks none."""
    for at, pattern in _ORDINALS:
        if pattern.search(text) and len(last) > 1:
            return [last[at]] if -len(last) <= at < len(last) else list(last)
    if _OTHERS.search(text):
        return _others(last, world) or list(last)
    return list(last)


def chosen(text: str, spoken: Sequence[str], world: World) -> list[str]:
    """Those of several guests that an answer to "which one?" means: by place, number, node, pool or state."""
    plain = fold(text)
    if len(spoken) < _SEVERAL or len(plain.split()) > _LONGEST:
        return []
    if points(plain):
        return picked(plain, spoken, world)
    if _ALL.search(plain):
        return list(spoken)
    beings = [being for name in spoken if (being := world.being(name))]
    for part in ("node", "pool", "status"):
        found = [b.name for b in beings if _is_said(part, str(getattr(b, part)), plain)]
        if 0 < len(found) < len(beings):
            return found
    return _numbered(plain, spoken)


def _is_said(part: str, value: str, plain: str) -> bool:
    words = _STATES.get(value, "$^") if part == "status" else re.escape(value.lower())
    return bool(value) and re.search(rf"(?<![\w-])(?:{words})(?![\w-])", plain) is not None


def _numbered(plain: str, spoken: Sequence[str]) -> list[str]:
    """The guest whose name ends in the one number that is said, or the one at that place: "2", "number 02"."""
    numbers = re.findall(r"(?<![\w.])0*(\d{1,3})(?![\w.])", plain)
    if len(numbers) != 1:
        return []
    named = [name for name in spoken if re.search(rf"\D0*{numbers[0]}$", name)]
    at = int(numbers[0]) - 1
    return named or (list(spoken[at : at + 1]) if at >= 0 else [])


def points(text: str) -> bool:
    """Whether a folded text points at a guest by its place among those spoken of."""
    return any(pattern.search(text) for _, pattern in _ORDINALS) or _OTHERS.search(text) is not None


def _others(last: Sequence[str], world: World) -> list[str]:
    """The guests whose names begin as those do, without them."""
    stems = {re.sub(r"\d+$", "", name) for name in last if re.search(r"\d$", name)}
    return [b.name for b in world.beings if re.sub(r"\d+$", "", b.name) in stems and b.name not in last]
