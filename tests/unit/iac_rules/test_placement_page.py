"""The page for those who approve says the numbers that the code uses."""

import re
from pathlib import Path

from iac.inventory import FILL_LIMIT, GIB, HOST_RESERVE_BYTES, HOST_RESERVE_SHARE
from iac.placement import WEIGHTS
from iac.placement.room import VCPU_PER_THREAD

PAGE = (Path(__file__).resolve().parents[3] / "docs/placement.md").read_text(encoding="utf-8")


def test_the_page_has_the_weights_of_the_code():
    assert [int(w) for w in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)] == list(WEIGHTS.values())


def test_the_page_has_the_limits_of_the_code():
    assert f"the larger of {HOST_RESERVE_BYTES // GIB} GB and {HOST_RESERVE_SHARE:.0%}".replace("%", " %") in PAGE
    assert f"at or below {FILL_LIMIT:.0%}".replace("%", " %") in PAGE
    assert {4: "at four a thread"}[VCPU_PER_THREAD] in PAGE
