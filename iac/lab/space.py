"""Room on storages: whether a new volume fits, and PVE's words where it does not."""

from iac.lab.load import storage_used
from iac.lab.world import ApiError, Storage, World


def check_node_allows(world: World, name: str, node: str) -> Storage:
    """The storage of that name; refused in PVE's words where there is none."""
    found = world.storages.get(name)
    if found is None:
        raise ApiError(500, f"storage '{name}' does not exist")
    if not world.nodes[node].is_online:
        raise ApiError(500, f"storage '{name}' is not available on node '{node}'")
    return found


def full_error(world: World, name: str, node: str, size: int) -> str:
    """Why ``size`` bytes more do not fit, as the storage's own tool says it; empty where they do."""
    storage = check_node_allows(world, name, node)
    if size <= 0 or storage_used(world, storage, node) + size <= storage.total:
        return ""
    if storage.kind == "lvmthin":
        return "Cannot create new thin volume, free space in thin pool pve/data reached threshold."
    if storage.kind == "rbd":
        return "rbd error: rbd: create error: (28) No space left on device"
    return "unable to create image: qemu-img: No space left on device"


def require_space(world: World, name: str, node: str, size: int) -> None:
    """Refuse at once (500) where ``full_error`` has something to say."""
    if error := full_error(world, name, node, size):
        raise ApiError(500, error)
