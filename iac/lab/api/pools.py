"""Pools: what belongs together, and whom it may be given to."""

from iac.lab.routing import Call, need, route
from iac.lab.views import resource_of_guest
from iac.lab.world import ApiError, Row

ALLOCATE = need("/pool/{poolid}", "Pool.Allocate")


@route("GET", "/pools", takes="poolid type")
def pool_list(call: Call) -> list[Row]:
    """The pools that the caller may see; with ``poolid`` that one with its members."""
    name = call.params.get("poolid")
    if name is not None:
        call.who.require(f"/pool/{name}", "Pool.Audit")
        return [{"poolid": name} | _with_members(call, name)]
    seen = [n for n in call.world.pools if call.who.holds(f"/pool/{n}", "Pool.Audit", "Pool.Allocate", is_any=True)]
    return [{"poolid": n} | _comment(call.world.pools[n]) for n in seen]


@route("GET", "/pools/{poolid}", need("/pool/{poolid}", "Pool.Audit"), takes="type")
def pool_show(call: Call) -> Row:
    """One pool with its members."""
    return _with_members(call, call["poolid"])


@route("POST", "/pools", ALLOCATE, takes="poolid! comment")
def pool_create(call: Call) -> None:
    """Make a pool."""
    name = call.params["poolid"]
    if name in call.world.pools:
        raise ApiError(500, f"create pool failed: pool '{name}' already exists")
    call.world.pools[name] = {"comment": call.params.get("comment", ""), "vms": [], "storages": []}


@route("PUT", "/pools", ALLOCATE, takes="poolid! comment vms storage delete:b allow-move:b")
def pool_update(call: Call) -> None:
    """Change its comment, take members in or out."""
    _update(call, call.params["poolid"])


@route("PUT", "/pools/{poolid}", ALLOCATE, takes="comment vms storage delete:b allow-move:b")
def pool_update_old(call: Call) -> None:
    """The same by its older path."""
    _update(call, call["poolid"])


@route("DELETE", "/pools", ALLOCATE, takes="poolid!")
def pool_delete(call: Call) -> None:
    """Remove an empty pool."""
    _delete(call, call.params["poolid"])


@route("DELETE", "/pools/{poolid}", ALLOCATE)
def pool_delete_old(call: Call) -> None:
    """The same by its older path."""
    _delete(call, call["poolid"])


def _pool(call: Call, name: str) -> Row:
    if name not in call.world.pools:
        raise ApiError(500, f"pool '{name}' does not exist")
    return call.world.pools[name]


def _comment(row: Row) -> Row:
    return {"comment": row["comment"]} if row.get("comment") else {}


def _with_members(call: Call, name: str) -> Row:
    row, kind = _pool(call, name), call.params.get("type")
    guests = [call.world.guests[str(vmid)] for vmid in row["vms"] if str(vmid) in call.world.guests]
    members = [resource_of_guest(call.world, g, call.lab.now) for g in guests if kind in (None, g.kind)]
    return {"members": members} | _comment(row)


def _update(call: Call, name: str) -> None:
    row = _pool(call, name)
    if "comment" in call.params:
        row["comment"] = call.params["comment"]
    for vmid in filter(None, call.params.get("vms", "").replace(";", ",").split(",")):
        _member(call, row, int(vmid))
    for storage in filter(None, call.params.get("storage", "").split(",")):
        call.who.require(f"/storage/{storage}", "Datastore.Allocate")
        kept = [member for member in row["storages"] if member != storage]
        row["storages"] = kept if call.flag("delete") else [*kept, storage]


def _member(call: Call, row: Row, vmid: int) -> None:
    if str(vmid) not in call.world.guests:
        raise ApiError(500, f"VM {vmid} does not exist")
    call.who.require(f"/vms/{vmid}", "VM.Allocate")
    if call.flag("delete"):
        if vmid not in row["vms"]:
            raise ApiError(500, f"VM {vmid} is not a pool member")
        row["vms"].remove(vmid)
        return
    other = call.world.pool_of(vmid)
    if other and not call.flag("allow-move"):
        raise ApiError(500, f"VM {vmid} belongs already to pool '{other}' and 'allow-move' is not set")
    if other:
        call.world.pools[other]["vms"].remove(vmid)
    row["vms"].append(vmid)


def _delete(call: Call, name: str) -> None:
    row = _pool(call, name)
    if row["vms"] or row["storages"]:
        raise ApiError(500, f"delete pool failed: pool '{name}' is not empty")
    del call.world.pools[name]
