"""What the environment says of Mattermost."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

LEAST_SECRET = 32
NAME = "THREADFORM_MATTERMOST"


class MattermostSettings(BaseModel):
    """Mattermost: nothing of it is needed where there is no server."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    mattermost_url: str = ""
    """Address of your Mattermost server as people open it, such as `https://chat.example.org`."""
    mattermost_token: SecretStr | None = None
    """Access token of Threadform's own bot account there; `threadform mattermost setup` makes it."""
    mattermost_command_token: SecretStr | None = None
    """Token of the slash command; several teams have several, with commas between."""
    mattermost_teams: tuple[str, ...] = ()
    """The only teams it acts in, by their short names, as JSON: `["infra"]`; all it was invited to by default."""
    mattermost_callback_url: str = ""
    """Where the Mattermost server reaches the callback listener; `http://HOST:PORT` of the listener by default."""
    mattermost_callback_host: str = "127.0.0.1"
    """Address that the callback listener is bound to: a private one that the Mattermost server reaches."""
    mattermost_callback_port: int = Field(8766, ge=0, le=65535)
    """Port of the callback listener."""
    mattermost_callback_exposed: bool = False
    """Say so where the callback listener is bound to an address that is not private: nobody signs what comes there."""
    mattermost_secret: SecretStr | None = None
    """Closes what the server carries for us: 32 characters or more, the same on all machines; a key file by default."""
    mattermost_ca: Path | None = None
    """Certificate (PEM) of the authority that vouches for the server, where it is one of your own."""
    mattermost_test_channel: str = ""
    """`TEAM/CHANNEL` where `threadform doctor --live` may post, edit and delete a message and a file."""

    @model_validator(mode="after")
    def _mattermost_hangs_together(self) -> Self:
        for wrong in self._wrong_of_mattermost():
            raise ValueError(wrong)
        return self

    def _wrong_of_mattermost(self) -> Iterator[str]:
        """A token without a server, a server without a token, or a door that stands open without anybody saying so."""
        if bool(self.mattermost_url) != bool(self.mattermost_token):
            missing = "URL" if self.mattermost_token else "TOKEN"
            yield f"{NAME}_URL and {NAME}_TOKEN belong together: _{missing} is not set"
        for name, url in (("URL", self.mattermost_url), ("CALLBACK_URL", self.mattermost_callback_url)):
            if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
                yield f"{NAME}_{name} must be an address such as https://chat.example.org"
        if self.mattermost_secret and len(self.mattermost_secret.get_secret_value()) < LEAST_SECRET:
            yield f"{NAME}_SECRET is too short: it takes at least {LEAST_SECRET} characters"
        if self.mattermost_url and not self.mattermost_callback_exposed and not self._is_private:
            yield (
                f"{NAME}_CALLBACK_HOST {self.mattermost_callback_host} is not a private address: nobody signs what "
                f"Mattermost sends there. Name a private one, or set {NAME}_CALLBACK_EXPOSED=true to go on"
            )

    @property
    def _is_private(self) -> bool:
        """Whether the callback listener stands where only our own network reaches it."""
        if self.mattermost_callback_host == "localhost":
            return True
        try:
            address = ipaddress.ip_address(self.mattermost_callback_host)
        except ValueError:
            return False
        return (address.is_private or address.is_loopback) and not address.is_unspecified

    @property
    def mattermost_callback(self) -> str:
        """Where the server reaches the callback listener."""
        host = self.mattermost_callback_host
        shown = f"[{host}]" if ":" in host else host
        return self.mattermost_callback_url or f"http://{shown}:{self.mattermost_callback_port}"

    @property
    def mattermost_command_tokens(self) -> tuple[str, ...]:
        """The tokens of our slash commands."""
        given = self.mattermost_command_token.get_secret_value() if self.mattermost_command_token else ""
        return tuple(token.strip() for token in given.split(",") if token.strip())

    @property
    def mattermost_secrets(self) -> tuple[SecretStr, ...]:
        """Every secret of it that was set."""
        given = (self.mattermost_token, self.mattermost_secret)
        commands = tuple(map(SecretStr, self.mattermost_command_tokens))
        return (*(secret for secret in given if secret), *commands)
