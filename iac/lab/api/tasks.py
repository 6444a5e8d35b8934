"""Tasks: lists, states and logs."""

from typing import Any

from iac.lab.rights import Who
from iac.lab.routing import Call, route
from iac.lab.world import ApiError, Row, Task, World

LISTED = "start:i limit:i userfilter typefilter vmid:i errors:b source since:i until:i statusfilter"


def row_of(task: Task) -> Row:
    """A task as lists show it."""
    pid, pstart = task.upid.split(":")[2:4]
    return {
        "upid": task.upid,
        "node": task.node,
        "pid": int(pid, 16),
        "pstart": int(pstart, 16),
        "starttime": int(task.started_at),
        "type": task.kind,
        "id": task.id,
        "user": task.user.partition("!")[0],
        **({"tokenid": task.user.partition("!")[2]} if "!" in task.user else {}),
    }


def _listed(task: Task) -> Row:
    done = {"endtime": int(task.ends_at or 0), "status": task.exitstatus}
    return row_of(task) | (done if task.is_done else {})


def _may_see(who: Who, task: Task) -> bool:
    return task.user == who.id or who.holds(f"/nodes/{task.node}", "Sys.Audit")


@route("GET", "/cluster/tasks")
def cluster_tasks(call: Call) -> list[Row]:
    """The last tasks of all nodes, newest first."""
    rows = [_listed(task) for task in reversed(call.world.tasks.values()) if _may_see(call.who, task)]
    return rows[:25]


@route("GET", "/nodes/{node}/tasks", takes=LISTED)
def node_tasks(call: Call) -> list[Row]:
    """The tasks of a node, newest first; ``source`` is archive, active or all."""
    source, start = call.params.get("source", "archive"), call.number("start", 0)
    rows = [_listed(t) for t in reversed(call.world.tasks.values()) if _is_wanted(call, t, source)]
    return rows[start : start + call.number("limit", 50)]


def _is_wanted(call: Call, task: Task, source: str) -> bool:
    wanted = {
        call["node"] == task.node,
        source == "all" or task.is_done is (source == "archive"),
        call.params.get("typefilter", task.kind) == task.kind,
        call.params.get("vmid", task.id) == task.id,
        not call.flag("errors") or (task.is_done and task.exitstatus != "OK"),
        call.number("since", 0) <= task.started_at <= call.number("until", int(call.lab.now) + 1),
        call.params.get("userfilter", "") in task.user,
        _may_see(call.who, task),
    }
    return all(wanted)


@route("GET", "/nodes/{node}/tasks/{upid}")
def task_index(call: Call) -> list[Row]:
    """What there is below a task."""
    _seen(call)
    return [{"name": "log"}, {"name": "status"}]


@route("GET", "/nodes/{node}/tasks/{upid}/status")
def task_status(call: Call) -> Row:
    """Whether it still runs, and how it ended."""
    task = _seen(call)
    state = {"status": "stopped", "exitstatus": task.exitstatus} if task.is_done else {"status": "running"}
    return row_of(task) | state


@route("GET", "/nodes/{node}/tasks/{upid}/log", takes="start:i limit:i download:b")
def task_log(call: Call) -> list[Row]:
    """The lines of its log."""
    start = call.number("start", 0)
    lines = log_of(_seen(call), call.lab.now)
    rows = [{"n": number, "t": text} for number, text in enumerate(lines, 1)]
    return rows[start : start + call.number("limit", 50)]


@route("DELETE", "/nodes/{node}/tasks/{upid}", is_local=True)
def task_stop(call: Call) -> Any:
    """Stop a task where it stands."""
    task = _seen(call)
    if not task.is_done:
        task.ends_at, task.exitstatus = call.lab.now, "interrupted by signal"


def log_of(task: Task, now: float) -> list[str]:
    """What has been logged by ``now``: as much of the lines as of the time has passed, then how it ended."""
    if task.is_done and task.exitstatus != "OK":
        return [*task.log[:1], f"TASK ERROR: {task.exitstatus}"]
    if task.is_done:
        return [*task.log, "TASK OK"]
    length = (task.ends_at or now + 60) - task.started_at
    shown = int(len(task.log) * (now - task.started_at) / length) + 1 if length else len(task.log)
    return task.log[:shown]


def _seen(call: Call) -> Task:
    task = call.task_of(call["upid"])
    if not _may_see(call.who, task):
        raise ApiError(403, f"Permission check failed (/nodes/{task.node}, Sys.Audit)")
    return task


def forget(world: World) -> None:
    """Drop every task, as a fresh cluster has none."""
    world.tasks.clear()
