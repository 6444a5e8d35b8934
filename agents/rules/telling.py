"""What a person is told about an act: what was understood, why it cannot be, what is left of a quota. Pure."""

from collections.abc import Iterator, Sequence

from agents.contracts import Act, Rights
from iac.errors import Sentence, say

_MB_PER_GB = 1024
_OF_GUESTS = frozenset(
    ["start_vm", "stop_vm", "restart_vm", "delete_vm", "resize_vm", "migrate_vm", "snapshot_create",
     "snapshot_rollback", "snapshot_delete", "backup_vm", "set_ha", "extend_ttl"]
)  # fmt: skip


def heard(acts: Sequence[Act]) -> tuple[Sentence, ...]:
    """One sentence for each act on guests that are known, so that a person sees what was understood."""
    return tuple(
        say(f"crew.heard.{act.intent}", guests=tuple(act.slots["targets"]))
        for act in acts
        if act.intent in _OF_GUESTS and act.slots.get("targets")
    )


def refused(reasons: Sequence[str], rights: Rights | None) -> tuple[Sentence, ...]:
    """Each reason as a sentence with the way on; the words of a bypass are said elsewhere."""
    return tuple(sentence for reason in reasons for sentence in _refused(reason, rights))


def left_of(rights: Rights | None) -> tuple[Sentence, ...]:
    """What the person may still ask for; a kind sentence where nothing bounds them."""
    lines = tuple(_left(rights)) if rights else ()
    return (say("crew.quota.head"), *lines) if lines else (say("crew.quota.open"),)


def _refused(reason: str, rights: Rights | None) -> Iterator[Sentence]:
    if reason == "over_quota":
        yield say("crew.refused.over_quota")
        yield from _left(rights) if rights else ()
        yield say("crew.refused.quota_way")
    elif reason in {"impossible_capacity", "impossible_disk_shrink", "node_in_maintenance", "invalid_network"}:
        yield say(f"crew.refused.{reason}")
    elif reason == "unauthorized":
        yield say("crew.refused.unauthorized")


def _left(rights: Rights) -> Iterator[Sentence]:
    if rights.max_guests is not None:
        yield say("crew.quota.guests", count=rights.max_guests)
    if rights.max_cores is not None:
        yield say("crew.quota.cores", count=rights.max_cores)
    if rights.max_memory_mb is not None:
        yield say("crew.quota.memory", memory_gb=rights.max_memory_mb / _MB_PER_GB)
    if rights.max_disk_gb is not None:
        yield say("crew.quota.disk", disk_gb=rights.max_disk_gb)
