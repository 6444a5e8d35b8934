"""The manifest: Slack's own schema takes it, it asks for no more than it needs, and it says no where Slack would."""

import json

import pytest

from bot.__main__ import main
from bot.chat.slack.manifest import COMMAND_MOST, EVENTS, SCOPES, Wish, render_manifest
from bot.chat.words import LANGUAGES, Words
from iac.errors import Refused

WORDS = Words.load()
UNLISTED = "assistant:write"
"""The scope of ``features.agent_view``: Slack documents it, and the list in its published types lacks it."""
HTTP = Wish("http", "https://threadform.example.org/")
WISHES = [Wish(language=language) for language in LANGUAGES] + [
    HTTP,
    Wish(command="tf_lab-2", name="Threadform (lab)", language="fr"),
    Wish(command="x" * (COMMAND_MOST - 1), name="N" * 35),
]


def manifest_of(wish=Wish()):  # noqa: B008 - a frozen value
    return render_manifest(wish, WORDS)


@pytest.mark.parametrize("wish", WISHES, ids=repr)
def test_slacks_published_schema_takes_the_manifest(wish, published):
    manifest = manifest_of(wish)
    manifest["oauth_config"]["scopes"]["bot"].remove(UNLISTED)
    assert [error.message for error in published.manifest.iter_errors(manifest)] == []


def test_the_one_scope_that_is_not_judged_is_still_missing_from_the_published_list(published):
    (error,) = published.manifest.iter_errors(manifest_of())
    assert error.instance == UNLISTED


@pytest.mark.parametrize(
    "change",
    [
        {"display_information": {}},
        {"settings": {"socket_mode": True}},
        {"oauth_config": {"scopes": {"bot": ["chat:wirte"]}}},
        {"settings": {"event_subscriptions": {"bot_events": ["message.chanels"]}}},
    ],
    ids=["no name", "a mistyped key", "a mistyped scope", "a mistyped event"],
)
def test_the_schema_would_see_a_mistake(change, published):
    manifest = manifest_of()
    manifest["oauth_config"]["scopes"]["bot"].remove(UNLISTED)
    assert list(published.manifest.iter_errors({**manifest, **change}))


def test_the_scopes_and_events_are_these_and_no_more():
    assert set(SCOPES) == {
        *("app_mentions:read", "assistant:write", "channels:history", "chat:write", "commands", "files:write"),
        *("groups:history", "im:history", "im:write", "usergroups:read", "users:read"),
    }
    assert set(EVENTS) == {"app_home_opened", "app_mention", "message.channels", "message.groups", "message.im"}
    manifest = manifest_of()
    assert manifest["oauth_config"]["scopes"] == {"bot": sorted(SCOPES)}
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)


@pytest.mark.parametrize(
    ("event", "scope"),
    [
        ("app_mention", "app_mentions:read"),
        ("message.channels", "channels:history"),
        ("message.groups", "groups:history"),
        ("message.im", "im:history"),
    ],
)
def test_every_event_has_the_scope_that_it_needs(event, scope):
    assert event in EVENTS
    assert scope in SCOPES


def test_no_scope_acts_as_a_person_or_reads_files_or_joins_by_itself():
    assert not {scope for scope in SCOPES if scope.startswith(("admin", "files:read", "channels:join", "chat:write."))}
    assert "user" not in manifest_of()["oauth_config"]["scopes"]


def test_in_socket_mode_there_is_no_address():
    assert "http" not in json.dumps(manifest_of()["settings"])
    assert manifest_of()["settings"]["socket_mode_enabled"] is True


def test_in_http_mode_everything_goes_to_one_address():
    manifest = manifest_of(HTTP)
    found = {
        manifest["settings"]["event_subscriptions"]["request_url"],
        manifest["settings"]["interactivity"]["request_url"],
        manifest["features"]["slash_commands"][0]["url"],
    }
    assert found == {"https://threadform.example.org/slack/events"}
    assert manifest["settings"]["socket_mode_enabled"] is False


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_slack_limits_is_within_its_limits(language):
    manifest = manifest_of(Wish(language=language))
    assert len(manifest["display_information"]["description"]) <= 140
    agent = manifest["features"]["agent_view"]
    assert len(agent["agent_description"]) <= 300
    assert len(agent["suggested_prompts"]) <= 4
    (command,) = manifest["features"]["slash_commands"]
    assert len(command["command"]) <= 32
    assert len(command["usage_hint"]) <= 1000


def test_the_bot_is_mentioned_by_a_name_that_slack_takes():
    handle = manifest_of(Wish(name="Équipe Réseau (lab)"))["features"]["bot_user"]["display_name"]
    assert set(handle) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")


@pytest.mark.parametrize(
    ("wish", "key"),
    [
        (Wish(command="/threadform"), "bad_command"),
        (Wish(command="Thread Form"), "bad_command"),
        (Wish(command="x" * 32), "bad_command"),
        (Wish(name=" "), "bad_name"),
        (Wish(name="n" * 36), "bad_name"),
        (Wish("http"), "bad_url"),
        (Wish("http", "http://threadform.example.org"), "bad_url"),
        (Wish("http", "https://"), "bad_url"),
        (Wish("socket", "https://threadform.example.org"), "url_unused"),
    ],
)
def test_a_wish_that_slack_would_not_take_is_refused_with_the_way_on(wish, key):
    with pytest.raises(Refused) as no:
        manifest_of(wish)
    assert no.value.sentence.key == f"slack.manifest.{key}"
    assert all(WORDS.say(no.value.sentence, language) for language in LANGUAGES)


def test_the_command_prints_the_manifest(capsys):
    assert main(["slack", "manifest", "--command", "tf", "--name", "Threadform lab"]) == 0
    assert json.loads(capsys.readouterr().out) == manifest_of(Wish(command="tf", name="Threadform lab"))


def test_the_command_says_what_is_missing(capsys):
    assert main(["slack", "manifest", "--mode", "http"]) == 1
    assert "--url https://" in capsys.readouterr().err
