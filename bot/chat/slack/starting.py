"""Starting on Slack: who we are there and what we may do, or why not, in words that say the way on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.chat.port import TooFast
from bot.chat.slack.calling import Calls, No
from bot.chat.slack.manifest import SCOPES
from bot.chat.slack.reading import Own
from iac.errors import Broken

START_S: Final = 15.0
NEEDED: Final = ("app_mentions:read", "channels:history", "chat:write")
"""Without these nothing would be heard, or nothing said."""
HINTS: Final = {
    "invalid_auth": "the token is wrong, or of another workspace: copy it again",
    "not_authed": "the token is wrong: copy it again",
    "account_inactive": "the app was removed from the workspace: install it again",
    "token_revoked": "the token was revoked: install the app again and copy the new one",
    "token_expired": "the token has expired: turn token rotation off in the manifest, and install the app again",
    "not_allowed_token_type": "the two tokens are mixed up: the bot's begins with xoxb-, the app's with xapp-",
    "missing_scope": "the app was made before this version: paste the new manifest and install the app again",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Who we are, and the scopes that the token lacks."""

    own: Own
    missing: tuple[str, ...] = ()

    @property
    def remark(self) -> str | None:
        """What does not work for want of a scope."""
        lacks = "; ".join(f"{scope}: {SCOPES[scope]}" for scope in self.missing)
        return f"ready; the app lacks {lacks}" if lacks else None


@dataclass(frozen=True, slots=True)
class Places:
    """What the settings say about whom and where we hear."""

    teams: Sequence[str] = ()
    channels: Sequence[str] = ()


async def begin(calls: Calls, places: Places, *, seconds: float = START_S, needed: Sequence[str] = NEEDED) -> Standing:
    """Ask Slack who we are; ``Broken`` with the reason where it does not say, or not in time, or lacks a scope."""
    act = "starting on Slack"
    found, scopes = await _asked(act, "THREADFORM_SLACK_BOT_TOKEN", calls.whoami(), seconds)
    missing = missing_scopes(scopes)
    lacking = [scope for scope in needed if scope in missing]
    if lacking:
        raise Broken(act, f"missing scope {', '.join(lacking)}: {HINTS['missing_scope']}")
    own = Own(
        user=str(found["user_id"]),
        bot=str(found.get("bot_id") or ""),
        team=str(found["team_id"]),
        teams=frozenset(places.teams),
        channels=frozenset(places.channels),
    )
    return Standing(own, missing)


async def check_socket(app_calls: Calls, *, seconds: float = START_S) -> None:
    """Ask for a socket once, and let it go: Slack's client would keep a wrong token to itself and try for ever."""
    await _asked(
        "opening Slack's socket", "THREADFORM_SLACK_APP_TOKEN", app_calls.call("apps.connections.open"), seconds
    )


def missing_scopes(listed: str) -> tuple[str, ...]:
    """Scopes of ours that the token lacks; none where Slack does not list them."""
    has = {scope.strip() for scope in listed.split(",") if scope.strip()}
    return tuple(scope for scope in SCOPES if has and scope not in has)


def why(no: No) -> str:
    """Slack's word and what to do about it."""
    hint = HINTS.get(no.code, "")
    return ": ".join(filter(None, [f"{no.code}{f' ({no.needed})' if no.needed else ''}", hint]))


async def _asked(act: str, token: str, asking: Any, seconds: float) -> Any:
    """The answer; the setting is named last: what follows such a name and a colon counts as a secret and is hidden."""
    try:
        async with asyncio.timeout(seconds):
            return await asking
    except No as no:
        raise Broken(act, f"{why(no)} ({token})") from no
    except TooFast as wait:
        raise Broken(act, str(wait), is_worth_retrying=True) from wait
    except Broken as fault:
        raise Broken(act, f"Slack cannot be reached: {fault.why}", is_worth_retrying=True) from fault
    except TimeoutError:
        raise Broken(act, f"Slack cannot be reached: no answer within {seconds:g} s", is_worth_retrying=True) from None
