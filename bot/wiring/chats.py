"""The chats of an installation beside the page: only what the settings name is imported and built.

A new platform is one more ``if`` here, a module of its own beside this one, and nothing else. What a chat may offer
beside the port: ``routes`` (``bot.http.HasRoutes``) below the page's address, a ``listener``
(``bot.http.HasListener``) at an address of its own, ``ready`` (``bot.listening.HasState``) for /ready, and
``members`` (``bot.ports.Directory``) for the groups of its platform.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.chat.port import Chat
from bot.chat.web import WebChat
from bot.chat.words import Words
from bot.listening import Listening
from bot.ports import Directory, JoinedThreads, Notes
from bot.settings import Settings
from bot.store.again import SqlAgain
from bot.store.database import Database
from bot.store.joined import SqlJoinedThreads
from bot.store.notes import SqlNotes
from bot.wiring.web import web_of


@dataclass(frozen=True, slots=True)
class Beside:
    """What an adapter is built from."""

    settings: Settings
    words: Words
    joined: JoinedThreads
    notes: Notes
    again: SqlAgain


def chats_of(beside: Beside) -> dict[str, Chat]:
    """Every chat that is configured, by its platform. Nothing is connected before ``run``."""
    settings = beside.settings
    found: dict[str, Chat] = {}
    if settings.slack_bot_token is not None:
        from bot.wiring.slack import slack_of

        found["slack"] = slack_of(settings, beside.words, beside.joined)
    if settings.mattermost_url:
        from bot.wiring.mattermost import mattermost_of

        found["mattermost"] = mattermost_of(settings, beside.words, beside.notes, beside.again)
    if settings.matrix_url:
        from bot.wiring.matrix import matrix_of

        found["matrix"] = matrix_of(settings, beside.words, beside.notes)
    return found


@dataclass(frozen=True)
class Talking:
    """Every chat of a process: the page, those of the settings, and those that the process brought itself."""

    page: WebChat
    named: Mapping[str, Chat]
    brought: Mapping[str, Chat]

    @cached_property
    def chats(self) -> dict[str, Chat]:
        """By platform: where the bot speaks. One mapping for whoever asks: a chat that is put in its place is heard."""
        return {"web": self.page, **self.named, **self.brought}

    @cached_property
    def listening(self) -> Sequence[Listening]:
        """Where a served process hears people, beside the page."""
        return tuple(Listening(name, chat) for name, chat in self.named.items())

    @property
    def directories(self) -> dict[str, Directory]:
        """The platforms that know groups."""
        return {name: chat for name, chat in self.chats.items() if isinstance(chat, Directory)}

    async def close(self) -> None:
        """Let go of what was opened to speak."""
        for chat in self.named.values():
            await chat.close()


def talking_of(settings: Settings, database: Database, words: Words, brought: Mapping[str, Chat]) -> Talking:
    """The chats of a process."""
    named = chats_of(Beside(settings, words, SqlJoinedThreads(database), SqlNotes(database), SqlAgain(database)))
    return Talking(web_of(settings, database, words), named, brought)
