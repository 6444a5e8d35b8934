"""The guest agent, asked through the API: whether it is there, what addresses it sees, how far cloud-init is."""

import asyncio
import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from iac.errors import Broken
from iac.proxmox.access import Access, close, connect
from iac.proxmox.door import call, in_thread
from iac.proxmox.rows import flag, rows, text, whole
from iac.usable.words import last_words

Progress = Literal["waiting", "done", "failed", "absent"]

_NO_SUCH_COMMAND = 127
_EXEC_PAUSE_S = 0.1
_NOT_FOUND = re.compile(r"failed to execute child process", re.IGNORECASE)
"""The agent's own words where a program is not there."""

_DETAIL = ("cloud-init", "status", "--long")
_LOG = ("tail", "-n", "60", "/var/log/cloud-init-output.log")
"""More than is shown: a key is only known for one by its first line."""


class Agent:
    """The agent of one guest, found on whatever node it is by now."""

    def __init__(self, access: Access, vmid: int, node: str, *, seconds: float = 5) -> None:
        """``node`` is where the guest was put; HA may have moved it since. ``seconds`` bounds one call."""
        self._api = connect(access, seconds)
        self._vmid, self._node = vmid, node

    def close(self) -> None:
        """Close the connections."""
        close(self._api)

    async def ping(self) -> None:
        """Return when the agent answers; ``Broken`` while it does not."""
        await self._find()
        await self._call("POST", "ping")

    async def addresses(self) -> tuple[str, ...]:
        """The addresses that the guest sees on itself, loopback and link-local left out."""
        return parse_addresses(await self._call("GET", "network-get-interfaces"))

    async def cloud_init(self) -> Progress:
        """What ``cloud-init status`` says inside the guest."""
        try:
            return parse_cloud_init(await self._run("cloud-init", "status"))
        except Broken as broken:
            if _NOT_FOUND.search(broken.why):
                return "absent"
            raise

    async def cloud_init_words(self) -> tuple[str, ...]:
        """The last lines that cloud-init wrote about its own failure, bounded; none where they cannot be read."""
        return last_words(await self._printed(*_DETAIL), await self._printed(*_LOG))

    async def _printed(self, *command: str) -> str:
        try:
            return text(await self._run(*command), "out-data")
        except Broken:
            return ""

    async def _run(self, *command: str) -> Mapping[str, Any]:
        """How a command in the guest ended."""
        started = await self._call("POST", "exec", command=list(command))
        pid = whole(started, "pid") if isinstance(started, Mapping) else 0
        while True:
            answer = await self._call("GET", "exec-status", pid=pid)
            if isinstance(answer, Mapping) and flag(answer, "exited"):
                return answer
            await asyncio.sleep(_EXEC_PAUSE_S)

    async def _find(self) -> None:
        """Follow the guest: a move by HA changes its path, and the old one says "does not exist"."""
        listed = await self._get("/cluster/resources", type="vm")
        here = (text(r, "node") for r in rows(listed) if whole(r, "vmid") == self._vmid)
        self._node = next(here, "") or self._node

    async def _get(self, path: str, **params: str) -> Any:
        return await in_thread(lambda: call(f"GET {path}", lambda: self._api(path).get(**params)))

    async def _call(self, method: Literal["GET", "POST"], verb: str, **params: Any) -> Any:
        path = f"/nodes/{self._node}/qemu/{self._vmid}/agent/{verb}"
        resource = self._api(path)
        how = resource.get if method == "GET" else resource.post
        return await in_thread(lambda: call(f"{method} {path}", lambda: how(**params)))


def parse_addresses(answer: Any) -> tuple[str, ...]:
    """Addresses of ``network-get-interfaces``, IPv4 first, in the guest's own order."""
    listed = answer.get("result") if isinstance(answer, Mapping) else answer
    found = list(dict.fromkeys(_real(listed)))
    return tuple(sorted(found, key=lambda a: ipaddress.ip_address(a).version))


def _real(listed: Any) -> Iterator[str]:
    for interface in rows(listed):
        for row in rows(interface.get("ip-addresses")):
            try:
                address = ipaddress.ip_address(text(row, "ip-address").partition("%")[0])
            except ValueError:
                continue
            if not (address.is_loopback or address.is_link_local or address.is_unspecified):
                yield str(address)


def parse_cloud_init(answer: Mapping[str, Any]) -> Progress:
    """The verdict of a finished ``cloud-init status``.

    It prints "status: running", "done", "error", "disabled" or "not run" (older: "not started"), and exits with
    0, 1 for an error, or 2 for "done, with complaints" (cloud-init 23.4 and later). Disabled counts as done: the
    template was made that way. No such command means that it never will finish: it is absent.
    """
    out = text(answer, "out-data").lower()
    exit_code = whole(answer, "exitcode")
    if exit_code == _NO_SUCH_COMMAND:
        return "absent"
    if "status: error" in out:
        return "failed"
    if "status: done" in out or "status: disabled" in out or "degraded" in out:
        return "done"
    return "failed" if exit_code == 1 else "waiting"
