"""Who is calling: an API token in the header, or a ticket in the cookie with its CSRF token on writes."""

import hashlib
import hmac
import time
import urllib.parse
from collections.abc import Mapping

from iac.lab.rights import ROOT, Who
from iac.lab.world import ApiError, Params, Row, World

TICKET_SECONDS = 7200
COOKIE = "PVEAuthCookie"


def who_calls(world: World, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Who:
    """The caller; ``ApiError`` 401 in PVE's words where it is nobody."""
    kind, _, token = headers.get("Authorization", "").partition("=")
    if kind == "PVEAPIToken":
        return _by_token(world, token)
    if COOKIE in cookies:
        return _by_ticket(world, method, urllib.parse.unquote(cookies[COOKIE]), headers)
    raise ApiError(401, "No ticket")


def new_ticket(world: World, params: Params) -> Row:
    """Log in by password, or renew a ticket that is still good."""
    user = params["username"] + ("" if "@" in params["username"] else f"@{params.get('realm', 'pam')}")
    given = params["password"]
    is_right = hmac.compare_digest(_hash(given), world.secrets.get(f"password/{user}", ""))
    if not _is_enabled(world, user) or not (is_right or _user_of(world, given) == user):
        raise ApiError(401, "authentication failure")
    stamp = f"{int(time.time()):08X}"
    ticket = f"PVE:{user}:{stamp}::{_sign(world, f'{user}:{stamp}')}"
    row = {"username": user, "ticket": ticket, "CSRFPreventionToken": f"{stamp}:{_sign(world, f'csrf:{user}:{stamp}')}"}
    return row | {"clustername": world.cluster, "cap": _capabilities(world, user)}


def hashed(password: str) -> str:
    """A password as the lab keeps it."""
    return _hash(password)


def _hash(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


def _sign(world: World, text: str) -> str:
    return hmac.new(world.secrets["signing"].encode(), text.encode(), hashlib.sha256).hexdigest()


def _is_enabled(world: World, user: str) -> bool:
    return bool(int(world.table("users").get(user, {}).get("enable", 0)))


def _capabilities(world: World, user: str) -> Row:
    who = Who(world, user)
    areas = {"access": "/access", "dc": "/", "nodes": "/nodes", "storage": "/storage", "vms": "/vms"}
    return {area: dict.fromkeys(who.privileges(path), 1) for area, path in areas.items()}


def _by_token(world: World, token: str) -> Who:
    full, _, secret = token.partition("=")
    user, _, name = full.partition("!")
    if not _is_enabled(world, user) and user != ROOT:
        raise ApiError(401, f"no such user ('{user}')")
    row = world.table(f"tokens/{user}").get(name)
    if row is None or not hmac.compare_digest(world.secrets.get(f"token/{full}", ""), secret):
        raise ApiError(401, "invalid token value!" if row else f"no such token '{name}' for user '{user}'")
    if 0 < int(row.get("expire", 0)) < time.time():
        raise ApiError(401, "token expired")
    return Who(world, user, name)


def _user_of(world: World, ticket: str) -> str | None:
    head, _, signature = ticket.partition("::")
    _, _, signed = head.partition(":")
    user, _, stamp = signed.rpartition(":")
    if not signature or not hmac.compare_digest(signature, _sign(world, signed)):
        return None
    return user if int(stamp, 16) + TICKET_SECONDS > time.time() else None


def _by_ticket(world: World, method: str, ticket: str, headers: Mapping[str, str]) -> Who:
    user = _user_of(world, ticket)
    if user is None:
        raise ApiError(401, "permission denied - invalid PVE ticket")
    stamp, _, signature = headers.get("CSRFPreventionToken", "").partition(":")
    if method != "GET" and not hmac.compare_digest(signature, _sign(world, f"csrf:{user}:{stamp}")):
        raise ApiError(401, "permission denied - invalid csrf token")
    return Who(world, user)
