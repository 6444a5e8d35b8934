"""Mattermost, from the settings."""

import ssl
from dataclasses import dataclass

from bot.chat.mattermost import MattermostChat, Server
from bot.chat.words import Words
from bot.http import Listener
from bot.ports import Notes
from bot.settings import Settings
from bot.store.again import SqlAgain
from bot.wiring.keys import own_secret
from iac.redaction import keep_secret

HINT = "THREADFORM_MATTERMOST_CALLBACK_HOST and _CALLBACK_PORT name another address"


@dataclass
class CalledMattermost(MattermostChat):
    """The adapter, with the address where the server calls it."""

    host: str = "127.0.0.1"
    port: int = 0

    def listener(self) -> Listener:
        """An address of its own: nobody but the Mattermost server is to reach it."""
        return Listener(self.host, self.port, self.callbacks.routes(), HINT)


def mattermost_of(settings: Settings, words: Words, notes: Notes, again: SqlAgain) -> CalledMattermost:
    """The bot account on the server that the settings name."""
    chat = CalledMattermost(
        server_of(settings),
        callback_secret(settings),
        words,
        notes,
        again,
        host=settings.mattermost_callback_host,
        port=settings.mattermost_callback_port,
    )
    keep_secret([chat.callbacks.path])
    return chat


def server_of(settings: Settings) -> Server:
    """Where the server is, and how we are known there."""
    token = settings.mattermost_token.get_secret_value() if settings.mattermost_token else ""
    return Server(
        settings.mattermost_url,
        token,
        settings.mattermost_callback,
        settings.mattermost_command_tokens,
        settings.mattermost_teams,
        tls_of(settings),
    )


def tls_of(settings: Settings) -> ssl.SSLContext | None:
    """Whom the server's certificate is believed by; None for the authorities that everybody knows."""
    if settings.mattermost_ca is None:
        return None
    return ssl.create_default_context(cafile=str(settings.mattermost_ca))


def callback_secret(settings: Settings) -> bytes:
    """What closes the buttons: from the environment, else the home's own."""
    if settings.mattermost_secret is not None:
        return settings.mattermost_secret.get_secret_value().encode()
    return own_secret(settings.home / "keys" / "mattermost.key")
