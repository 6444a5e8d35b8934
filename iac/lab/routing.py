"""Which function answers which path; what the caller must be allowed to do, and which parameters it takes."""

import re
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from iac.lab.params import check_params
from iac.lab.rights import Who
from iac.lab.running import Lab, Work
from iac.lab.world import ApiError, Guest, Params, Task, World

Answer = Callable[["Call"], Any]
VALUE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Need:
    """Privileges needed on a path such as ``/vms/{vmid}``; with ``is_any`` one of them is enough."""

    path: str
    names: tuple[str, ...]
    is_any: bool = False


def need(path: str, *names: str, is_any: bool = False) -> Need:
    """What is needed, as it is said: on "/vms/{vmid}", "VM.Audit"."""
    return Need(path, names, is_any)


@dataclass(frozen=True)
class Route:
    """One method of the API. ``takes`` None leaves the parameters unchecked; ``is_local`` works without quorum."""

    method: str
    path: str
    pattern: re.Pattern[str]
    answer: Answer
    needs: tuple[Need, ...]
    takes: str | None
    is_local: bool


ROUTES: dict[tuple[str, int], list[Route]] = {}


def route(
    method: str, path: str, *needs: Need, takes: str | None = "", is_local: bool = False
) -> Callable[[Answer], Answer]:
    """Register the answer to ``method`` on ``path``; see ``Route``."""

    def register(answer: Answer) -> Answer:
        found = Route(method, path, _pattern(path), answer, needs, takes, is_local)
        routes = ROUTES.setdefault((method, path.count("/")), [])
        routes.append(found)
        routes.sort(key=lambda r: r.path.count("{"))
        return answer

    return register


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route for a path as sent, and the unquoted values in it; ``ApiError`` 501 where there is none."""
    for found in ROUTES.get((method, path.count("/")), ()):
        if match := found.pattern.match(path):
            return found, {name: urllib.parse.unquote(value) for name, value in match.groupdict().items()}
    raise ApiError(501, f"Method '{method} {path}' not implemented")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("^" + VALUE.sub(r"(?P<\1>[^/]+)", path) + "$")


@dataclass
class Call:
    """One request, ready to be answered: who asks, the values in its path, and its parameters."""

    lab: Lab
    who: Who
    values: dict[str, str]
    params: Params

    @property
    def world(self) -> World:
        """The world that is asked about."""
        return self.lab.world

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    @property
    def guest(self) -> Guest:
        """The virtual machine the path names; refused in PVE's words where it is not on that node."""
        return self.lab.guest(self["node"], self["vmid"])

    @property
    def free_guest(self) -> Guest:
        """The same, refused while it is locked."""
        return self.lab.unlocked(self.guest)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean parameter."""
        return self.params.get(name, "1" if default else "0") in ("1", "true", "yes", "on")

    def number(self, name: str, default: int) -> int:
        """An integer parameter."""
        return int(self.params.get(name, default))

    def task(self, work: Work) -> str:
        """Begin a task in the caller's name; returns its UPID."""
        return self.lab.start(work, self.who.id)

    def worker(self, kind: str, make: Callable[[Guest], Work]) -> str:
        """A task whose checks PVE makes inside the worker: a refusal is how the task ends, not an HTTP error."""
        guest = self.guest
        try:
            return self.task(make(guest if self.flag("skiplock") else self.lab.unlocked(guest)))
        except ApiError as no:
            return self.task(Work(guest.node, kind, guest.vmid, 0, error=no.reason))

    def task_of(self, upid: str) -> Task:
        """The task of that UPID."""
        if not upid.startswith("UPID:"):
            raise ApiError(400, "Parameter verification failed.", {"upid": f"unable to parse worker upid '{upid}'"})
        found = self.world.tasks.get(upid)
        if found is None:
            raise ApiError(400, "Parameter verification failed.", {"upid": "no such task"})
        return found


def answer(lab: Lab, who: Who, method: str, path: str, params: Params) -> Any:
    """Answer one request as PVE does: privileges first, then the way to the node, then the parameters."""
    found, values = find(method, path)
    for wanted in found.needs:
        who.require(_filled(wanted.path, values | params), *wanted.names, is_any=wanted.is_any)
    if "node" in values:
        _check_way_to(lab.world, values["node"])
    if method != "GET" and not found.is_local and not lab.world.is_quorate:
        raise ApiError(500, "cluster not ready - no quorum?")
    # PVE puts the values of the path and the parameters into one bag; some clients send the same value in both.
    params = {name: value for name, value in params.items() if name not in values}
    if found.takes is not None:
        check_params(found.takes, params)
    return found.answer(Call(lab, who, values, params))


def _filled(path: str, values: dict[str, str]) -> str:
    return VALUE.sub(lambda m: values.get(m[1], ""), path)


def _check_way_to(world: World, name: str) -> None:
    node = world.nodes.get(name)
    if node is None:
        raise ApiError(500, f"hostname lookup '{name}' failed - failed to get address info for: {name}")
    if not node.is_online:
        raise ApiError(595, "No route to host")
