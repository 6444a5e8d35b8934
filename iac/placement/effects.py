"""What a placement does to the cluster, in sentences: memory and storage afterwards, and whether a node may be lost."""

from iac.errors import Sentence, say
from iac.inventory import GIB, MIB
from iac.placement.fitting import Fit, Question
from iac.placement.resilience import nodes_that_may_not_fail
from iac.placement.room import storage_room_bytes
from iac.placement.values import Claim


def effects(question: Question, best: Fit) -> tuple[Sentence, ...]:
    """Every effect that an approver should know of; room held by other runs counts as taken."""
    return _memory_after(question, best), _storage_after(question, best), *_after_a_loss(question, best)


def _memory_after(question: Question, best: Fit) -> Sentence:
    taken = best.room.memory_taken_bytes + question.spec.memory_mb * MIB
    total = best.node.memory_bytes
    return say(
        "place.memory_after",
        node=best.node.name,
        taken_gb=round(taken / GIB, 1),
        total_gb=round(total / GIB, 1),
        percent=round(100 * taken / total),
    )


def _storage_after(question: Question, best: Fit) -> Sentence:
    storage = best.storage
    held = storage.room_bytes - storage_room_bytes(storage, question.claims)
    taken = storage.used_bytes + held + question.spec.disk_gb * GIB
    return say(
        "place.storage_after",
        storage=storage.name,
        free_gb=int((storage.total_bytes - taken) / GIB),
        percent=round(100 * taken / storage.total_bytes),
    )


def _after_a_loss(question: Question, best: Fit) -> tuple[Sentence, ...]:
    spec, node = question.spec, best.node.name
    coming = Claim(node, spec.cores, spec.memory_mb, best.storage.name, spec.disk_gb)
    lost = nodes_that_may_not_fail(question.inventory, (*question.claims, coming))
    local = () if best.storage.is_shared else (say("place.local_disk", node=node, storage=best.storage.name),)
    if len(question.inventory.nodes) == 1:
        return say("place.one_node", node=node), *local
    spare = say("place.not_n_plus_one", nodes=lost, count=len(lost)) if lost else say("place.n_plus_one")
    return spare, *local
