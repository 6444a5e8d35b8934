"""Mattermost's posts and users as values, and what of them is said to us. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

log = structlog.get_logger()

PLATFORM = "mattermost"
DIRECT = "direct"
"""The space of direct messages: they belong to no team."""


class Post(BaseModel):
    """One post, as far as we read it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    channel_id: str
    user_id: str
    root_id: str = ""
    original_id: str = ""
    message: str = ""
    type: str = ""
    create_at: int = 0
    delete_at: int = 0
    props: Mapping[str, Any] = Field(default_factory=dict)

    @property
    def root(self) -> str:
        """The post that its thread is named by."""
        return self.root_id or self.id

    @property
    def is_a_persons(self) -> bool:
        """Whether somebody typed it: not the system, not a bot, not a webhook. Bots are not answered: they answer."""
        by_machine = any(str(self.props.get(name)) == "true" for name in ("from_bot", "from_webhook", "from_plugin"))
        return not self.type and not self.original_id and not self.delete_at and not by_machine

    @property
    def key(self) -> str:
        """Our own key of it; empty where it is none of ours."""
        return str(self._ours.get("key") or "")

    @property
    def files(self) -> tuple[str, ...]:
        """The marks of the files that we gave it."""
        marks = self._ours.get("files")
        return tuple(str(mark) for mark in marks) if isinstance(marks, list) else ()

    @property
    def _ours(self) -> Mapping[str, Any]:
        ours = self.props.get("threadform")
        return ours if isinstance(ours, Mapping) else {}

    @property
    def action_ids(self) -> frozenset[str]:
        """The ids of what can be pressed on it now."""
        attachments = self.props.get("attachments")
        actions = [a for each in attachments or () if isinstance(each, Mapping) for a in each.get("actions") or ()]
        return frozenset(str(action.get("id")) for action in actions if isinstance(action, Mapping))


def posts_of(rows: Mapping[str, Any]) -> list[Post]:
    """The posts of an answer; one that nobody could read is left out, and said in the log."""
    found = []
    for row in (rows.get("posts") or {}).values():
        try:
            found.append(Post.model_validate(row))
        except ValidationError as wrong:
            log.warning("mattermost.unreadable_post", why=type(wrong).__name__)
    return found


class User(BaseModel):
    """One account, as far as we read it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    locale: str = "en"
    is_bot: bool = False
    delete_at: int = 0

    @property
    def name(self) -> str:
        """What people call them."""
        return f"{self.first_name} {self.last_name}".strip() or self.username

    @property
    def language(self) -> str:
        """Ours of their two-letter language."""
        return "fr" if self.locale.startswith("fr") else "en"


class Channel(BaseModel):
    """One channel, as far as we read it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    type: str = "O"
    team_id: str = ""
    last_post_at: int = 0

    @property
    def is_direct(self) -> bool:
        """Whether only one other person reads it."""
        return self.type == "D"

    @property
    def space(self) -> str:
        """The team it belongs to."""
        return self.team_id or DIRECT


@dataclass(frozen=True, slots=True)
class Mention:
    """How the bot is called in a text."""

    username: str

    def is_in(self, text: str) -> bool:
        """Whether the text calls it."""
        return bool(self._pattern.search(text))

    def without(self, text: str) -> str:
        """The text without the call."""
        return self._pattern.sub("", text).strip()

    @property
    def _pattern(self) -> re.Pattern[str]:
        name = re.escape(self.username)
        return re.compile(rf"(?<![\w@.-])@{name}(?![\w-]|\.\w)[,:]?", re.IGNORECASE)
