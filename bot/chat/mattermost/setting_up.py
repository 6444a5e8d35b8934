"""What an admin sets up once on a Mattermost server: the bot account, its token, its teams, its slash command.

Every step finds what is there already: a second run changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.chat.mattermost.api import Api
from bot.chat.mattermost.faults import Denied, Gone
from iac.errors import Broken

MARK = "Threadform"
"""The description of what is ours on the server: only that is ever changed."""
DESCRIPTION = "Ask for Proxmox machines in a thread, read the plan, approve with a button"
HINT = "help | request TEXT | status [RUN] | list | approve RUN | discard RUN"
ALLOWED = "AllowedUntrustedInternalConnections"
SWITCHES = {
    "EnableBotAccountCreation": "without it no bot account can be made",
    "EnableUserAccessTokens": "without it a bot account can have no token",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be there: the bot's name, the command's, the teams, and where the server reaches our callbacks."""

    name: str
    command: str
    teams: tuple[str, ...]
    callback: str
    path: str

    @property
    def command_url(self) -> str:
        """Where the command goes: its last part but one is a secret."""
        return f"{self.callback.rstrip('/')}{self.path}/command"


@dataclass(frozen=True, slots=True)
class Missing:
    """A setting of the server that has to be changed, in the system console or with mmctl."""

    name: str
    why: str
    mend: str


async def missing_settings(admin: Api, wish: Wish) -> Sequence[Missing]:
    """Settings of the server that stand in the way; none where all is well."""
    found = (await admin.get("/config"))["ServiceSettings"]
    missing = [
        Missing(name, why, f"mmctl config set ServiceSettings.{name} true")
        for name, why in SWITCHES.items()
        if not found.get(name)
    ]
    host = urlsplit(wish.callback).hostname or ""
    allowed = str(found.get(ALLOWED) or "").replace(",", " ").split()
    if host not in allowed:
        both = " ".join([*allowed, host])
        why = f"the server calls no address of its own network that is not named here, and {host} is probably one"
        missing.append(Missing(ALLOWED, why, f"mmctl config set ServiceSettings.{ALLOWED} '{both}'"))
    return missing


async def check_admin(admin: Api) -> str:
    """Who sets up; ``Broken`` where they may not."""
    me = await admin.get("/users/me")
    if "system_admin" not in str(me.get("roles")).split():
        raise Broken("setting up Mattermost", f"{me.get('username')} is no system admin; only one can make a bot")
    return str(me["username"])


async def bot_account(admin: Api, name: str) -> tuple[str, bool]:
    """The id of the bot account, and whether it was made now."""
    try:
        there = await admin.get(f"/users/username/{name}")
    except Gone:
        sent = {"username": name, "display_name": name.title(), "description": MARK}
        return str((await admin.post("/bots", sent))["user_id"]), True
    if not there.get("is_bot"):
        raise Broken("making the bot account", f"{name} is a person's account; choose another with --name")
    if there.get("delete_at"):
        await admin.post(f"/bots/{there['id']}/enable", {})
    return str(there["id"]), False


async def chosen_teams(admin: Api, names: Sequence[str]) -> Mapping[str, str]:
    """The teams by their short names; the only one there is where none is named."""
    known = {str(team["name"]): str(team["id"]) for team in await admin.pages("/teams")}
    if not names and len(known) == 1:
        return known
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        there = ", ".join(sorted(known)) or "none"
        raise Broken("choosing teams", f"name at least one with --team; there are: {there}")
    return {name: known[name] for name in names}


async def join(admin: Api, team_id: str, user_id: str) -> None:
    """Make the bot a member of a team; it is invited into channels by people."""
    await admin.post(f"/teams/{team_id}/members", {"team_id": team_id, "user_id": user_id})


async def holds(url: str, token: str, user_id: str, like: Api) -> bool:
    """Whether a token is the bot's and works."""
    if not token:
        return False
    api = Api.at(url, token, like.tls)
    try:
        return bool((await api.get("/users/me"))["id"] == user_id)
    except Denied:
        return False
    finally:
        await api.close()


async def new_token(admin: Api, user_id: str) -> tuple[str, int]:
    """A new token of the bot, and how many of ours it had before."""
    rows = await admin.get(f"/users/{user_id}/tokens")
    older = [row for row in rows if row.get("description") == MARK and row.get("is_active", True)]
    made = await admin.post(f"/users/{user_id}/tokens", {"description": MARK})
    return str(made["token"]), len(older)


async def slash_command(admin: Api, team_id: str, wish: Wish) -> tuple[str, str]:
    """The token of the command in a team, and what was done: made, changed or found."""
    rows = await admin.get("/commands", team_id=team_id, custom_only="true")
    there = next((row for row in rows if row.get("trigger") == wish.command), None)
    if there is None:
        return str((await admin.post("/commands", _command(team_id, wish)))["token"]), "made"
    if there.get("description") != MARK:
        raise Broken("making the slash command", f"/{wish.command} is taken; choose another with --command")
    if there.get("url") == wish.command_url:
        return str(there["token"]), "found"
    await admin.put(f"/commands/{there['id']}", {**there, **_command(team_id, wish)})
    return str(there["token"]), "changed"


def _command(team_id: str, wish: Wish) -> dict[str, Any]:
    return {
        "team_id": team_id,
        "trigger": wish.command,
        "url": wish.command_url,
        "method": "P",
        "username": wish.name,
        "display_name": MARK,
        "description": MARK,
        "auto_complete": True,
        "auto_complete_desc": DESCRIPTION,
        "auto_complete_hint": HINT,
    }
