"""One act on several guests, each with its own values: "web01 to 6 cores, web02 to 8" is two acts. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agents.rules.clauses import COMMANDS, Clause
from agents.rules.marks import Mark
from agents.rules.measures import FACTOR

DEALT = frozenset({"resize_vm", "migrate_vm"})
_WHO = frozenset({"guest", "loose"})
_WHAT = frozenset({"cores", "memory_mb", "disk_gb", "size", "to_node", "node", "like", "factor"})
_BARE = re.compile(r"(?<![\w.-])\d{1,4}(?![\w.%/:-])")


def dealt(intent: str, clause: Clause) -> list[Clause]:
    """The clause once for each guest that has values of its own; the clause itself where they share them."""
    if intent not in DEALT:
        return [clause]
    marks = _with_bare(clause)
    told = sorted((m for m in marks if m.kind in _WHO | _WHAT), key=lambda m: m.start)
    runs = _runs(told)
    if len(runs) < 2:  # noqa: PLR2004 - one guest, or several that share everything
        return [clause]
    edges = _edges(clause, runs)
    return [_alone(clause, run, marks, edge) for run, edge in zip(runs, edges, strict=True)]


def _edges(clause: Clause, runs: Sequence[Sequence[Mark]]) -> list[tuple[int, int]]:
    """Where the words of each run begin and end: before values that come first, after those that come last."""
    starts, ends = [min(m.start for m in run) for run in runs], [max(m.end for m in run) for run in runs]
    if runs[0][0].kind in _WHO:
        return list(zip(starts, [*starts[1:], clause.end], strict=True))
    return list(zip([starts[0], *ends[:-1]], [*ends[:-1], clause.end], strict=True))


def _runs(told: Sequence[Mark]) -> list[list[Mark]]:
    """Guests with their values, in turn; none where they do not take turns strictly."""
    blocks: list[list[Mark]] = []
    for mark in told:
        if blocks and (blocks[-1][0].kind in _WHO) == (mark.kind in _WHO):
            blocks[-1].append(mark)
        else:
            blocks.append([mark])
    if len(blocks) < 4 or len(blocks) % 2:  # noqa: PLR2004 - two guests and two values at the least
        return []
    return [[*first, *second] for first, second in zip(blocks[::2], blocks[1::2], strict=True)]


def _alone(clause: Clause, run: Sequence[Mark], marks: Sequence[Mark], edge: tuple[int, int]) -> Clause:
    """The words and marks of one guest, with the verb that was said once for all."""
    start, end = edge
    text = clause.text[start - clause.start : end - clause.start]
    lead = clause.text[: min(m.start for m in marks if m.kind in _WHO | _WHAT) - clause.start]
    if not any(h.kind == "act" and h.concept in COMMANDS and start <= h.start < end for h in clause.heard):
        text, start = lead + text, start - len(lead)
    around = tuple(m for m in marks if m.kind not in _WHO | _WHAT)
    return replace(clause, text=text, start=start, end=end, marks=(*run, *around))


def _with_bare(clause: Clause) -> list[Mark]:
    """The marks, and a number alone as more of what was measured before it: "web01 to 6 cores and web02 to 8"."""
    marks = sorted(clause.marks, key=lambda m: m.start)
    times = [(m[0], m.start() + clause.start, m.end() + clause.start) for m in FACTOR.finditer(clause.text)]
    marks += [Mark("factor", *each) for each in times]
    marks.sort(key=lambda m: m.start)
    guests = [m for m in marks if m.kind in _WHO]
    sizes = [m for m in marks if m.kind in {"cores", "memory_mb", "disk_gb"}]
    if not guests or not sizes or sizes[-1].start > guests[-1].start:
        return marks
    after = clause.text[guests[-1].end - clause.start :]
    found = _BARE.findall(after)
    if len(found) != 1:
        return marks
    kind, number = sizes[-1].kind, int(found[0])
    at = guests[-1].end + after.index(found[0])
    return [*marks, Mark(kind, number * (1024 if kind == "memory_mb" and number < 512 else 1), at, at + len(found[0]))]  # noqa: PLR2004 - GB up to here
