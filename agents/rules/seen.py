"""The names that exist in the cluster now: what a message may refer to. Pure."""

from dataclasses import dataclass

from iac.inventory import GIB, MIB, Guest, Inventory


@dataclass(frozen=True, slots=True)
class Model:
    """A guest that stands, as another may be made after it: memory in MB, disk in GB."""

    name: str
    node: str
    cores: int
    memory_mb: int
    disk_gb: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Names from one reading; all empty where no cluster was looked at."""

    templates: tuple[str, ...] = ()
    template_ids: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    storages: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    vnets: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    models: tuple[Model, ...] = ()


NOTHING = Seen()


def seen_in(inventory: Inventory) -> Seen:
    """The names of one reading of the cluster."""
    return Seen(
        templates=tuple(dict.fromkeys(g.name for g in inventory.templates)),
        template_ids=tuple(str(g.vmid) for g in inventory.templates),
        nodes=tuple(sorted(n.name for n in inventory.nodes)),
        storages=tuple(sorted({s.name for s in inventory.storages})),
        networks=tuple(sorted({n.name for n in inventory.networks})),
        vnets=tuple(sorted({n.name for n in inventory.networks if n.kind == "vnet"})),
        pools=tuple(sorted(inventory.pools)),
        guests=tuple(g.name for g in inventory.machines),
        models=tuple(_model(g) for g in inventory.machines),
    )


def _model(guest: Guest) -> Model:
    return Model(guest.name, guest.node, guest.cores, guest.memory_bytes // MIB, -(-guest.disk_bytes // GIB))
