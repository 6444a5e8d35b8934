"""The documentation is tested: its tables are generated, its links resolve, its commands exist."""

import re
from pathlib import Path

import pytest

from bot.__main__ import _parser
from bot.cli.settings import table
from bot.domain.lease import LeaseRules
from bot.settings import Settings
from bot.wiring.environments import environments_of

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_the_settings_page_shows_the_settings_there_are():
    page = (ROOT / "docs" / "settings.md").read_text()
    shown = page.split("<!-- generated: threadform settings -->\n")[1].split("\n<!-- end -->")[0]
    assert shown == table(), "run `threadform settings` and put its table into docs/settings.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_threadform_command_in_a_page_exists(page):
    commands = next(a for a in _parser()._actions if a.dest == "command").choices
    named = re.findall(r"`threadform ([a-z]+)", page.read_text())
    assert [name for name in named if name not in commands] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_make_target_in_a_page_exists(page):
    makefile = (ROOT / "Makefile").read_text()
    named = re.findall(r"`make ([a-z-]+)", page.read_text())
    assert [name for name in named if f"\n{name}:" not in makefile] == []


def test_the_settings_shown_on_the_page_about_deciding_are_taken_together(monkeypatch):
    page = (ROOT / "docs" / "deciding.md").read_text()
    shown = dict(re.findall(r"```json (THREADFORM_\w+)\n(.*?)```", page, flags=re.DOTALL))
    assert {"THREADFORM_PEOPLE", "THREADFORM_GROUPS", "THREADFORM_ENVIRONMENT_RULES"} <= set(shown)
    for name, value in shown.items():
        monkeypatch.setenv(name, value)
    prod = environments_of(Settings())["prod"]
    assert (prod.approvals, prod.approvers, prod.nodes) == (2, ("web:ops",), ("pve1", "pve2"))


def test_the_settings_shown_on_the_page_about_leases_are_taken(monkeypatch):
    page = (ROOT / "docs" / "leases.md").read_text()
    ((name, value),) = re.findall(r"```json (THREADFORM_\w+)\n(.*?)```", page, flags=re.DOTALL)
    monkeypatch.setenv(name, value)
    lease = environments_of(Settings())["dev"].lease
    day = 24 * 3600
    assert (lease.default_s, lease.most_s, lease.extensions) == (14 * day, 60 * day, 2)
    usual = LeaseRules()
    assert (lease.warn_s, lease.extend_s, lease.grace_s) == (usual.warn_s, usual.extend_s, usual.grace_s)
