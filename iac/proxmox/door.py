"""The one way in to the API: it reads, in threads, against one wall clock, and turns every fault into our own."""

import asyncio
import contextlib
import re
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

import requests
from proxmoxer import ProxmoxAPI, ResourceException

from iac.errors import Broken, ClusterSilent, ThreadformError
from iac.proxmox.access import Access, close, connect

T = TypeVar("T")

AT_ONCE = 3
"""Calls in flight, as many as a PVE daemon has workers by default. Each in flight is a TLS handshake of its own: with
more of them a reading was slower."""

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, NOT_IMPLEMENTED = 401, 403, 404, 501
FIRST_OF_THE_PROXY = 595
"""595 to 599 are pveproxy's own words for "the node behind me did not answer"."""


class Door:
    """GET, and nothing else. A door serves one reading and closes its connections after it.

    pveproxy drops idle connections within seconds; a reading that found one half-dropped would fail for nothing.
    """

    def __init__(self, access: Access, *, seconds: float) -> None:
        """``seconds`` is the longest wait for any part of an answer."""
        self._api: ProxmoxAPI = connect(access, seconds)
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._is_closed = False

    def close(self) -> None:
        """Close what is idle; a call that still waits closes its own connection when it ends."""
        self._is_closed = True
        close(self._api)

    async def get(self, path: str, **params: str | int) -> Any:
        """The ``data`` of one answer. ``ClusterSilent`` or ``Broken``."""
        async with self._gate:
            return await in_thread(lambda: self._call(path, params))

    async def get_if_any(self, path: str, **params: str | int) -> Any:
        """The same; None where this version of PVE does not know the path."""
        try:
            return await self.get(path, **params)
        except UnknownPath:
            return None

    def _call(self, path: str, params: Mapping[str, str | int]) -> Any:
        try:
            return call(f"GET {path}", lambda: self._api(path).get(**params))
        finally:
            if self._is_closed:  # a thread that was late has opened a connection after the others were closed
                close(self._api)


class UnknownPath(Broken):
    """The cluster does not know the path: an older version, or a part that is not installed."""


class Forbidden(Broken):
    """The token may not do that; the sentence names the privilege and the way on."""


async def all_of(calls: Iterable[Awaitable[T]]) -> list[T]:
    """The results in order; the first fault ends them all and is raised as it is."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()


async def in_thread(function: Callable[[], T]) -> T:
    """Run a blocking call on a thread of its own that cannot keep the process alive.

    A pool would do the same with threads that an exit waits for: one endpoint that sends a byte a minute would
    then hold the whole program.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            result = function()
        except BaseException as fault:  # noqa: BLE001  a thread has nobody above it
            settle(_fail, fault)
        else:
            settle(_finish, result)

    def settle(how: Callable[[asyncio.Future[T], Any], None], value: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits for this any more
            loop.call_soon_threadsafe(how, done, value)

    threading.Thread(target=run, name="proxmox", daemon=True).start()
    return await done


def _finish(done: "asyncio.Future[T]", result: T) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: "asyncio.Future[Any]", fault: BaseException) -> None:
    if not done.done():
        done.set_exception(fault)


# ---------------------------------------------------------------- faults


def call(act: str, request: Callable[[], Any]) -> Any:
    """Make one call and translate what may go wrong; ``act`` names it for the log."""
    try:
        return _data(act, request())
    except ThreadformError:
        raise
    except Exception as fault:  # noqa: BLE001  the door of this adapter
        ours = _translated(act, fault)
    # Raised out here, ours does not carry the other: with its frames live the sockets of a connection that broke,
    # and whoever keeps our fault for a while would keep them open.
    raise ours


def _translated(act: str, fault: Exception) -> Broken:
    if isinstance(fault, ResourceException):
        return fault_of(act, fault)
    if isinstance(fault, requests.exceptions.SSLError):
        return Broken(act, f"its certificate is not trusted: {_short(fault)}", key="broken.certificate")
    if isinstance(fault, requests.RequestException | OSError):
        return ClusterSilent(act, _short(fault))
    return Broken(act, f"not an answer of Proxmox VE ({type(fault).__name__})", key="broken.not_pve")


def fault_of(act: str, fault: ResourceException) -> Broken:
    """Our own fault for an HTTP status of the API."""
    why = f"{fault.status_code} {fault.content}".strip()
    if fault.status_code == UNAUTHORIZED:
        return Forbidden(act, why, key="broken.unauthorized")
    if fault.status_code == FORBIDDEN:
        return Forbidden(act, f"{why}{_privilege(act, why)}", key="broken.forbidden")
    if fault.status_code in (NOT_FOUND, NOT_IMPLEMENTED):
        return UnknownPath(act, why)
    if fault.status_code >= FIRST_OF_THE_PROXY:
        return ClusterSilent(act, why)
    return Broken(act, why, is_worth_retrying=True)


_PRIVILEGES: tuple[tuple[str, str], ...] = (
    (r"/agent/exec", "VM.GuestAgent.Unrestricted on /vms (PVE 8: VM.Monitor)"),
    (r"/agent/", "VM.GuestAgent.Audit on /vms (PVE 8: VM.Monitor)"),
    (r"/cluster/(status|ha)", "Sys.Audit on /"),
    (r"/cluster/sdn", "SDN.Audit on /sdn"),
    (r"/storage", "Datastore.Audit on /storage"),
    (r"/pools", "Pool.Audit on /pool"),
    (r"/qemu|/lxc", "VM.Audit on /vms"),
    (r"/nodes", "Sys.Audit on /nodes"),
)


def _privilege(act: str, why: str) -> str:
    """The privilege a path needs, where the answer does not name it itself; a proxy between may cut its words."""
    if "Permission check failed (" in why:
        return ""
    return next((f" (it needs {needed})" for path, needed in _PRIVILEGES if re.search(path, act)), "")


def _data(act: str, answer: Any) -> Any:
    """Proxmoxer hands undecodable answers on as ``{"errors": bytes}``; PVE itself never does."""
    if isinstance(answer, dict) and isinstance(answer.get("errors"), bytes):
        raise Broken(act, "not JSON", key="broken.not_pve")
    return answer


def _short(fault: Exception) -> str:
    """The innermost cause in one line; urllib3 wraps it three times and prints its own object addresses."""
    inner: BaseException = fault
    while (cause := getattr(inner, "reason", None)) and isinstance(cause, BaseException):
        inner = cause
    first = inner.args[0] if inner.args else inner
    text = str(first if isinstance(first, str) else inner).partition("\n")[0]
    return text.rpartition("object at 0x")[2].partition(": ")[2] or text
