"""A guest looked at closely: what the reading of the whole cluster does not tell, and an act has to know."""

from dataclasses import dataclass

from iac.inventory import Guest


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot that is there; ``taken_at`` in seconds since the epoch."""

    name: str
    description: str = ""
    taken_at: float = 0.0
    has_memory: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One guest as it is now. ``devices`` are parts of its node that it holds (PCI, USB): it cannot move with them.

    ``storages`` hold its disks.
    """

    guest: Guest
    is_protected: bool = False
    snapshots: tuple[Kept, ...] = ()
    storages: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether it has power."""
        return self.guest.status == "running"

    @property
    def is_in_ha(self) -> bool:
        """Whether the HA manager looks after it: then it alone moves and powers it."""
        return bool(self.guest.ha_state) and self.guest.ha_state != "ignored"

    @property
    def sid(self) -> str:
        """What the HA manager calls it."""
        return f"{'vm' if self.guest.kind == 'qemu' else 'ct'}:{self.guest.vmid}"

    @property
    def path(self) -> str:
        """Where the API has it."""
        return f"/nodes/{self.guest.node}/{self.guest.kind}/{self.guest.vmid}"

    def kept(self, name: str) -> Kept | None:
        """The snapshot of that name."""
        return next((each for each in self.snapshots if each.name == name), None)
