"""Calls that change, each made once; and the tasks that Proxmox VE does them in, followed to their end."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

from iac.acts import Call
from iac.errors import Broken, ClusterSilent
from iac.proxmox import Access, connect
from iac.proxmox.access import close
from iac.proxmox.door import Door, call, in_thread
from iac.proxmox.rows import rows, text

UPID = re.compile(r"UPID:(?P<node>[^:]+):.+")
POLL_S = 0.25
CALL_S = 30.0
"""The longest wait for one answer; what takes longer is a task and answers at once."""
LOG_LINES = 50


@dataclass(frozen=True, slots=True)
class Ended:
    """How a task ended: well, with warnings, or not; ``words`` are the last ones of its log where they matter."""

    is_good: bool
    words: str = ""


class Wire:
    """One connection's worth of calls, with a door for reading beside it."""

    def __init__(self, access: Access) -> None:
        """Opens no connection yet."""
        self._api = connect(access, CALL_S)
        self.door = Door(access, seconds=CALL_S)

    def close(self) -> None:
        """Close what is idle."""
        close(self._api)
        self.door.close()

    async def send(self, act: Call) -> str:
        """Make the call, once; the UPID of the task it began, empty where it was done at once."""
        verb = {"POST": "post", "PUT": "put", "DELETE": "delete"}[act.method]
        answer = await in_thread(
            lambda: call(f"{act.method} {act.path}", lambda: getattr(self._api(act.path), verb)(**act.params))
        )
        return answer if isinstance(answer, str) and UPID.fullmatch(answer) else ""

    async def tasks_of(self, node: str, vmid: int) -> frozenset[str]:
        """The tasks of a guest that its node knows, running or not."""
        found = await self.door.get(f"/nodes/{node}/tasks", vmid=vmid, source="all", limit=LOG_LINES)
        return frozenset(text(row, "upid") for row in rows(found))

    async def begun_since(self, node: str, vmid: int, known: Collection[str]) -> str:
        """The one task of a guest that was not there before; empty where there is none, or where it could be two."""
        new = sorted((await self.tasks_of(node, vmid)) - set(known))
        return new[0] if len(new) == 1 else ""

    async def follow(self, upid: str, tell: Callable[[], None]) -> Ended:
        """Wait for the end of a task; ``tell`` is called at each look. A cluster that is away is asked again."""
        node = _node_of(upid)
        while True:
            state = await patiently(lambda: self.door.get(f"/nodes/{node}/tasks/{upid}/status"))
            if state.get("status") != "running":
                return await self._ended(node, upid, text(state, "exitstatus"))
            tell()
            await asyncio.sleep(POLL_S)

    async def _ended(self, node: str, upid: str, how: str) -> Ended:
        """OK, WARNINGS with their number, or an error in words; the log tells more about the last two."""
        if how == "OK":
            return Ended(is_good=True)
        told = await patiently(lambda: self.door.get(f"/nodes/{node}/tasks/{upid}/log", limit=LOG_LINES))
        lines = [text(row, "t") for row in rows(told)]
        words = [line for line in lines if "WARN" in line.upper() or "ERROR" in line.upper()] or lines[-1:]
        return Ended(how.startswith("WARNINGS"), "\n".join(dict.fromkeys([how, *words])))


async def patiently(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Ask until there is an answer: the one wall clock of the act ends it, nothing else. A refusal is raised."""
    while True:
        try:
            return await ask()
        except ClusterSilent:
            await asyncio.sleep(POLL_S)
        except Broken as fault:
            if not fault.is_worth_retrying:
                raise
            await asyncio.sleep(POLL_S)


def _node_of(upid: str) -> str:
    found = UPID.fullmatch(upid)
    if found is None:
        raise Broken("following a task", f"{upid!r} is no UPID")
    return found["node"]
