"""The page for those who approve says the numbers that the code uses, and its example is what the code says."""

import re
from dataclasses import replace
from pathlib import Path

from bot.chat.words import Words
from iac.inventory import FILL_LIMIT, GIB, HOST_RESERVE_BYTES, HOST_RESERVE_SHARE, NodeSignals, Signals
from iac.placement import GROUPS, NEUTRAL, WEIGHTS, grouped, place
from iac.placement.room import VCPU_PER_THREAD
from iac.placement.scoring import FAILURES_HALVE, WAITING_WORST, WORK_HALVES
from tests.unit.iac_rules.samples import ask, cluster, node

PAGE = (Path(__file__).resolve().parents[3] / "docs/placement.md").read_text(encoding="utf-8")
WORDS = Words.load()


def test_the_page_has_the_weights_of_the_code():
    rows = re.findall(r"^\| (\d+) \| ([a-z ]+) \|", PAGE, re.MULTILINE)
    assert [int(weight) for weight, _ in rows] == list(WEIGHTS.values())
    named = {"load": "load", "storage": "storage and trend", "errors": "errors", "requests": "open requests"}
    assert [thing for _, thing in rows] == [named[group] for group, names in GROUPS.items() for _ in names]
    sums = {named[group]: sum(WEIGHTS[n] for n in names) for group, names in GROUPS.items()}
    assert f"Four things count: {', '.join(f'{name} {weight}' for name, weight in sums.items())}." in PAGE


def test_the_page_has_the_limits_of_the_code():
    assert f"the larger of {HOST_RESERVE_BYTES // GIB} GB and {HOST_RESERVE_SHARE:.0%}".replace("%", " %") in PAGE
    assert f"at or below {FILL_LIMIT:.0%}".replace("%", " %") in PAGE
    assert {4: "at four a thread"}[VCPU_PER_THREAD] in PAGE
    assert {0.25: "a quarter of the time waiting gives nothing"}[WAITING_WORST] in PAGE
    assert {0.5: "counts a half on every node alike"}[NEUTRAL] in PAGE
    assert f"{FAILURES_HALVE} failures halve it" in PAGE
    assert f"tasks under way; {WORK_HALVES} halve it" in PAGE


def example():
    seen = (
        NodeSignals("pmox01", 0.10, 0.30, 0.01, failed=4, running=0),
        NodeSignals("pmox02", 0.10, 0.30, 0.12, failed=0, running=0),
        NodeSignals("pmox03", 0.35, 0.60, 0.01, failed=0, running=1),
    )
    nodes = (node("pmox01"), node("pmox02"), node("pmox03", cpu_load=0.3))
    placement = place(ask(), replace(cluster(nodes=nodes), signals=Signals(seen)))
    said = [*placement.reasons, *placement.effects]
    lines = [f"api01 goes to {placement.node}", *(f"- {WORDS.say(sentence, 'en')}" for sentence in said)]
    for verdict in placement.verdicts:
        parts = ", ".join(f"{group} {points}" for group, points in grouped(verdict.points).items())
        lines.append(f"{verdict.node} {verdict.score}: {parts}")
    return "\n".join(lines)


def test_the_example_of_the_page_is_what_the_code_says():
    assert example() in PAGE
