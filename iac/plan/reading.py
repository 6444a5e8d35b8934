"""``terraform show -json`` of a saved plan, as values. Pure."""

from collections.abc import Mapping
from typing import Any

from iac.errors import Broken
from iac.plan.diff import render_diff
from iac.plan.marks import mask, prune
from iac.plan.restart import needs_restart
from iac.plan.values import Action, Change, Plan

ACT = "reading terraform's plan"

_ACTIONS: Mapping[tuple[str, ...], Action] = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "delete",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("no-op",): "no-op",
}
_ORDER: tuple[Action, ...] = ("delete", "replace", "update", "import", "create", "no-op")
"""What may hurt comes first."""


def read_plan(show_json: Mapping[str, Any], *, digest: str, state_serial: int) -> Plan:
    """The plan as values, destroys first; ``Broken`` where it is not whole or holds an action unknown to us."""
    if show_json.get("errored"):
        raise Broken(ACT, "terraform says that this plan is not whole")
    rows = [row for row in show_json.get("resource_changes", ()) if row.get("mode") != "data"]
    changes = tuple(sorted(map(_change, rows), key=lambda change: (_ORDER.index(change.action), change.address)))
    return Plan(digest=digest, state_serial=state_serial, changes=changes, diff=render_diff(changes))


def _change(row: Mapping[str, Any]) -> Change:
    change = row["change"]
    before = mask(change.get("before") or {}, change.get("before_sensitive"))
    after = mask(change.get("after") or {}, change.get("after_sensitive"), change.get("before"))
    action = _action(row)
    unknown = prune(change.get("after_unknown")) or {}
    return Change(
        address=row["address"],
        kind=row["type"],
        name=str(after.get("name") or before.get("name") or row["name"]),
        action=action,
        before=before,
        after=after,
        unknown=unknown if isinstance(unknown, Mapping) else {},
        needs_restart=needs_restart(before, after, unknown) if action == "update" else (),
    )


def _action(row: Mapping[str, Any]) -> Action:
    actions = tuple(row["change"]["actions"])
    if actions not in _ACTIONS:
        raise Broken(ACT, f"{row['address']} has the action {'+'.join(actions)}, which Threadform does not know")
    return "import" if row["change"].get("importing") else _ACTIONS[actions]
