"""The manifest from which Slack makes the app: the least it needs, each scope with its reason. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.chat.slack.limits import shortened
from bot.chat.words import Words
from iac.errors import Refused

Mode = Literal["socket", "http"]

PATH = "/slack/events"
"""Where the product hears Slack in HTTP mode: events, presses and commands alike."""
NAME_MOST, COMMAND_MOST = 35, 32
COMMAND = re.compile(r"[a-z0-9][a-z0-9_-]*")

SCOPES: Mapping[str, str] = {
    "app_mentions:read": "hears that it was mentioned",
    "assistant:write": "has its own tab among Slack's agents, with suggested requests",
    "channels:history": "hears the replies in its threads of public channels, and finds its own message again after a "
    "lost answer",
    "chat:write": "says something, edits its card, shows a private word to one person, and that it is at work",
    "commands": "has one slash command",
    "files:write": "attaches a diff that is too long for a message",
    "groups:history": "the same as `channels:history`, in private channels it was invited to",
    "im:history": "hears the direct messages people send it",
    "im:write": "opens a direct message where a private word cannot be shown in the channel",
    "usergroups:read": "reads who is in a user group that has a role in the settings",
    "users:read": "calls people by their names",
}
"""Every scope of the bot, and what would not work without it."""
EVENTS: Mapping[str, str] = {
    "app_home_opened": "somebody opened its tab: it suggests what may be asked for",
    "app_mention": "somebody mentioned it",
    "message.channels": "a reply in a thread of a public channel; it stays silent in threads it takes no part in",
    "message.groups": "the same in a private channel it was invited to",
    "message.im": "a direct message",
}
"""Everything Slack tells it, and what that is."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an admin chooses: how Slack reaches the product, and what app and command are called."""

    mode: Mode = "socket"
    url: str = ""
    command: str = "threadform"
    name: str = "Threadform"
    language: str = "en"


def render_manifest(wish: Wish, words: Words) -> dict[str, Any]:
    """The manifest; raises ``Refused`` where Slack would not take it."""
    _check(wish)

    def say(key: str) -> str:
        return words.text(f"slack.manifest.{key}", wish.language)

    url = {"url": _url(wish)} if wish.mode == "http" else {}
    command = {"command": f"/{wish.command}", "description": say("command"), "usage_hint": say("usage")}
    prompts = [{"title": say(f"prompt.{n}"), "message": say(f"prompt.{n}.text")} for n in ("new", "there", "help")]
    return {
        "_metadata": {"major_version": 2},
        "display_information": {"name": wish.name, "description": say("description"), "background_color": "#1f2937"},
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": _handle(wish.name), "always_online": True},
            "slash_commands": [{**command, **url, "should_escape": False}],
            "agent_view": {"agent_description": say("agent"), "suggested_prompts": prompts},
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": _settings(wish),
    }


def scopes_table() -> str:
    """The scopes with their reasons, in Markdown."""
    return _table(("Scope", "With it, Threadform"), SCOPES)


def events_table() -> str:
    """The events with what they are, in Markdown."""
    return _table(("Event", "What it is"), EVENTS)


def _settings(wish: Wish) -> dict[str, Any]:
    request = {"request_url": _url(wish)} if wish.mode == "http" else {}
    return {
        "event_subscriptions": {**request, "bot_events": sorted(EVENTS)},
        "interactivity": {"is_enabled": True, **request},
        "org_deploy_enabled": False,
        "socket_mode_enabled": wish.mode == "socket",
        "token_rotation_enabled": False,
    }


def _check(wish: Wish) -> None:
    if not COMMAND.fullmatch(wish.command) or len(wish.command) >= COMMAND_MOST:
        raise Refused("slack.manifest.bad_command", command=wish.command, most=COMMAND_MOST - 1)
    if not wish.name.strip() or len(wish.name) > NAME_MOST:
        raise Refused("slack.manifest.bad_name", name=wish.name, most=NAME_MOST)
    if wish.mode == "http" and not re.fullmatch(r"https://[^\s/?#]+(/[^\s?#]*)?", wish.url):
        raise Refused("slack.manifest.bad_url")
    if wish.mode == "socket" and wish.url:
        raise Refused("slack.manifest.url_unused")


def _url(wish: Wish) -> str:
    return f"{wish.url.rstrip('/')}{PATH}"


def _handle(name: str) -> str:
    """What the bot is mentioned by: Slack takes small letters, digits and three signs."""
    return shortened(re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or "threadform", NAME_MOST)


def _table(head: tuple[str, str], rows: Mapping[str, str]) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {why} |" for name, why in sorted(rows.items()))])
