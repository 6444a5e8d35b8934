"""What is kept of a guest: snapshots taken, gone back to and forgotten; a backup made now. Pure."""

import re
from dataclasses import replace

from iac.acts.making import Asked, Made
from iac.acts.reading import Kept
from iac.acts.values import Call, Cost, Deed, Goal
from iac.errors import Refused
from iac.inventory import Inventory, Storage

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,39}")
"""What Proxmox VE takes as the name of a snapshot (pve-configid, at most 40 letters)."""


def create(asked: Asked) -> Made:
    """Keep it as it is now, with its memory where that was asked for and there is some."""
    seen, guest = asked.seen, asked.seen.guest
    name = asked.deed.snapshot or f"threadform-{asked.mark}"
    if not NAME.fullmatch(name) or name == "current":
        raise Refused("acts.snapshot_name", name=name)
    goal = Goal("snapshot", name, _mark(asked))
    kept = seen.kept(name)
    if kept is not None and goal.mark not in kept.description:
        raise Refused("acts.snapshot_there", guest=guest.name, name=name)
    has_memory = asked.deed.has_memory and seen.is_running and guest.kind == "qemu"
    params: dict[str, str | int] = {"snapname": name, "description": f"Taken by Threadform, {goal.mark}"}
    costs: tuple[Cost, ...] = () if has_memory or not seen.is_running else ("memory_not_kept",)
    call = Call("POST", f"{seen.path}/snapshot", params | ({"vmstate": 1} if has_memory else {}))
    return Made(call, costs, goal, replace(asked.deed, snapshot=name, has_memory=has_memory))


def rollback(asked: Asked) -> Made:
    """Go back to a snapshot; a guest that ran is started again."""
    kept = _chosen(asked)
    is_up = asked.seen.is_running
    # A snapshot with memory comes back running by itself.
    params: dict[str, str | int] = {"start": 1} if is_up and not kept.has_memory else {}
    call = Call("POST", f"{asked.seen.path}/snapshot/{kept.name}/rollback", params)
    costs: tuple[Cost, ...] = ("state_lost", "restart") if is_up else ("state_lost",)
    return Made(call, costs, None, _of(asked, kept))


def delete(asked: Asked) -> Made:
    """Forget a snapshot."""
    kept = _chosen(asked)
    call = Call("DELETE", f"{asked.seen.path}/snapshot/{kept.name}")
    return Made(call, ("snapshot_lost",), Goal("no_snapshot", kept.name), _of(asked, kept))


def backup(asked: Asked) -> Made:
    """Back it up while it runs, to the storage that was named or the first that takes backups here."""
    guest = asked.seen.guest
    storage = _storage(asked, asked.inventory)
    params: dict[str, str | int] = {
        "vmid": guest.vmid,
        "storage": storage.name,
        "mode": "snapshot",
        "compress": "zstd",
        "notes-template": f"{{{{guestname}}}}, {_mark(asked)}",
    }
    call = Call("POST", f"/nodes/{guest.node}/vzdump", params)
    return Made(call, (), None, replace(asked.deed, storage=storage.name))


def _of(asked: Asked, kept: Kept) -> Deed:
    """The deed on exactly that snapshot: one that is taken again under the same name is another."""
    return replace(asked.deed, snapshot=kept.name, taken_at=kept.taken_at)


def _mark(asked: Asked) -> str:
    return f"run {asked.mark}"


def _chosen(asked: Asked) -> Kept:
    """The snapshot that is named, or the only one; two are never guessed about."""
    seen, name = asked.seen, asked.deed.snapshot
    names = tuple(kept.name for kept in seen.snapshots)
    if not names:
        raise Refused("acts.no_snapshots", guest=seen.guest.name)
    if not name and len(names) > 1:
        raise Refused("acts.which_snapshot", guest=seen.guest.name, names=names)
    kept = seen.kept(name or names[0])
    if kept is None:
        raise Refused("acts.no_snapshot", guest=seen.guest.name, name=name, names=names)
    if not NAME.fullmatch(kept.name):  # it becomes a part of a path
        raise Refused("acts.snapshot_name", name=kept.name)
    return kept


def _storage(asked: Asked, inventory: Inventory) -> Storage:
    node, name = asked.seen.guest.node, asked.deed.storage
    fit = [s for s in inventory.storages if "backup" in s.content and s.is_active and node in s.nodes]
    # A backup beside its guest dies with the guest's node: shared ones first.
    fit.sort(key=lambda s: (not s.is_shared, -s.free_bytes, s.name))
    found = [s for s in fit if name in ("", s.name)]
    if not found:
        names = tuple(dict.fromkeys(s.name for s in fit))
        key = "acts.no_backup_storage" if not names else "acts.other_backup_storage"
        raise Refused(key, node=node, name=name, names=names)
    return found[0]
