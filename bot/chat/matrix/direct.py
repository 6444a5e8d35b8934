"""Rooms of two: found again by Matrix's own list of them, made where there is none yet."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from bot.chat.matrix.api import MatrixApi, MatrixNo, path_of
from bot.chat.matrix.events import clean

LIST = "m.direct"
IN = frozenset({"join", "invite"})


@dataclass(slots=True)
class DirectRooms:
    """The direct rooms of our account, and who is in which room."""

    api: MatrixApi
    _members: dict[str, dict[str, str]] = field(default_factory=dict)
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def members(self, room: str) -> dict[str, str]:
        """Who is in a room, by display name; asked once, until somebody comes or goes."""
        if room not in self._members:
            self._members[room] = {user: clean(name) for user, name in (await self.api.members(room)).items()}
        return self._members[room]

    def forget(self, room: str) -> None:
        """Somebody came, went or changed their name."""
        self._members.pop(room, None)

    async def is_direct(self, room: str) -> bool:
        """Whether nobody can listen there but us and one other."""
        return len(await self.members(room)) == 2  # noqa: PLR2004 - two people

    async def is_ours_alone(self, room: str, me: str, user: str) -> bool:
        """Whether just these two are in a room now: asked of the server, for whoever only speaks hears of nobody."""
        try:
            return (await self.api.members(room)).keys() == {me, user}
        except MatrixNo:
            return False

    async def room_of(self, me: str, user: str) -> str:
        """The room of us two; ``MatrixNo`` where that person cannot be asked into one."""
        async with self._making:
            listed = await self._listed(me)
            for room in listed.get(user, []):
                if await self._is_there(room, me, user):
                    return str(room)
            wish = {"is_direct": True, "invite": [user], "preset": "private_chat"}
            made = str((await self.api.call("POST", path_of("createRoom"), body=wish))["room_id"])
            listed[user] = [made, *listed.get(user, [])]
            await self.api.call("PUT", path_of("user", me, "account_data", LIST), body=listed)
            return made

    async def _listed(self, me: str) -> dict[str, Any]:
        try:
            return await self.api.call("GET", path_of("user", me, "account_data", LIST))
        except MatrixNo as no:
            if no.code == "M_NOT_FOUND":
                return {}
            raise

    async def _is_there(self, room: str, me: str, user: str) -> bool:
        """Whether both of us are in it, or asked in, and nobody else is."""
        try:
            joined = await self.api.members(room)
            seen = await self.api.call("GET", path_of("rooms", room, "state", "m.room.member", user))
        except MatrixNo:
            return False
        return me in joined and joined.keys() <= {me, user} and seen.get("membership") in IN
