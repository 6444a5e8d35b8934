"""The published score, 0..100: how comfortable a guest would be on a node, among the nodes that can take it.

=======  ==============================================================  ========================================
weight   what counts                                                     why
=======  ==============================================================  ========================================
40       CPU that is idle now, as a share of all threads                 the first thing people feel
30       memory still free for guests once this one is there             never overcommitted, so it runs out first
20       virtual cores not promised, at four a thread, with this one     the load to come, not the load of now
10       room left on the chosen storage, with this disk                 a full storage stops every guest on it
=======  ==============================================================  ========================================

Each part is a fraction of 1 times its weight; the sum is rounded to one decimal. Equal scores go by name.
A reading holds no history, so nothing here forecasts; the second and third part stand in for the trend.
"""

from collections.abc import Mapping, Sequence

from iac.errors import Sentence, say
from iac.inventory import GIB, MIB
from iac.placement.fitting import Fit
from iac.placement.room import storage_room_bytes
from iac.placement.values import Claim
from iac.spec import GuestSpec

WEIGHTS: Mapping[str, int] = {"load": 40, "memory": 30, "cores": 20, "storage": 10}


def parts(fit: Fit, spec: GuestSpec, claims: Sequence[Claim]) -> Mapping[str, float]:
    """Each part of the score as a fraction of 1, by the name of its weight."""
    most = fit.storage.room_bytes + fit.storage.used_bytes
    left = storage_room_bytes(fit.storage, claims) - spec.disk_gb * GIB
    return {
        "load": 1 - min(1.0, max(0.0, fit.node.cpu_load)),
        "memory": 1 - fit.room.memory_share(spec.memory_mb * MIB),
        "cores": 1 - fit.room.cores_share(spec.cores),
        "storage": max(0.0, left / most) if most else 0.0,
    }


def score(fit: Fit, spec: GuestSpec, claims: Sequence[Claim]) -> float:
    """The weighted sum of the parts, 0..100, one decimal."""
    found = parts(fit, spec, claims)
    return round(sum(weight * found[name] for name, weight in WEIGHTS.items()), 1)


def why(fit: Fit, spec: GuestSpec, points: float) -> Sentence:
    """The score of one node in words: what is idle and what stays free there."""
    free = (fit.room.memory_free_bytes - spec.memory_mb * MIB) / GIB
    idle = 1 - min(1.0, max(0.0, fit.node.cpu_load))
    return say("place.scored", node=fit.node.name, score=points, idle_percent=round(idle * 100), free_gb=round(free, 1))
