"""What a placement does to the cluster, in sentences: memory and storage afterwards, and whether a node may be lost."""

from collections.abc import Sequence

from iac.errors import Sentence, say
from iac.inventory import GIB
from iac.placement.fitting import Fit
from iac.placement.ground import Ground, Held
from iac.placement.resilience import Loss
from iac.placement.room import room_on, storage_room_bytes


def effects(ground: Ground, held: Held, best: Fit, lost: Sequence[Loss]) -> tuple[Sentence, ...]:
    """Every effect that an approver should know of.

    ``held`` is all that is held, this guest and those asked for with it included; ``lost`` what may not fail then.
    """
    local = () if best.storage.is_shared else (_local(best),)
    return _memory_after(ground, held, best), _storage_after(held, best), _after_a_loss(ground, best, lost), *local


def _memory_after(ground: Ground, held: Held, best: Fit) -> Sentence:
    taken, total = room_on(best.node, ground, held).memory_taken_bytes, best.node.memory_bytes
    return say(
        "place.memory_after",
        node=best.node.name,
        taken_gb=round(taken / GIB, 1),
        total_gb=round(total / GIB, 1),
        percent=round(100 * taken / total),
    )


def _storage_after(held: Held, best: Fit) -> Sentence:
    storage = best.storage
    taken = storage.used_bytes + storage.room_bytes - storage_room_bytes(storage, held)
    return say(
        "place.storage_after",
        storage=storage.name,
        free_gb=int((storage.total_bytes - taken) / GIB),
        percent=round(100 * taken / storage.total_bytes),
    )


def _after_a_loss(ground: Ground, best: Fit, lost: Sequence[Loss]) -> Sentence:
    if len(ground.nodes) == 1:
        return say("place.one_node", node=best.node.name)
    if not lost:
        return say("place.n_plus_one")
    worst = max(lost, key=lambda loss: (loss.homeless_bytes, loss.node))
    gb = round(worst.homeless_bytes / GIB, 1)
    nodes = tuple(loss.node for loss in lost)
    return say("place.not_n_plus_one", nodes=nodes, count=len(lost), worst=worst.node, short_gb=gb)


def _local(best: Fit) -> Sentence:
    return say("place.local_disk", node=best.node.name, storage=best.storage.name)
