"""Software-defined networks: zones, vnets and subnets, and applying what was changed."""

from iac.lab.api.tables import change_row, found_row, values_of
from iac.lab.routing import Call, need, route
from iac.lab.running import Work
from iac.lab.world import ApiError, Row

SEEN = "pending:b running:b"
ZONE = (
    "advertise-subnets:b bridge bridge-disable-mac-learning:b controller dhcp disable-arp-nd-suppression:b dns dnszone"
    " dp-id:i exitnodes exitnodes-local-routing:b exitnodes-primary fabric ipam lock-token mac mtu:i nodes peers"
    " reversedns rt-import secondary-controllers tag:i vlan-protocol vrf-vxlan:i vxlan-port:i"
)
VNET = "alias isolate-ports:b lock-token tag:i vlanaware:b"
SUBNET = "dhcp-dns-server dhcp-range dnszoneprefix gateway lock-token snat:b"
ZONE_RIGHT = need("/sdn/zones/{zone}", "SDN.Allocate")
MISSING = "sdn '{name}' does not exist"
SUBNETS = "/cluster/sdn/vnets/{vnet}/subnets"


@route("GET", "/cluster/sdn", need("/sdn", "SDN.Audit"))
def index(_: Call) -> list[Row]:
    """What there is."""
    return [{"id": name} for name in ("vnets", "zones", "controllers", "ipams", "dns")]


@route("PUT", "/cluster/sdn", need("/sdn", "SDN.Allocate"), takes="lock-token release-lock:b")
def apply(call: Call) -> str:
    """Bring the changes to all nodes."""
    node = next(node.name for node in call.world.nodes.values() if node.is_online)
    return call.task(Work(node, "reloadnetworkall", "", 2))


def _require_vnet(call: Call, name: str, privilege: str) -> Row:
    row = found_row(call.world.table("vnets"), name, MISSING)
    call.who.require(f"/sdn/zones/{row['zone']}/{name}", privilege)
    return row


@route("GET", "/cluster/sdn/zones", takes=SEEN + " type")
def zone_list(call: Call) -> list[Row]:
    """The zones that the caller may see."""
    rows = call.world.table("zones")
    return [row for name, row in rows.items() if call.who.holds(f"/sdn/zones/{name}", "SDN.Audit")]


@route("POST", "/cluster/sdn/zones", need("/sdn/zones", "SDN.Allocate"), takes=ZONE + " type! zone!")
def zone_add(call: Call) -> None:
    """Make a zone."""
    name = call.params["zone"]
    if name in call.world.table("zones"):
        raise ApiError(500, f"create sdn zone object failed: sdn zone object ID '{name}' already defined")
    call.world.table("zones")[name] = values_of(ZONE, call.params)


@route("GET", "/cluster/sdn/zones/{zone}", ZONE_RIGHT, takes=SEEN)
def zone_show(call: Call) -> Row:
    """One zone."""
    return found_row(call.world.table("zones"), call["zone"], MISSING)


@route("PUT", "/cluster/sdn/zones/{zone}", ZONE_RIGHT, takes=ZONE + " delete digest")
def zone_change(call: Call) -> None:
    """Change a zone."""
    change_row(found_row(call.world.table("zones"), call["zone"], MISSING), ZONE, call.params)


@route("DELETE", "/cluster/sdn/zones/{zone}", ZONE_RIGHT, takes="lock-token")
def zone_remove(call: Call) -> None:
    """Remove a zone that no vnet is in."""
    found_row(call.world.table("zones"), call["zone"], MISSING)
    if any(row["zone"] == call["zone"] for row in call.world.table("vnets").values()):
        raise ApiError(500, f"delete sdn zone object failed: zone {call['zone']} is used by a vnet")
    del call.world.table("zones")[call["zone"]]


@route("GET", "/cluster/sdn/vnets", takes=SEEN)
def vnet_list(call: Call) -> list[Row]:
    """The vnets that the caller may see."""
    rows = call.world.table("vnets").items()
    return [row for name, row in rows if call.who.holds(f"/sdn/zones/{row['zone']}/{name}", "SDN.Audit")]


