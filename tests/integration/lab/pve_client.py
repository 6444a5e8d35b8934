"""A small asynchronous client of the PVE API, for the tests of the lab alone."""

import asyncio
import time
import urllib.parse
from dataclasses import dataclass
from typing import Any

import httpx

from iac.lab.access import LabAccess
from iac.lab.trust import trusting

POLL_SECONDS, DEADLINE_SECONDS = 0.02, 120.0


class No(AssertionError):
    """The API said no; ``code`` and ``reason`` are what it said."""

    def __init__(self, answer: httpx.Response) -> None:
        self.code, self.reason = answer.status_code, answer.reason_phrase
        self.errors = answer.json().get("errors", {})
        super().__init__(f"{self.code} {self.reason} {self.errors}")


@dataclass
class Pve:
    client: httpx.AsyncClient

    @classmethod
    def of(cls, access: LabAccess, token: str | None = None, **headers: str) -> "Pve":
        login = {"Authorization": f"PVEAPIToken={token}"} if token else {}
        base = f"{access.endpoint}/api2/json"
        return cls(httpx.AsyncClient(base_url=base, verify=trusting(access), headers=login | headers, timeout=60))

    async def ask(self, method: str, path: str, /, **params: Any) -> Any:
        quoted = urllib.parse.quote(path, safe="/:=")
        where = {"params": params} if method in ("GET", "DELETE") else {"data": params}
        answer = await self.client.request(method, quoted, **where)
        if answer.status_code != 200:
            raise No(answer)
        return answer.json()["data"]

    async def get(self, path: str, /, **params: Any) -> Any:
        return await self.ask("GET", path, **params)

    async def put(self, path: str, /, **params: Any) -> Any:
        return await self.ask("PUT", path, **params)

    async def post(self, path: str, /, **params: Any) -> Any:
        return await self.ask("POST", path, **params)

    async def delete(self, path: str, /, **params: Any) -> Any:
        return await self.ask("DELETE", path, **params)

    async def ended(self, upid: str) -> str:
        """Wait for a task and return how it ended."""
        path = f"/nodes/{upid.split(':')[1]}/tasks/{upid}/status"

        async def is_done() -> str | None:
            row = await self.get(path)
            return row["exitstatus"] if row["status"] == "stopped" else None

        return await until(is_done)

    async def done(self, method: str, path: str, /, **params: Any) -> None:
        """Ask for a task and insist that it ends well."""
        assert await self.ended(await self.ask(method, path, **params)) == "OK"

    async def failed(self, method: str, path: str, /, **params: Any) -> str:
        """Ask for a task that must fail, and return its error."""
        error = await self.ended(await self.ask(method, path, **params))
        assert error != "OK"
        return error

    async def no(self, method: str, path: str, /, **params: Any) -> No:
        """Ask for what must be refused, and return the refusal."""
        try:
            answer = await self.ask(method, path, **params)
        except No as refusal:
            return refusal
        raise AssertionError(f"{method} {path} was answered: {answer}")


async def until(look: Any, seconds: float = DEADLINE_SECONDS) -> Any:
    """Poll ``look`` until it returns something true."""
    deadline = time.monotonic() + seconds
    while not (found := await look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(POLL_SECONDS)
    return found
