"""Containers, as far as the provider uses them: create, configuration, power, addresses, destroy."""

import re

from iac.lab.addresses import address_of
from iac.lab.api.power import checked_work, ha_power
from iac.lab.api.qemu import AUDIT, add_guest, check_is_free, check_may_allocate
from iac.lab.api.tables import values_of
from iac.lab.config import digest
from iac.lab.disks import MAC, NET, boot_size, new_mac
from iac.lab.routing import Call, need, route
from iac.lab.running import Work
from iac.lab.views import row_of_guest, sid_of
from iac.lab.world import ApiError, Guest, Row

POWER = need("/vms/{vmid}", "VM.PowerMgmt")
KINDS = ("Disk", "CPU", "Memory", "Network", "Options")
CHANGE = need("/vms/{vmid}", *(f"VM.Config.{kind}" for kind in KINDS), is_any=True)
BASE = "/nodes/{node}/lxc/{vmid}"
CONFIG = (
    "arch cmode console:b cores:i cpulimit:n cpuunits:i debug:b description dev[n] entrypoint env features hookscript"
    " hostname lock memory:i mp[n] nameserver net[n] onboot:b ostype protection:b rootfs searchdomain startup swap:i"
    " tags template:b timezone tty:i unprivileged:b unused[n]"
)
CALL_ONLY = {
    "vmid",
    "ostemplate",
    "start",
    "password",
    "ssh-public-keys",
    "pool",
    "storage",
    "force",
    "restore",
    "unique",
}
CREATE = CONFIG + (
    " vmid!:i ostemplate! bwlimit:n force:b ha-managed:b ignore-unpack-errors:b password pool restore:b"
    " ssh-public-keys start:b storage unique:b"
)


def _container(call: Call) -> Guest:
    return call.lab.guest(call["node"], call["vmid"], "lxc")


@route("GET", "/nodes/{node}/lxc")
def ct_list(call: Call) -> list[Row]:
    """The containers of a node that the caller may see."""
    guests = [g for g in call.world.guests.values() if g.node == call["node"] and g.kind == "lxc"]
    return [row_of_guest(call.world, g, call.lab.now) for g in guests if call.who.holds(f"/vms/{g.vmid}", "VM.Audit")]


@route("POST", "/nodes/{node}/lxc", takes=CREATE)
def ct_create(call: Call) -> str:
    """Make a container."""
    vmid = call.params["vmid"]
    check_may_allocate(call, vmid)
    check_is_free(call, vmid)
    guest = Guest(vmid=int(vmid), node=call["node"], kind="lxc")
    given = {key: value for key, value in values_of(CREATE, call.params).items() if key not in CALL_ONLY}
    guest.config = {"arch": "amd64", "ostype": "debian", "rootfs": f"{call.params.get('storage', 'local')}:4"} | given
    guest.config["rootfs"] = re.sub(r"^([\w-]+):(\d+)", rf"\1:vm-{vmid}-disk-0,size=\2G", str(guest.config["rootfs"]))
    for key in filter(NET.match, list(guest.config)):
        guest.config[key] = f"{guest.config[key]},hwaddr={new_mac(guest.vmid, key)},type=veth"
    add_guest(call, guest, "create")
    args = {"vmid": guest.vmid, "start": call.flag("start")}
    return call.task(Work(guest.node, "vzcreate", vmid, 3, "created", args))


@route("GET", BASE + "/config", AUDIT, takes="current:b snapshot")
def ct_config(call: Call) -> Row:
    """Its configuration."""
    config = _container(call).config
    return config | {"digest": digest(config)}


@route("PUT", BASE + "/config", CHANGE, takes=CONFIG + " delete digest revert")
def ct_change(call: Call) -> None:
    """Change it."""
    config = call.lab.unlocked(_container(call)).config
    for key in filter(None, call.params.get("delete", "").split(",")):
        config.pop(key, None)
    config |= values_of(CONFIG, call.params)


@route("GET", BASE + "/status/current", AUDIT)
def ct_status(call: Call) -> Row:
    """What it is doing now."""
    guest = _container(call)
    row = row_of_guest(call.world, guest, call.lab.now)
    managed = int(sid_of(guest) in call.world.table("ha"))
    swap = int(guest.config.get("swap", 0)) * 2**20
    return row | {"type": "lxc", "maxswap": swap, "maxdisk": boot_size(guest), "ha": {"managed": managed}}


@route("GET", BASE + "/interfaces", AUDIT)
def ct_interfaces(call: Call) -> list[Row]:
    """Its cards and addresses."""
    guest = _container(call)
    if not guest.is_running:
        return []
    mac = MAC.search(str(guest.config.get("net0", "")))
    rows = [_card("lo", "00:00:00:00:00:00", "127.0.0.1", 8)]
    return [*rows, _card("eth0", mac[0].lower(), guest.address or address_of(guest), 16)] if mac else rows


def _card(name: str, mac: str, address: str, prefix: int) -> Row:
    told = {"ip-address": address, "prefix": str(prefix), "ip-address-type": "inet"}
    row: Row = {"name": name, "hwaddr": mac, "hardware-address": mac, "inet": f"{address}/{prefix}"}
    return row | {"ip-addresses": [told]}


def _power(call: Call, verb: str, seconds: float) -> str:
    guest = call.lab.unlocked(_container(call))
    if sid_of(guest) in call.world.table("ha") and verb != "reboot":
        return ha_power(call, guest, verb)
    return call.task(checked_work(call.lab, guest, verb, seconds))


@route("POST", BASE + "/status/start", POWER, takes="skiplock:b debug:b")
def ct_start(call: Call) -> str:
    """Start it."""
    return _power(call, "start", 1)


@route("POST", BASE + "/status/stop", POWER, takes="skiplock:b overrule-shutdown:b")
def ct_stop(call: Call) -> str:
    """Cut its power."""
    return _power(call, "stop", 1)


@route("POST", BASE + "/status/shutdown", POWER, takes="timeout:i forceStop:b")
def ct_shutdown(call: Call) -> str:
    """Ask it to go down."""
    return _power(call, "shutdown", 2)


@route("POST", BASE + "/status/reboot", POWER, takes="timeout:i")
def ct_reboot(call: Call) -> str:
    """Down and up again."""
    return _power(call, "reboot", 2)


@route("DELETE", BASE, need("/vms/{vmid}", "VM.Allocate"), takes="destroy-unreferenced-disks:b force:b purge:b")
def ct_destroy(call: Call) -> str:
    """Destroy it."""
    guest = call.lab.unlocked(_container(call))
    if guest.is_running and not call.flag("force"):
        raise ApiError(500, f"unable to destroy CT {guest.vmid} - container is running")
    guest.lock = "destroy"
    args = {"vmid": guest.vmid, "purge": call.flag("purge")}
    return call.task(Work(guest.node, "vzdestroy", guest.vmid, 1, "destroyed", args))
