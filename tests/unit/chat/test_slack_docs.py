"""docs/slack.md says what the code does: its tables are generated, its settings exist, its commands work."""

import re
import shlex
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.chat.slack.manifest import PATH, events_table, scopes_table
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
IS_CONNECTED = "slack_bot_token" in Settings.model_fields


@pytest.mark.parametrize(("name", "table"), [("scopes", scopes_table()), ("events", events_table())])
def test_the_tables_are_those_of_the_manifest(name, table):
    shown = PAGE.split(f"<!-- generated: {name} -->\n")[1].split("\n<!-- end -->")[0]
    assert shown == table, f"put the table of bot.chat.slack.manifest into docs/slack.md:\n{table}"


def test_the_page_says_that_it_is_not_connected_exactly_as_long_as_that_is_so():
    assert ("**Not connected yet.**" in PAGE) is not IS_CONNECTED, "take the note out of docs/slack.md, or put it back"


def test_every_setting_on_the_page_exists_once_it_is_connected():
    named = {name.lower() for name in re.findall(r"THREADFORM_([A-Z_]+)", PAGE)}
    assert {"slack_bot_token", "slack_app_token", "people"} <= named
    unknown = named - set(Settings.model_fields)
    assert not unknown or (not IS_CONNECTED and all(name.startswith("slack_") for name in unknown))


@pytest.mark.parametrize("line", re.findall(r"^ +threadform (slack manifest.*)$", PAGE, re.MULTILINE))
def test_every_manifest_command_on_the_page_prints_one(line, capsys):
    assert main(shlex.split(line)) == 0
    assert capsys.readouterr().out.startswith("{")


def test_the_address_on_the_page_is_where_slack_is_heard():
    assert f"`{PATH}`" in PAGE


def test_every_picture_of_the_page_exists_in_light_and_dark():
    pictures = re.findall(r'src(?:set)?="(images/[^"]+)"', PAGE)
    assert len(pictures) == 10
    assert [name for name in pictures if not (ROOT / "docs" / name).exists()] == []
    assert all(f"{name[:-4]}-dark.png" in pictures for name in pictures if not name.endswith("-dark.png"))
