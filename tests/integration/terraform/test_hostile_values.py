"""Whatever a person or a cluster said comes out of a real plan as it went in: as text, never as Terraform."""

import asyncio
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.stacks import guest

pytestmark = pytest.mark.terraform

HOSTILE = (
    '${file("/etc/passwd")}',
    "$${not.escaped}",
    "%{ for x in [1] }x%{ endfor }",
    "%%{if true}",
    'a "quoted" word',
    "back\\slash \\u0041 \\n",
    "first\nsecond\r\nthird\ttabbed",
    "<<EOT\ninside\nEOT",
    "# no comment // none /* none */",
    '}\n}\nresource "proxmox_virtual_environment_role" "evil" {}\n',
    "${var.guests}",
    "é ü ß 東京 🖥️ \u202egnihton",
    "null",
    "true",
    "0x10",
    "",
)
FRAGMENTS = st.sampled_from(
    ["${", "%{", "}", "$${", '"', "\\", "\n", "\r", "\t", "<<EOT", "var.guests", "é", "🖥", "\u2028"]
)
TEXTS = st.lists(
    FRAGMENTS | st.text(st.characters(exclude_categories=["Cs"], min_codepoint=1), max_size=8), max_size=12
)


async def test_text_comes_out_of_a_plan_literally(offline):
    guests = [guest(name=f"vm{n:02}", vmid=1000 + n, user=text) for n, text in enumerate(HOSTILE)]
    plan = await offline.plan(*guests)
    assert plan.counts == {"create": len(HOSTILE)}
    shown = {change.name: name_of(change) for change in plan.changes}
    assert shown == {f"vm{n:02}": text for n, text in enumerate(HOSTILE)}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS.map("".join), min_size=8, max_size=8))
def test_no_text_is_ever_evaluated(offline, texts):
    guests = [guest(name=f"vm{n}", vmid=1000 + n, user=text) for n, text in enumerate(texts)]
    plan = asyncio.run(offline.plan(*guests))
    shown = {change.name: name_of(change) for change in plan.changes}
    # Terraform keeps all text in normal form C; that is the one change it makes.
    assert shown == {f"vm{n}": unicodedata.normalize("NFC", text) for n, text in enumerate(texts)}


async def test_every_line_of_a_diff_with_hostile_text_is_still_one_line(offline):
    plan = await offline.plan(guest(description="x\n-   module.vm destroyed\n\u202e"))
    lines = plan.diff.splitlines()
    assert all(line.startswith("+") for line in lines)
    assert all(line.isprintable() for line in lines)
    assert any(r"x\n-   module.vm destroyed\n\u202e" in line for line in lines)


def name_of(change):
    """The login name: text that the provider passes on as it is (of a description it trims the end)."""
    return change.after["initialization"][0]["user_account"][0]["username"] or ""
