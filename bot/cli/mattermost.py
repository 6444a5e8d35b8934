"""``threadform mattermost setup | whois``: what an admin does once on a Mattermost server, and who is who there."""

import argparse
import asyncio
import getpass
import os
from collections.abc import Sequence
from pathlib import Path

import httpx

from bot.chat.mattermost import PLATFORM
from bot.chat.mattermost.api import Api
from bot.chat.mattermost.callbacks import ROOT
from bot.chat.mattermost.faults import Denied, Gone, Unreachable
from bot.chat.mattermost.posts import User
from bot.chat.mattermost.seal import Seal
from bot.chat.mattermost.setting_up import (
    Wish,
    bot_account,
    check_admin,
    chosen_teams,
    holds,
    join,
    missing_settings,
    new_token,
    slash_command,
)
from bot.settings import Settings
from bot.wiring.mattermost import callback_secret, tls_of
from iac.errors import Broken
from iac.redaction import keep_secret

TOKEN, PASSWORD = "MATTERMOST_ADMIN_TOKEN", "MATTERMOST_ADMIN_PASSWORD"
PREFIX = "THREADFORM_MATTERMOST_"
LOGIN_S = 15.0


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Do it; 0 where nothing is left to do."""
    if arguments.act == "whois":
        return asyncio.run(_whois(settings, arguments.name))
    return asyncio.run(_setup(arguments, settings))


async def _setup(arguments: argparse.Namespace, settings: Settings) -> int:
    url = (arguments.url or settings.mattermost_url).rstrip("/")
    if not url:
        raise Broken("setting up Mattermost", "which server? Name it with --url https://chat.example.org")
    path = f"{ROOT}/{Seal(callback_secret(settings)).path}"
    teams = tuple(arguments.team) or settings.mattermost_teams
    wish = Wish(arguments.name, arguments.slash, teams, settings.mattermost_callback, path)
    token = os.environ.get(TOKEN) or await _login(url, arguments.admin, settings)
    keep_secret([token])
    admin = Api.at(url, token, tls_of(settings))
    try:
        return await _install(admin, wish, settings, arguments.env)
    finally:
        await admin.close()


async def _install(admin: Api, wish: Wish, settings: Settings, env: str) -> int:
    print(f"set up by {await check_admin(admin)} on {admin.url}")
    missing = await missing_settings(admin, wish)
    for each in missing:
        print(f"SETTING   ServiceSettings.{each.name}: {each.why}\n          mend: {each.mend}")
    user_id, is_new = await bot_account(admin, wish.name)
    print(f"bot       @{wish.name}: {'made' if is_new else 'found'}")
    tokens = []
    for name, team_id in (await chosen_teams(admin, wish.teams)).items():
        await join(admin, team_id, user_id)
        token, done = await slash_command(admin, team_id, wish)
        tokens.append(token)
        print(f"team      {name}: joined; /{wish.command}: {done}")
    keep_secret(tokens)
    kept = _kept(Path(env)) if env else {}
    told = {**kept, "URL": admin.url, "COMMAND_TOKEN": ",".join(tokens), "CALLBACK_URL": settings.mattermost_callback}
    await _token(admin, user_id, told, settings, has_file=bool(env))
    if env:
        _write(Path(env), told)
        print(f"settings  written to {env} (mode 0600); give them to Threadform's environment")
    return 1 if missing else 0


async def _token(admin: Api, user_id: str, told: dict[str, str], settings: Settings, *, has_file: bool) -> None:
    """The bot's token: one that is known and works stays; a new one is made only where it can be kept."""
    ours = settings.mattermost_token.get_secret_value() if settings.mattermost_token else ""
    for token in (told.get("TOKEN", ""), ours):
        if await holds(admin.url, token, user_id, admin):
            told["TOKEN"] = token
            print("token     found, and it works")
            return
    if not has_file:
        print("token     none made: a server shows it once. Name a file for it with --env FILE")
        return
    told["TOKEN"], older = await new_token(admin, user_id)
    keep_secret([told["TOKEN"]])
    note = f"; {older} older of ours still work, revoke what nobody uses" if older else ""
    print(f"token     made{note}")


async def _login(url: str, name: str, settings: Settings) -> str:
    """A session of an admin, where no token of theirs is given."""
    if not name:
        raise Broken("setting up Mattermost", f"put an admin's access token into {TOKEN}, or name them with --admin")
    password = os.environ.get(PASSWORD) or getpass.getpass(f"password of {name}: ")
    verify = tls_of(settings) or url.startswith("https")
    async with httpx.AsyncClient(timeout=LOGIN_S, trust_env=False, verify=verify) as client:
        try:
            answer = await client.post(f"{url}/api/v4/users/login", json={"login_id": name, "password": password})
        except httpx.HTTPError as fault:
            raise Unreachable("logging in", f"{type(fault).__name__}: {fault}") from fault
    if not answer.is_success:
        raise Denied("logging in", f"{answer.status_code}; is the password right?", answer.status_code)
    return str(answer.headers.get("Token", ""))


def _kept(path: Path) -> dict[str, str]:
    """The settings that an earlier run wrote, by their last words; other lines of the file are kept as they are."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = (line.partition("=") for line in lines if line.startswith(PREFIX))
    return {name.removeprefix(PREFIX): value for name, _, value in pairs}


def _write(path: Path, told: dict[str, str]) -> None:
    """Our lines anew, for our user alone; the file is whole at every moment."""
    old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    others = [line for line in old if not line.startswith(PREFIX)]
    lines = [*others, *(f"{PREFIX}{name}={value}" for name, value in told.items())]
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join([*lines, ""]))
    fresh.replace(path)


async def _whois(settings: Settings, names: Sequence[str]) -> int:
    """Print what THREADFORM_PEOPLE names them by."""
    token = settings.mattermost_token.get_secret_value() if settings.mattermost_token else ""
    if not token:
        raise Broken("asking who is who", "no server is named; see docs/mattermost.md")
    api, unknown = Api.at(settings.mattermost_url, token, tls_of(settings)), 0
    try:
        for name in names:
            try:
                user = User.model_validate(await api.get(f"/users/username/{name.removeprefix('@')}"))
            except Gone:
                unknown += 1
                print(f"{name}: nobody is called that")
            else:
                print(f"{PLATFORM}:{user.id}  {user.name} (@{user.username})")
    finally:
        await api.close()
    return 1 if unknown else 0
