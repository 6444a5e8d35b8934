"""What the environment says of the chats beside the page. A platform that is not named is not even imported."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

SLACK = "THREADFORM_SLACK"


class SlackSettings(BaseModel):
    """Slack: nothing of it is needed where there is no bot token."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    slack_bot_token: SecretStr | None = None
    """Slack's *Bot User OAuth Token* (`xoxb-…`); with it Threadform is connected to that workspace."""
    slack_app_token: SecretStr | None = None
    """Slack's *App-Level Token* (`xapp-…`), for socket mode."""
    slack_signing_secret: SecretStr | None = None
    """Slack's *Signing Secret*, for HTTP mode: every request of Slack's is verified with it."""
    slack_mode: Literal["socket", "http"] = "socket"
    """How Slack reaches Threadform: by a socket that Threadform opens, or by calling `/slack/events`."""
    slack_channels: tuple[str, ...] = ()
    """The only channels it acts in, by their ids, as JSON: `["C024BE91L"]`; all it was invited to by default."""
    slack_teams: tuple[str, ...] = ()
    """Other workspaces whose people are heard in shared channels, by their ids, as JSON; none by default."""
    slack_test_channel: str = ""
    """The id of a channel where `threadform doctor --live` may post, edit and delete a message and a file."""
    slack_url: str = Field("https://slack.com/api/", pattern=r"^https?://[^\s/]+(:\d+)?/.*$")
    """Address of Slack's Web API: another one for GovSlack (`https://slack-gov.com/api/`), or for a test."""

    @model_validator(mode="after")
    def _slack_hangs_together(self) -> Self:
        for wrong in self._wrong_of_slack():
            raise ValueError(wrong)
        return self

    def _wrong_of_slack(self) -> Iterator[str]:
        """What would start and then not work: a token that is missing, or stands in another one's place."""
        bot, app, secret = self.slack_bot_token, self.slack_app_token, self.slack_signing_secret
        if bot is None:
            for name, given in (("APP_TOKEN", app), ("SIGNING_SECRET", secret)):
                if given is not None:
                    yield f"{SLACK}_{name} is set but {SLACK}_BOT_TOKEN is not"
            return
        if not bot.get_secret_value().startswith("xoxb-"):
            yield f"{SLACK}_BOT_TOKEN must begin with xoxb-: it is the Bot User OAuth Token under Install App"
        if self.slack_mode == "socket" and app is None:
            yield f"{SLACK}_BOT_TOKEN is set but {SLACK}_APP_TOKEN is not; or choose {SLACK}_MODE=http"
        if app is not None and not app.get_secret_value().startswith("xapp-"):
            yield f"{SLACK}_APP_TOKEN must begin with xapp-: it is an App-Level Token under Basic Information"
        if self.slack_mode == "http" and not (secret and secret.get_secret_value().strip()):
            yield f"{SLACK}_MODE=http needs {SLACK}_SIGNING_SECRET: without it nobody could tell who is calling"

    @property
    def chat_secrets(self) -> tuple[SecretStr, ...]:
        """Every secret of the chats that was set."""
        given = (self.slack_bot_token, self.slack_app_token, self.slack_signing_secret)
        return tuple(secret for secret in given if secret)
