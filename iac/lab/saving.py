"""The world as a file: written whole and at once, read back into the same values."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from iac.lab.access import write_private
from iac.lab.world import Event, Fault, Guest, Node, Snapshot, Storage, Task, World

FILE_NAME = "world.json"
MOST_TASKS = 500


def save(home: Path, world: World) -> None:
    """Replace the world's file; the oldest finished tasks beyond 500 are forgotten, as PVE rotates its task list."""
    done = [upid for upid, task in world.tasks.items() if task.is_done]
    for upid in done[: max(0, len(done) - MOST_TASKS)]:
        del world.tasks[upid]
    write_private(home / FILE_NAME, json.dumps(asdict(world)))


def load(home: Path) -> World | None:
    """The world left in ``home``; None where there is none. ``ValueError`` or ``TypeError`` where it is damaged."""
    path = home / FILE_NAME
    return world_of(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def world_of(raw: dict[str, Any]) -> World:
    """Rebuild a world from what ``asdict`` made of one."""
    return World(
        **raw
        | {
            "nodes": {name: Node(**row) for name, row in raw["nodes"].items()},
            "storages": {name: Storage(**row) for name, row in raw["storages"].items()},
            "guests": {vmid: _guest(row) for vmid, row in raw["guests"].items()},
            "tasks": {upid: Task(**row) for upid, row in raw["tasks"].items()},
            "events": [Event(**row) for row in raw["events"]],
            "faults": [Fault(**row) for row in raw["faults"]],
        },
    )


def _guest(row: dict[str, Any]) -> Guest:
    return Guest(**row | {"snapshots": [Snapshot(**taken) for taken in row["snapshots"]]})
