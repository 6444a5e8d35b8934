"""Answers of the API to values of the inventory. Pure; a strange row is read as far as it goes, never an error."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from iac.inventory import Guest, Node
from iac.proxmox.rows import Row, flag, number, rows, text, whole, words

_OFFLINE = ("offline", "unknown")


def parse_cluster(status: Any) -> tuple[str, bool]:
    """The cluster's name and whether it has a quorum, from ``/cluster/status``.

    A single node has no cluster row: its own name stands, and it needs nobody's vote. A cluster row that does not
    say "quorate" has none.
    """
    found = list(rows(status))
    cluster = next((r for r in found if r.get("type") == "cluster"), None)
    if cluster is None:
        alone = next((r for r in found if r.get("type") == "node"), {})
        return text(alone, "name") or "pve", bool(alone)
    return text(cluster, "name") or "pve", flag(cluster, "quorate") is True


def parse_version(answer: Any) -> str:
    """``/version`` as "9.1.2"; "" where it does not say."""
    return text(answer, "version", "release") if isinstance(answer, Mapping) else ""


def parse_nodes(resources: Any, listed: Any, status: Any, ha: Any) -> tuple[Node, ...]:
    """The nodes by name, from ``/cluster/resources``, ``/nodes``, ``/cluster/status`` and the HA status."""
    seen: dict[str, dict[str, Any]] = {}
    for row in (*rows(resources), *rows(listed)):
        if row.get("type", "node") == "node" and (name := _node_name(row)):
            known = {key: value for key, value in row.items() if value is not None}
            seen.setdefault(name, {}).update(known)
    votes = {text(r, "name"): flag(r, "online") for r in rows(status) if r.get("type") == "node"}
    maintained = set(nodes_in_maintenance(ha))
    names = sorted(seen.keys() | (votes.keys() - {""}))
    return tuple(_node(name, seen.get(name, {}), votes.get(name), name in maintained) for name in names)


def _node_name(row: Row) -> str:
    return text(row, "node") or text(row, "id").removeprefix("node/")


def _node(name: str, row: Row, vote: bool | None, is_maintained: bool) -> Node:  # noqa: FBT001
    says = text(row, "status")
    is_online = vote is not False and says not in _OFFLINE and (vote is True or says == "online")
    return Node(
        name=name,
        is_online=is_online,
        cores=whole(row, "maxcpu"),
        cpu_load=number(row, "cpu"),
        memory_bytes=whole(row, "maxmem"),
        memory_used_bytes=whole(row, "mem"),
        uptime_s=whole(row, "uptime"),
        is_in_maintenance=is_maintained or text(row, "hastate") == "maintenance",
    )


def nodes_in_maintenance(ha: Any) -> Iterator[str]:
    """Nodes whose HA resource manager says maintenance, from ``/cluster/ha/status/current``."""
    for row in rows(ha):
        if row.get("type") == "lrm" and "maintenance" in (text(row, "status") + text(row, "state")).lower():
            yield text(row, "node") or text(row, "id").removeprefix("lrm:")


def parse_guests(resources: Any, configs: Mapping[int, Any]) -> tuple[Guest, ...]:
    """Virtual machines and containers by VMID; ``configs`` holds the configuration of each template."""
    found = [r for r in rows(resources) if r.get("type") in ("qemu", "lxc") and _vmid(r)]
    return tuple(_guest(row, configs.get(_vmid(row))) for row in sorted(found, key=_vmid))


def template_places(resources: Any) -> tuple[tuple[str, int], ...]:
    """Node and VMID of each template of a virtual machine: whose configuration is worth reading."""
    templates = [r for r in rows(resources) if r.get("type") == "qemu" and flag(r, "template")]
    return tuple((text(r, "node"), _vmid(r)) for r in templates if _vmid(r) and text(r, "node"))


def _vmid(row: Row) -> int:
    return whole(row, "vmid") or whole({"id": text(row, "id").rpartition("/")[2]}, "id")


def _guest(row: Row, config: Any) -> Guest:
    vmid = _vmid(row)
    kind: Literal["qemu", "lxc"] = "lxc" if row.get("type") == "lxc" else "qemu"
    return Guest(
        vmid=vmid,
        name=text(row, "name") or f"{'CT' if kind == 'lxc' else 'VM'} {vmid}",
        node=text(row, "node"),
        kind=kind,
        status=text(row, "status") or "unknown",
        is_template=flag(row, "template") is True,
        cores=whole(row, "maxcpu", "cpus"),
        memory_bytes=whole(row, "maxmem"),
        disk_bytes=whole(row, "maxdisk"),
        tags=tuple(sorted(words(row, "tags"))),
        pool=text(row, "pool") or None,
        ha_state=text(row, "hastate") or None,
        lock=text(row, "lock") or None,
        storages=parse_disk_storages(config),
    )


def parse_disk_storages(config: Any) -> tuple[str, ...]:
    """The storages that hold the disks of a configuration; CD drives and cloud-init images do not count.

    ``scsi0: "ceph-vm:base-100-disk-0,size=4G"`` lies on ``ceph-vm``.
    """
    if not isinstance(config, Mapping):
        return ()
    volumes = [str(v) for key, v in config.items() if _is_disk(key)]
    real = [v for v in volumes if ":" in v.partition(",")[0] and "media=cdrom" not in v and "cloudinit" not in v]
    return tuple(sorted({v.partition(":")[0] for v in real}))


def _is_disk(key: str) -> bool:
    stem = key.rstrip("0123456789")
    return stem != key and stem in ("scsi", "virtio", "sata", "ide", "efidisk", "tpmstate")


def parse_pools(answer: Any) -> tuple[str, ...]:
    """Names of the pools, sorted."""
    return tuple(sorted({text(row, "poolid") for row in rows(answer)} - {""}))
