"""``threadform audit``: the trail can be checked here, and by anybody who has an export of it."""

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.__main__ import main
from bot.ports import Noted
from bot.settings import Settings
from bot.store.audit import Audit
from bot.store.database import open_database
from bot.store.upgrading import upgrade

PAGE = Path(__file__).resolve().parents[3] / "docs" / "audit.md"
DAY = 86_400.0


async def _at_work(act):
    database = open_database(Settings().database)
    try:
        await act(Audit(database))
    finally:
        await database.close()


@pytest.fixture(autouse=True)
def _home(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def trail():
    upgrade(Settings().database)

    async def fill(audit):
        for n in range(4):
            await audit.note(Noted("x.noted", "web:ann", n * DAY, run_id=f"run{n % 2}"))

    asyncio.run(_at_work(fill))


def _forge():
    async def change(audit):
        async with audit.database.writing() as connection:
            await connection.execute(text("DROP TRIGGER audit_no_update"))
            await connection.execute(text("UPDATE audit SET body = replace(body, 'web:ann', 'web:eve') WHERE seq = 3"))

    asyncio.run(_at_work(change))


def _exported(capsys, *more):
    assert main(["audit", "export", *more]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_whole_trail_exits_with_0_and_names_its_head(trail, capsys):
    assert main(["audit", "verify"]) == 0
    assert re.search(r"4 rows, head 4:[0-9a-f]{64}", capsys.readouterr().out)


def test_a_forged_row_exits_with_1_and_is_named(trail, capsys):
    _forge()
    assert main(["audit", "verify"]) == 1
    assert "row 3 is missing or was changed" in capsys.readouterr().err


def test_a_head_that_was_kept_elsewhere_shows_whether_the_trail_was_written_anew(trail, capsys):
    kept = _exported(capsys)[1]
    assert main(["audit", "verify", "--anchor", f"2:{kept['hash']}"]) == 0
    assert main(["audit", "verify", "--anchor", f"2:{'0' * 64}"]) == 1
    assert "written anew" in capsys.readouterr().out


def test_an_export_has_every_row_and_then_the_head(trail, capsys):
    lines = _exported(capsys)
    assert [line["seq"] for line in lines[:-1]] == [1, 2, 3, 4]
    assert lines[-1] == {"head": {"seq": 4, "hash": lines[-2]["hash"]}}
    assert lines[0]["entry"]["actor"] == "web:ann"


def test_an_export_may_be_of_one_run_or_since_a_day(trail, capsys):
    assert [line.get("seq") for line in _exported(capsys, "--run", "run1")] == [2, 4, None]
    assert [line.get("seq") for line in _exported(capsys, "--since", "1970-01-03")] == [3, 4, None]


@pytest.mark.parametrize("wrong", [["verify", "--anchor", "x"], ["export", "--since", "yesterday"]])
def test_what_is_no_date_or_anchor_exits_with_2(trail, wrong, capsys):
    assert main(["audit", *wrong]) == 2
    assert "is no" in capsys.readouterr().err


def test_where_there_is_no_database_none_is_made(capsys, tmp_path):
    assert main(["audit", "verify"]) == 1
    assert "threadform migrate" in capsys.readouterr().err
    assert list(tmp_path.rglob("*.db")) == []


def _checked_by_the_page(export: str) -> int:
    script = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert script is not None
    return subprocess.run([sys.executable, "-c", script[1]], input=export, text=True, check=False).returncode


def test_the_page_about_the_trail_shows_how_to_check_an_export_without_us(trail, capsys):
    main(["audit", "export"])
    export = capsys.readouterr().out
    assert _checked_by_the_page(export) == 0
    assert _checked_by_the_page(export.replace("web:ann", "web:eve", 2)) != 0
    assert _checked_by_the_page("\n".join(export.splitlines()[1:])) != 0
