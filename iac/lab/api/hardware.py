"""What is built into the nodes, and the names under which a guest may be given a part of it: mapped PCI devices."""

from iac.lab.api.tables import found_row
from iac.lab.config import digest
from iac.lab.routing import Call, need, route
from iac.lab.world import ApiError, Row

MISSING = "pci mapping '{name}' not found"
RIGHTS = ("Mapping.Audit", "Mapping.Use", "Mapping.Modify")
CHANGE = need("/mapping/pci", "Mapping.Modify")
BASE = "/cluster/mapping/pci"


@route("GET", BASE, takes="check-node")
def mapping_list(call: Call) -> list[Row]:
    """The mapped devices that the caller may see; the others are left out without a word."""
    rows = call.world.table("mapping_pci").items()
    return [_shown(name, row) for name, row in rows if _may_see(call, name)]


@route("GET", BASE + "/{id}", need("/mapping/pci/{id}", *RIGHTS, is_any=True))
def mapping_show(call: Call) -> Row:
    """One of them."""
    return _shown(call["id"], found_row(call.world.table("mapping_pci"), call["id"], MISSING))


@route("POST", BASE, CHANGE, takes="description id! live-migration-capable:b map! mdev:b")
def mapping_add(call: Call) -> None:
    """Give a device of some nodes a name; several entries come as a list."""
    name = call.params["id"]
    if name in call.world.table("mapping_pci"):
        raise ApiError(500, f"pci ID '{name}' already defined")
    entries = [entry for entry in call.params["map"].split("\0") if entry]
    row: Row = {"description": call.params.get("description", ""), "map": entries}
    call.world.table("mapping_pci")[name] = row | ({"mdev": 1} if call.flag("mdev") else {})


@route("DELETE", BASE + "/{id}", CHANGE)
def mapping_remove(call: Call) -> None:
    """Forget the name; the device stays where it is."""
    found_row(call.world.table("mapping_pci"), call["id"], MISSING)
    del call.world.table("mapping_pci")[call["id"]]


@route(
    "GET",
    "/nodes/{node}/hardware/pci",
    need("/", "Sys.Audit", "Sys.Modify", is_any=True),
    takes="pci-class-blacklist verbose:b",
)
def node_devices(call: Call) -> list[Row]:
    """The devices of a node that have a name."""
    entries = [entry for row in call.world.table("mapping_pci").values() for entry in row["map"]]
    told = [dict(part.split("=", 1) for part in entry.split(",")) for entry in entries]
    return [_device(row) for row in told if row.get("node") == call["node"]]


def _device(row: dict[str, str]) -> Row:
    vendor, _, device = row.get("id", "0000:0000").partition(":")
    place: Row = {"id": f"{row['path'].split(';')[0]}.0", "class": "0x030000"}
    return place | {"vendor": f"0x{vendor}", "device": f"0x{device}", "iommugroup": int(row.get("iommugroup", -1))}


def _may_see(call: Call, name: str) -> bool:
    return call.who.holds(f"/mapping/pci/{name}", *RIGHTS, is_any=True)


def _shown(name: str, row: Row) -> Row:
    return row | {"id": name, "type": "pci", "digest": digest(row)}
