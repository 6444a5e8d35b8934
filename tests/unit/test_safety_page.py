"""The page about text from outside counts the orders that are really tried."""

import json
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_counts_the_orders_that_are_tried():
    lines = (ROOT / "tests" / "evals" / "safety" / "injections.jsonl").read_text("utf-8").splitlines()
    counted = Counter(json.loads(line)["channel"] for line in lines)
    shown = re.findall(r"^\| (?!Where).* \| (\d+) \|$", (ROOT / "docs" / "safety.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(map(int, shown), reverse=True) == sorted(counted.values(), reverse=True)
    assert len(lines) == 60
