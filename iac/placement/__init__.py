"""Which node takes a guest, by a published rule: hard limits first, then a score. Pure."""

from iac.placement.placing import claim_of, place, place_all
from iac.placement.scoring import GROUPS, NEUTRAL, WEIGHTS, grouped
from iac.placement.still import misfits
from iac.placement.values import ANYWHERE, Bounds, Claim, NothingFits, Placement, Verdict

__all__ = [
    "ANYWHERE",
    "GROUPS",
    "NEUTRAL",
    "WEIGHTS",
    "Bounds",
    "Claim",
    "NothingFits",
    "Placement",
    "Verdict",
    "claim_of",
    "grouped",
    "misfits",
    "place",
    "place_all",
]
