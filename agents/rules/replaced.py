"""Values that are named only to be given up: "debian instead of ubuntu", "8 Go au lieu de 4", "not pmox01". Pure."""

import re
from collections.abc import Sequence
from itertools import pairwise

from agents.rules.marks import Mark

_GIVEN_UP = re.compile(
    r"(?:\b(?:instead of|rather than|in place of|as opposed to|not|no longer|au lieu d[e']|a la place d[eu']|"
    r"plutot (?:[^,;.!?]{1,30} )?qu[e']|rather [^,;.!?]{1,30} than|et non|pas|et pas|non pas)\s*(?:the |a |an |le "
    r"|la |les |l'|une? |of |de |on |sur |in |en |with |"
    r"avec |at |to |only |juste |seulement |vers )*)$"
)
_UNSURE = re.compile(r"\b(?:if|why|whether|is|are|si|pourquoi)\s+(?:it'?s\s+)?(?:not|pas)\s*$")
_VALUES = frozenset(
    ["image", "cores", "memory_mb", "disk_gb", "size", "node", "to_node", "storage", "network", "pool", "flavor"]
)


_CORRECTED = re.compile(
    r"[\s,.;:-]*(?:(?:euh|uh|um|hm+|ah|oh|oops|oups|er|enfin|pardon|sorry|wait|attends?)[\s,.]+)*"
    r"(?:no|non|plutot|ou plutot|rather|or rather|actually|i mean|i meant|make (?:that|it)|en fait|disons|let'?s say|"
    r"scratch that|correction|oops|oups|pardon|sorry|je voulais dire|je veux dire|mets|wait|attends?)"
    r"(?:[\s,.:]+(?:make (?:it|that)|mets|plutot|rather|en fait|with|avec|on|sur|de))*[\s,.:]+"
)
_SIZED = frozenset({"memory_mb", "disk_gb", "size"})


def _corrected(marks: Sequence[Mark], text: str) -> list[Mark]:
    """The marks without a value that the very next words take back: "4 Go, euh non 6 Go"."""
    found = sorted(marks, key=lambda m: m.start)
    for first, second in pairwise(found):
        if not _is_one_kind(first, second) or not _CORRECTED.fullmatch(text[first.end : second.start]):
            continue
        found.remove(first)
        if second.kind == "size" and first.kind != "size":
            value = round(second.value / (1 if first.kind == "memory_mb" else 1024))
            found[found.index(second)] = Mark(first.kind, value, second.start, second.end)
    return found


def _is_one_kind(first: Mark, second: Mark) -> bool:
    is_sized = first.kind in _SIZED and second.kind in _SIZED and "size" in {first.kind, second.kind}
    return first.kind in _VALUES and (first.kind == second.kind or is_sized)


def kept(marks: Sequence[Mark], text: str) -> list[Mark]:
    """The same marks without the values that another one of the same kind takes the place of."""
    marks = _corrected(marks, text)
    gone = [m for m in marks if m.kind in _VALUES and _is_given_up(text[: m.start])]
    return [m for m in marks if m not in gone or not _has_other(m, marks, gone)]


def _is_given_up(before: str) -> bool:
    return _GIVEN_UP.search(before) is not None and _UNSURE.search(before) is None


def _has_other(mark: Mark, marks: Sequence[Mark], gone: Sequence[Mark]) -> bool:
    sizes = {"memory_mb", "disk_gb", "size"}
    kinds = sizes if mark.kind in sizes else {"node", "to_node"} if mark.kind in {"node", "to_node"} else {mark.kind}
    return any(other.kind in kinds and other not in gone for other in marks)
