"""Storages and networks of the API to values of the inventory. Pure."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from iac.inventory import Network, Storage
from iac.proxmox.rows import Row, flag, rows, text, whole, words

_ALWAYS_SHARED = frozenset({"rbd", "cephfs", "nfs", "cifs", "pbs", "iscsi", "iscsidirect", "glusterfs", "zfs", "esxi"})
"""Plugins that reach their bytes over a network: what "shared" means where an answer leaves the flag out."""


def parse_storages(resources: Any, configured: Any) -> tuple[Storage, ...]:
    """Storages by name and node: a shared one once, a local one once a node.

    ``resources`` tells how full each is on each node, ``configured`` (``/storage``) its kind and content.
    """
    configs = {text(r, "storage"): r for r in rows(configured)}
    seen: dict[tuple[str, str], list[Row]] = {}
    for row in rows(resources):
        name = text(row, "storage")
        if row.get("type") == "storage" and name:
            merged = {**configs.get(name, {}), **{k: v for k, v in row.items() if v is not None and k != "type"}}
            seen.setdefault((name, "" if _is_shared(merged) else text(row, "node")), []).append(merged)
    return tuple(_storage(name, found) for (name, _), found in sorted(seen.items()))


def _is_shared(row: Row) -> bool:
    says = flag(row, "shared")
    return _kind(row) in _ALWAYS_SHARED if says is None else says


def _kind(row: Row) -> str:
    return text(row, "plugintype", "type") or "unknown"


def _storage(name: str, found: Sequence[Row]) -> Storage:
    """Nodes lag behind one another in what they say of a shared storage: the fullest reading is believed."""
    active = [r for r in found if text(r, "status") in ("available", "active", "") and not flag(r, "disable")]
    fullest = max(active or found, key=lambda r: (whole(r, "disk", "used"), whole(r, "maxdisk", "total")))
    return Storage(
        name=name,
        kind=_kind(fullest),
        is_shared=_is_shared(fullest),
        content=frozenset(words(fullest, "content")),
        total_bytes=whole(fullest, "maxdisk", "total"),
        used_bytes=whole(fullest, "disk", "used"),
        nodes=tuple(sorted({text(r, "node") for r in (active or found)} - {""})),
        is_active=bool(active),
    )


def parse_bridges(by_node: Mapping[str, Any]) -> tuple[Network, ...]:
    """Bridges by name, from ``/nodes/{node}/network`` of each node; one of the same name is one network."""
    seen: dict[str, dict[str, Row]] = {}
    for node, answer in sorted(by_node.items()):
        for row in rows(answer):
            if row.get("type") in ("bridge", "OVSBridge") and text(row, "iface"):
                seen.setdefault(text(row, "iface"), {})[node] = row
    return tuple(_bridge(name, found) for name, found in sorted(seen.items()))


def _bridge(name: str, found: Mapping[str, Row]) -> Network:
    """Address range and gateway only where every node that has the bridge agrees."""
    ranges = {_network_of(text(row, "cidr")) for row in found.values()}
    gateways = {text(row, "gateway") for row in found.values()} - {""}
    cidr = ranges.pop() if len(ranges) == 1 else None
    gateway = gateways.pop() if cidr and len(gateways) == 1 else None
    return Network(name=name, kind="bridge", nodes=tuple(sorted(found)), cidr=cidr, gateway=gateway)


def parse_vnets(vnets: Any, subnets: Mapping[str, Any], zones: Any, nodes: Iterable[str]) -> tuple[Network, ...]:
    """SDN vnets by name, with their first IPv4 subnet; a zone that names no nodes is on all of them."""
    zoned = {text(row, "zone"): words(row, "nodes") for row in rows(zones)}
    every = tuple(sorted(nodes))
    found = sorted((r for r in rows(vnets) if text(r, "vnet")), key=lambda r: text(r, "vnet"))
    return tuple(_vnet(row, subnets.get(text(row, "vnet")), zoned.get(text(row, "zone")) or every) for row in found)


def _vnet(row: Row, subnets: Any, nodes: Sequence[str]) -> Network:
    ranges = [(cidr, text(subnet, "gateway") or None) for subnet in rows(subnets) if (cidr := _subnet_range(subnet))]
    cidr, gateway = min(ranges, default=(None, None), key=lambda pair: ipaddress.IPv4Network(pair[0]))
    return Network(name=text(row, "vnet"), kind="vnet", nodes=tuple(sorted(nodes)), cidr=cidr, gateway=gateway)


def _subnet_range(row: Row) -> str | None:
    """``cidr``, else what the id says: ``zone-10.9.0.0-24`` is 10.9.0.0/24."""
    name = text(row, "cidr") or text(row, "subnet").partition("-")[2].replace("-", "/")
    return _network_of(name)


def _network_of(cidr: str) -> str | None:
    try:
        found = ipaddress.ip_interface(cidr).network if "/" in cidr else None
    except ValueError:
        return None
    return str(found) if isinstance(found, ipaddress.IPv4Network) else None