@route("POST", "/cluster/sdn/vnets", ZONE_RIGHT, takes=VNET + " vnet! zone! type")
def vnet_add(call: Call) -> None:
    """Make a vnet."""
    name = call.params["vnet"]
    found_row(call.world.table("zones"), call.params["zone"], MISSING)
    if name in call.world.table("vnets"):
        raise ApiError(500, f"create sdn vnet object failed: sdn vnet object ID '{name}' already defined")
    call.world.table("vnets")[name] = {"type": "vnet"} | values_of(VNET, call.params)


@route("GET", "/cluster/sdn/vnets/{vnet}", takes=SEEN)
def vnet_show(call: Call) -> Row:
    """One vnet."""
    return _require_vnet(call, call["vnet"], "SDN.Audit")


@route("PUT", "/cluster/sdn/vnets/{vnet}", takes=VNET + " zone delete digest")
def vnet_change(call: Call) -> None:
    """Change a vnet."""
    change_row(_require_vnet(call, call["vnet"], "SDN.Allocate"), VNET, call.params)


@route("DELETE", "/cluster/sdn/vnets/{vnet}", takes="lock-token")
def vnet_remove(call: Call) -> None:
    """Remove a vnet without subnets."""
    _require_vnet(call, call["vnet"], "SDN.Allocate")
    if call.world.table(f"subnets/{call['vnet']}"):
        raise ApiError(500, "delete sdn vnet object failed: can't delete vnet if subnets exists")
    del call.world.table("vnets")[call["vnet"]]


@route("GET", SUBNETS, takes=SEEN)
def subnet_list(call: Call) -> list[Row]:
    """The subnets of a vnet."""
    _require_vnet(call, call["vnet"], "SDN.Audit")
    return list(call.world.table(f"subnets/{call['vnet']}").values())


@route("POST", SUBNETS, takes=SUBNET + " subnet! type!")
def subnet_add(call: Call) -> None:
    """Make a subnet; its name is made of the zone and the network."""
    zone, cidr = _require_vnet(call, call["vnet"], "SDN.Allocate")["zone"], call.params["subnet"]
    address, _, mask = cidr.partition("/")
    name = f"{zone}-{address}-{mask}"
    table = call.world.table(f"subnets/{call['vnet']}")
    if name in table:
        raise ApiError(500, f"create sdn subnet object failed: sdn subnet object ID '{name}' already defined")
    row: Row = {"subnet": name, "id": name, "cidr": cidr, "network": address, "mask": mask}
    table[name] = values_of(SUBNET, call.params) | row | {"vnet": call["vnet"], "zone": zone, "type": "subnet"}


def _subnet(call: Call, privilege: str) -> str:
    """PVE names a subnet ZONE-NETWORK-MASK; clients may put anything before the network."""
    _require_vnet(call, call["vnet"], privilege)
    network = "-".join(call["subnet"].rsplit("-", 2)[-2:])
    found = [name for name in call.world.table(f"subnets/{call['vnet']}") if name.endswith(network)]
    if not found:
        raise ApiError(500, MISSING.format(name=call["subnet"]))
    return found[0]


@route("GET", SUBNETS + "/{subnet}", takes=SEEN)
def subnet_show(call: Call) -> Row:
    """One subnet."""
    return call.world.table(f"subnets/{call['vnet']}")[_subnet(call, "SDN.Audit")]


@route("PUT", SUBNETS + "/{subnet}", takes=SUBNET + " delete digest")
def subnet_change(call: Call) -> None:
    """Change a subnet."""
    change_row(call.world.table(f"subnets/{call['vnet']}")[_subnet(call, "SDN.Allocate")], SUBNET, call.params)


@route("DELETE", SUBNETS + "/{subnet}", takes="lock-token")
def subnet_remove(call: Call) -> None:
    """Remove a subnet."""
    del call.world.table(f"subnets/{call['vnet']}")[_subnet(call, "SDN.Allocate")]
