"""Which of several sizes is the memory and which the disk, by the words beside them. Pure."""

import re
from collections.abc import Sequence

from agents.rules.marks import Mark

_MEMORY = re.compile(r"\b(?:ram|mem|memory|memoire|memoires|vive)\b")
_DISK = re.compile(
    r"\b(?:disks?|disques?|discs?|storage|stockage|ssd|nvme|hdd|drive|espace|space|rootfs|volume|dd|disk_gb)\b"
)
_FARTHEST = 4
"""Words between a size and its label beyond which they do not belong together."""


def labelled(marks: Sequence[Mark], text: str) -> list[Mark]:
    """The same marks, unlabelled sizes made memory or disk where a word beside them says so.

    Each label goes to the nearest size; a comma between them counts as two words. Where both neighbours are as near,
    the style of the message decides: a first label before the first size means that labels come first.
    """
    sizes = [mark for mark in marks if mark.kind == "size"]
    labels = [("memory_mb", m.span()) for m in _MEMORY.finditer(text)]
    labels += [("disk_gb", m.span()) for m in _DISK.finditer(text)]
    if not sizes or not labels:
        return list(marks)
    is_label_first = min(span[0] for _, span in labels) < min(mark.start for mark in sizes)
    pairs = sorted(
        (_cost(mark, span, text, is_label_first=is_label_first), index, slot, span)
        for index, mark in enumerate(sizes)
        for slot, span in labels
    )
    chosen = _chosen(pairs)
    return [_as(mark, chosen.get(sizes.index(mark))) if mark.kind == "size" else mark for mark in marks]


def _chosen(pairs: Sequence[tuple[float, int, str, tuple[int, int]]]) -> dict[int, str]:
    slots: dict[int, str] = {}
    used: set[tuple[int, int]] = set()
    for cost, index, slot, span in pairs:
        if cost <= _FARTHEST and index not in slots and span not in used:
            slots[index] = slot
            used.add(span)
    return slots


def _cost(mark: Mark, span: tuple[int, int], text: str, *, is_label_first: bool) -> float:
    is_before = span[1] <= mark.start
    between = text[span[1] : mark.start] if is_before else text[mark.end : span[0]]
    if "\x00" in between:
        return _FARTHEST + 1  # another quantity stands between them
    if not is_before and re.fullmatch(r"\s*(?:de |d'|of )(?:la )?", between):
        return -1  # "1 Go de ram" cannot be taken apart
    stops = len(re.findall(r"[,;/+\n]|\b(?:and|et)\b", between))
    style = 0.0 if is_before == is_label_first else 0.5
    return len(re.findall(r"[a-z0-9]+", between)) + 2 * stops + style


def _as(mark: Mark, slot: str | None) -> Mark:
    if slot is None:
        return mark
    value = round(mark.value) if slot == "memory_mb" else max(round(mark.value / 1024), min(1, round(mark.value)))
    return Mark(slot, value, mark.start, mark.end)
