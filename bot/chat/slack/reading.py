"""What Slack tells us, as events of the port; None is what we have no ears for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.chat.port import Actor, Commanded, Conversation, Filled, Message, Pressed, Said
from bot.chat.slack.controls import action_of
from bot.chat.slack.modals import CALLBACK, parse_view
from bot.chat.slack.plain import is_to_another, mentions, plain_of

PLATFORM: Final = "slack"
SLACKBOT: Final = "USLACKBOT"
"""Slack's own program, which writes as if it were a person."""
HEARD_SUBTYPES: Final = frozenset({None, "file_share", "thread_broadcast"})
"""Words of a person. All others are changes, joins, and what programs say."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Own:
    """Who we are in the workspace, and whose words count there."""

    user: str
    bot: str
    team: str
    teams: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()

    def hears(self, team: str) -> bool:
        """People of our workspace, and of those named beside it; in a shared channel there are others."""
        return not team or team == self.team or team in self.teams

    def acts_in(self, channel: str) -> bool:
        """Whether that is one of our places; a direct conversation always is."""
        return not self.channels or is_direct(channel) or channel in self.channels


@dataclass(frozen=True, slots=True)
class Trigger:
    """What opens a modal, once and for three seconds; ``at`` is our own clock when it came."""

    id: str
    at: float


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody looks at the messages of the bot."""

    user: str
    channel: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads bodies. ``names`` are those of people as far as we know them."""

    own: Own
    names: Mapping[str, str] = field(default_factory=dict)

    def read(self, body: Json, at: float) -> Said | Pressed | Commanded | Filled | Opened | None:
        """One body; raises ``LookupError``, ``ValueError`` or ``TypeError`` where it is not what Slack describes."""
        if body.get("type") == "event_callback":
            return self._event(body["event"])
        if body.get("type") == "block_actions":
            return self._pressed(body, at)
        if body.get("type") == "view_submission" and body["view"].get("callback_id") == CALLBACK:
            return self._filled(body)
        return self._commanded(body, at) if "command" in body else None

    def said(self, message: Json, channel: str) -> Said | None:
        """A message of a channel, heard now or read afterwards."""
        user = str(message.get("user") or "")
        if (
            user in ("", SLACKBOT, self.own.user)
            or message.get("bot_id")
            or message.get("subtype") not in HEARD_SUBTYPES
        ):
            # Programs neither ask nor approve; our own words come back to us as everybody's do.
            return None
        team = str(message.get("user_team") or message.get("team") or "")
        conversation = self.place(channel, str(message.get("thread_ts") or message["ts"]))
        text = str(message.get("text") or "")
        if not self.own.hears(team) or (is_to_another(text, self.own.user) and not conversation.is_direct):
            return None
        return Said(
            dedupe=f"{PLATFORM}:{self.own.team}:{channel}:{message['ts']}",
            conversation=conversation,
            who=self.actor(user),
            text=plain_of(text, self.own.user, self.names),
            is_to_bot=conversation.is_direct or mentions(text, self.own.user),
            message=Message(conversation, str(message["ts"])),
        )

    def place(self, channel: str, thread: str | None) -> Conversation:
        """A thread of a channel, or the channel where there is none yet."""
        return Conversation(PLATFORM, self.own.team, channel, thread or None, is_direct=is_direct(channel))

    def actor(self, user: str, name: str = "") -> Actor:
        """Somebody, by the name we know them by."""
        return Actor(PLATFORM, user, self.names.get(user) or name)

    def _event(self, event: Json) -> Said | Opened | None:
        if event.get("type") == "app_home_opened" and event.get("tab") == "messages":
            return Opened(str(event["user"]), str(event["channel"]))
        if event.get("type") not in ("message", "app_mention"):
            return None
        return self.said(event, str(event["channel"]))

    def _pressed(self, body: Json, at: float) -> Pressed | None:
        where, [action, *_] = body["container"], body["actions"]
        if where.get("type") != "message" or not self._is_ours(body):
            return None  # a choice inside a modal comes with the modal
        ts = str(where["message_ts"])
        thread = (
            where.get("thread_ts") or body.get("message", {}).get("thread_ts") or ("" if _is_private(where) else ts)
        )
        conversation = self.place(str(where["channel_id"]), str(thread))
        return Pressed(
            dedupe=f"{PLATFORM}:{self.own.team}:press:{body['trigger_id']}",
            conversation=conversation,
            who=self._who(body),
            action=action_of(str(action["action_id"])),
            value=str(action.get("value") or ""),
            message=None if _is_private(where) else Message(conversation, ts),
            surface=Trigger(str(body["trigger_id"]), at),
        )

    def _filled(self, body: Json) -> Filled | None:
        if not self._is_ours(body):
            return None
        answers = parse_view(body["view"])
        return Filled(
            dedupe=f"{PLATFORM}:{self.own.team}:view:{body['view']['id']}",
            conversation=self.place(answers.origin.channel, answers.origin.thread),
            who=self._who(body),
            form=answers.form,
            values=answers.values,
            state=answers.state,
        )

    def _commanded(self, body: Json, at: float) -> Commanded | None:
        channel = str(body["channel_id"])
        if not self.own.hears(str(body.get("team_id") or "")):
            return None
        return Commanded(
            dedupe=f"{PLATFORM}:{self.own.team}:command:{body['trigger_id']}",
            conversation=self.place(channel, None),
            who=self.actor(str(body["user_id"]), str(body.get("user_name") or "")),
            name=str(body["command"]).removeprefix("/"),
            text=str(body.get("text") or "").strip(),
            surface=Trigger(str(body["trigger_id"]), at),
        )

    def _who(self, body: Json) -> Actor:
        user = body["user"]
        return self.actor(str(user["id"]), str(user.get("name") or user.get("username") or ""))

    def _is_ours(self, body: Json) -> bool:
        return self.own.hears(str(body["user"].get("team_id") or ""))


def is_direct(channel: str) -> bool:
    """Whether a channel is a conversation with one person: Slack's ids say so."""
    return channel.startswith("D")


def _is_private(where: Json) -> bool:
    return bool(where.get("is_ephemeral"))
