"""Guests that are named to be spared: "all but win-build", "web01, not web02", "laisse db01 tourner". Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from agents.rules.marks import Mark

_DETERMINERS = r"(?:(?:the|a|vms?|machines?|servers?|la|le|les|l'|celle|celles|ceux|celui|de|du|des|d'|on|for)\s*)*"
_EXCEPT = re.compile(
    r"(?:\b(?:except(?:ed|ing)?|excluding|exclude|apart from|other than|aside from|save for|besides|minus|"
    r"(?:every|any)(?:thing|one) but|all but|but(?= ?$)|but not|and not|not|never|without touching|"
    r"(?:do not|don'?t|dont) (?:touch|stop|restart|delete|move|migrate|include|reboot|start)|"
    r"sauf|hormis|excepte|excepter|a l'exception|a part|en dehors|mais pas|et pas|pas|surtout pas|hors|"
    r"sans (?:toucher|arreter|inclure)|touche[rz]? pas|exclu[st]?|autres? que|mis a part|a l'exclusion)"
    rf"\s*(?:a |au |aux )?{_DETERMINERS})$"
)
_KEEP_BEFORE = re.compile(
    rf"\b(?:leave|keep|spare|laisse[rz]?|garde[rz]?|conserve[rz]?|epargne[rz]?)\s+{_DETERMINERS}$"
)
_KEEP_AFTER = re.compile(
    r"\s*(?:running|alone|up\b|on\b|as (?:it )?is|as they are|untouched|in peace|out|tourner|tranquilles?|allume|"
    r"comme|en (?:marche|route|vie|place|l'etat)|demarre|de cote|hors|intact|where|ou (?:elle|il)|telle? quelle?|"
    r"$|[.!,])"
)
_DENIED = re.compile(
    r"(?:\b(?:don'?t|do not|dont|never|no need to|not to|pas besoin de|inutile de|ne|n')\s*[a-z']+"
    r"(?:\s+(?:pas|plus|jamais|surtout|down|off|up|back))*\s+(?:down |off |up |back |to )?"
    rf"(?:pas )?{_DETERMINERS})$"
)
_JOINED = re.compile(r"^\s*(?:,|and|et|or|ou|ni|nor|&|\+|/)(?:\s*(?:,|and|et|or|ou|ni))*\s*(?:the |la |les? |l')?$")
Spares = Callable[[Mark, str], bool]
_NAMED = frozenset({"guest", "loose", "filter"})


def spared(marks: Sequence[Mark], text: str) -> list[Mark]:
    """The same marks, those of guests that are to be spared of kind ``except``.

    A guest after a denied verb is spared only where another guest is meant: in "don't delete web01, stop it" it is not.
    """
    found = list(marks)
    sparing = _sparing(found, text, _is_excepted)
    if not sparing:
        sparing = _sparing(found, text, lambda mark, said: _DENIED.search(said[: mark.start]) is not None)
    meant = [m for m in found if m.kind in _NAMED and m not in sparing]
    is_many = re.search(r"\b(?:all|every\w*|each|tou[ts]\w*|les|the (?:rest|others?))\b", text) is not None
    if not meant and not is_many:
        return found
    return [replace(m, kind="except") if m in sparing else m for m in found]


def _sparing(marks: Sequence[Mark], text: str, is_spared: Spares) -> list[Mark]:
    sparing: list[Mark] = []
    for mark in marks:
        if mark.kind not in _NAMED:
            continue
        last = sparing[-1] if sparing else None
        is_next = last is not None and _JOINED.search(text[last.end : mark.start]) is not None
        if is_spared(mark, text) or is_next:
            sparing.append(mark)
    return sparing


def _is_excepted(mark: Mark, text: str) -> bool:
    before, after = text[: mark.start], text[mark.end :]
    if _EXCEPT.search(before):
        return re.search(r"\b(?:why|pourquoi|if|si|is|est|are|sont)\s+(?:not|pas)\s*$", before) is None
    return _KEEP_BEFORE.search(before) is not None and _KEEP_AFTER.match(after) is not None
