"""Which nodes a guest prefers, which guests stay together or apart: rules in PVE 9, and before it groups of nodes."""

from iac.lab.api.tables import change_row, found_row, values_of
from iac.lab.config import digest
from iac.lab.routing import Call, need, route
from iac.lab.world import ApiError, Row

SEE, CHANGE = need("/", "Sys.Audit"), need("/", "Sys.Console")
TAKES = "affinity comment disable:b nodes resources strict:b type!"
MISSING = "no such ha rule '{name}'"


@route("GET", "/cluster/ha/rules", SEE, takes="resource type")
def rule_list(call: Call) -> list[Row]:
    """Every rule; narrowed by type or by a resource in it."""
    if call.world.is_before_9:
        raise ApiError(501, "Method 'GET /cluster/ha/rules' not implemented")
    wanted, member = call.params.get("type"), call.params.get("resource")
    rows = call.world.table("ha_rules").items()
    return [
        _shown(name, row)
        for name, row in rows
        if wanted in (None, row["type"]) and (member is None or member in row["resources"].split(","))
    ]


def _shown(name: str, row: Row) -> Row:
    return row | {"rule": name, "digest": digest(row)}


@route("POST", "/cluster/ha/rules", CHANGE, takes=TAKES.replace("resources", "resources!") + " rule!")
def rule_add(call: Call) -> None:
    """Make a rule."""
    name = call.params.pop("rule")
    if name in call.world.table("ha_rules"):
        raise ApiError(500, f"HA rule '{name}' already defined")
    _check(call)
    call.world.table("ha_rules")[name] = values_of(TAKES, call.params)


def _check(call: Call) -> None:
    for entry in filter(None, call.params.get("nodes", "").split(",")):
        node = entry.partition(":")[0]
        if node not in call.world.nodes:
            raise ApiError(400, "Parameter verification failed.", {"nodes": f"node '{node}' does not exist"})


@route("GET", "/cluster/ha/rules/{rule}", SEE)
def rule_show(call: Call) -> Row:
    """One rule."""
    return _shown(call["rule"], found_row(call.world.table("ha_rules"), call["rule"], MISSING))


@route("PUT", "/cluster/ha/rules/{rule}", CHANGE, takes=TAKES + " delete digest")
def rule_change(call: Call) -> None:
    """Change a rule."""
    row = found_row(call.world.table("ha_rules"), call["rule"], MISSING)
    _check(call)
    change_row(row, TAKES, call.params)


@route("DELETE", "/cluster/ha/rules/{rule}", CHANGE)
def rule_remove(call: Call) -> None:
    """Remove a rule."""
    found_row(call.world.table("ha_rules"), call["rule"], MISSING)
    del call.world.table("ha_rules")[call["rule"]]


@route("GET", "/cluster/ha/groups", SEE)
def group_list(call: Call) -> list[Row]:
    """The groups of nodes; PVE 9 has rules instead."""
    if not call.world.is_before_9:
        raise ApiError(500, "cannot index groups: ha groups have been migrated to rules")
    kept = ("nodes", "restricted")
    groups = call.world.table("ha_groups").items()
    return [{"group": name, "type": "group"} | {key: row[key] for key in kept} for name, row in groups]
