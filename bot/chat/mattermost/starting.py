"""Whether a connection can begin: each reason that it cannot is told from the others, within a time."""

import asyncio
from collections.abc import Sequence

import structlog

from bot.chat.mattermost.faults import Denied, NoStart, Unreachable
from bot.chat.mattermost.known import Known
from bot.chat.mattermost.line import Pace
from bot.chat.port import TooFast

log = structlog.get_logger()

UNAUTHORISED = 401


async def check_server(known: Known, pace: Pace) -> None:
    """A Mattermost that takes our token; a server that is still coming up is waited for. Raises ``NoStart``."""
    loop = asyncio.get_running_loop()
    until, pause = loop.time() + pace.start, pace.pause
    while True:
        try:
            await _check(known)
        except (Unreachable, TooFast) as away:
            if loop.time() + pause > until:
                raise NoStart("mattermost.no_network", url=known.api.url, why=_why(away)) from away
        else:
            return
        await asyncio.sleep(pause)
        pause *= 2


async def allowed_teams(known: Known, names: Sequence[str]) -> frozenset[str]:
    """The ids of the teams that are heard. Raises ``NoStart`` where one is not there for us."""
    found = set()
    for name in names:
        try:
            found.add(str((await known.api.get(f"/teams/name/{name}"))["id"]))
        except Denied as no:
            raise NoStart("mattermost.no_team", team=name) from no
    return frozenset(found)


async def _check(known: Known) -> None:
    url = known.api.url
    try:
        found = await known.api.get("/system/ping")
    except Denied as no:
        raise NoStart("mattermost.not_mattermost", url=url, why=no.why) from no
    if not isinstance(found, dict) or "status" not in found:
        raise NoStart("mattermost.not_mattermost", url=url, why="its answer is another's")
    try:
        me = await known.me()
    except Denied as no:
        if no.status == UNAUTHORISED:
            raise NoStart("mattermost.bad_token", url=url) from no
        raise NoStart("mattermost.not_mattermost", url=url, why=no.why) from no
    if not me.is_bot:
        log.warning("mattermost.not_a_bot", username=me.username)


def _why(away: Unreachable | TooFast) -> str:
    return away.why if isinstance(away, Unreachable) else str(away)
