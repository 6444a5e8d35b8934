"""Slack, from the settings."""

from pydantic import SecretStr

from bot.chat.slack.adapter import Keys, SlackChat
from bot.chat.slack.starting import Places
from bot.chat.words import Words
from bot.ports import JoinedThreads
from bot.settings import Settings


def slack_of(settings: Settings, words: Words, joined: JoinedThreads) -> SlackChat:
    """The workspace of the settings."""
    keys = Keys(
        bot=_word(settings.slack_bot_token),
        app=_word(settings.slack_app_token),
        signing=_word(settings.slack_signing_secret),
        mode=settings.slack_mode,
        url=settings.slack_url,
    )
    return SlackChat(keys, words, joined, Places(settings.slack_teams, settings.slack_channels))


def _word(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
