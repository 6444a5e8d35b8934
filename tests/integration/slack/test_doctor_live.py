"""``threadform doctor --live`` tries Slack for real, names what is wrong with the way on, and leaves nothing behind."""

import pytest

from bot.chat.slack.manifest import SCOPES
from bot.cli.live import live_lines
from bot.settings import Settings
from tests.fixtures.slack.fake import LAB, OPS
from tests.fixtures.slack.workspace import APP_TOKEN, BOT_TOKEN


async def _findings(slack, tmp_path, **more):
    given = {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN, "slack_test_channel": OPS, **more}
    settings = Settings(home=tmp_path, slack_url=slack.api, **given)
    return {line.name: line async for line in live_lines(settings)}


async def test_where_all_is_well_everything_was_tried_and_nothing_is_left(slack, tmp_path):
    slack.scopes = set(SCOPES)
    found = await _findings(slack, tmp_path)
    assert [line.name for line in found.values() if not line.is_ok] == []
    assert list(found) == [
        "slack, bot token",
        "slack, scopes",
        "slack, app token",
        "slack, a post with a file",
        "slack, reading it back by its key",
        "slack, the attached file",
        "slack, an edit in its place",
        "slack, a deletion",
    ]
    assert list(slack.workspace.of(OPS)) == []
    assert slack.workspace.files == {}
    assert slack.sockets.links == [], "a running process keeps its events"


async def test_each_missing_scope_is_named_with_what_it_is_for(slack, tmp_path):
    slack.scopes = set(SCOPES) - {"files:write", "usergroups:read"}
    found = await _findings(slack, tmp_path)
    for scope in ("files:write", "usergroups:read"):
        line = found[f"slack, scope {scope}"]
        assert (line.is_ok, SCOPES[scope] in line.found) == (False, True)
        assert "Reinstall" in line.mend
    assert not found["slack, the attached file"].is_ok


@pytest.mark.parametrize("wrong", ["slack_bot_token", "slack_app_token"])
async def test_a_wrong_token_is_named_with_where_to_find_the_right_one(slack, tmp_path, wrong):
    kinds = {
        "slack_bot_token": ("xoxb-wrong", "slack, bot token"),
        "slack_app_token": ("xapp-wrong", "slack, app token"),
    }
    token, name = kinds[wrong]
    line = (await _findings(slack, tmp_path, **{wrong: token}))[name]
    assert not line.is_ok
    assert "invalid_auth" in line.found
    assert line.mend


async def test_a_channel_without_the_bot_is_named_and_the_rest_is_not_tried(slack, tmp_path):
    found = await _findings(slack, tmp_path, slack_test_channel=LAB)
    line = found["slack, a post with a file"]
    assert "not_in_channel" in line.found
    assert "/invite" in line.mend
    assert "slack, a deletion" not in found


async def test_without_a_channel_to_try_in_nothing_is_posted_and_that_is_said(slack, tmp_path):
    found = await _findings(slack, tmp_path, slack_test_channel="")
    assert "THREADFORM_SLACK_TEST_CHANNEL" in found["slack, messages"].mend
    assert slack.count("chat.postMessage") == 0


async def test_an_edit_or_a_deletion_that_is_forbidden_is_said(slack, tmp_path):
    slack.faults.next("chat.update", error="cant_update_message")
    slack.faults.next("chat.delete", error="cant_delete_message")
    found = await _findings(slack, tmp_path)
    assert not found["slack, an edit in its place"].is_ok
    assert "cant_delete_message" in found["slack, a deletion"].found


async def test_in_http_mode_the_signing_secret_is_looked_at_and_no_socket_asked_for(slack, tmp_path):
    found = await _findings(slack, tmp_path, slack_mode="http", slack_signing_secret="of-the-tests")
    assert found["slack, signing secret"].is_ok
    assert slack.count("apps.connections.open") == 0


async def test_without_a_chat_there_is_nothing_to_try(tmp_path):
    [line] = [line async for line in live_lines(Settings(home=tmp_path))]
    assert line.is_ok
    assert "none is connected" in line.found
