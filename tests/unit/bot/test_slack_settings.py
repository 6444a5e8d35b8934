"""Settings of Slack that would start and then not work are refused, each with what is missing."""

import pytest
from pydantic import ValidationError

from bot.settings import Settings
from bot.wiring.slack import slack_of

BOT, APP = "xoxb-1-of-the-tests", "xapp-1-of-the-tests"


def _settings(**given):
    return Settings(**{f"slack_{name}": value for name, value in given.items()})


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"bot_token": BOT}, "SLACK_APP_TOKEN is not"),
        ({"app_token": APP}, "SLACK_BOT_TOKEN is not"),
        ({"signing_secret": "s"}, "SLACK_BOT_TOKEN is not"),
        ({"bot_token": APP, "app_token": BOT}, "must begin with xoxb-"),
        ({"bot_token": BOT, "app_token": BOT}, "must begin with xapp-"),
        ({"bot_token": BOT, "mode": "http"}, "needs THREADFORM_SLACK_SIGNING_SECRET"),
        ({"bot_token": BOT, "mode": "http", "signing_secret": "  "}, "needs THREADFORM_SLACK_SIGNING_SECRET"),
        ({"bot_token": BOT, "app_token": APP, "mode": "carrier pigeon"}, "'socket' or 'http'"),
        ({"bot_token": BOT, "app_token": APP, "url": "slack.com"}, "should match pattern"),
    ],
)
def test_what_is_missing_or_mixed_up_is_named(given, named):
    with pytest.raises(ValidationError) as wrong:
        _settings(**given)
    assert named in str(wrong.value)


@pytest.mark.parametrize(
    "given",
    [{"bot_token": BOT, "app_token": APP}, {"bot_token": BOT, "mode": "http", "signing_secret": "s"}, {}],
    ids=["socket", "http", "no Slack at all"],
)
def test_each_way_in_needs_what_it_needs_and_no_more(given):
    assert _settings(**given)


def test_every_secret_of_slack_is_one():
    settings = _settings(bot_token=BOT, app_token=APP, signing_secret="hush-of-the-tests")
    assert {BOT, APP, "hush-of-the-tests"} <= set(settings.secrets)
    chat = slack_of(settings, None, None)
    for shown in (repr(settings), repr(chat.keys), repr(chat.calls)):
        assert not [secret for secret in (BOT, APP, "hush-of-the-tests") if secret in shown]


def test_the_settings_reach_the_adapter():
    given = {"bot_token": BOT, "mode": "http", "signing_secret": "s", "channels": ["C1"], "teams": ["T2"]}
    chat = slack_of(_settings(**given, url="https://slack-gov.com/api/"), None, None)
    assert (chat.keys.mode, chat.keys.signing, chat.keys.url) == ("http", "s", "https://slack-gov.com/api/")
    assert (tuple(chat.places.channels), tuple(chat.places.teams)) == (("C1",), ("T2",))
