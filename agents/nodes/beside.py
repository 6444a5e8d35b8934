"""What may stand beside the crew: who counts what models use, who reads manifests, who looks closely at guests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from agents.contracts import Manifests
from agents.models.purse import Purse
from iac.acts.reading import Kept
from iac.inventory import Guest


class Album(Protocol):
    """The snapshots of guests, for reading only."""

    async def snapshots(self, guests: Sequence[Guest]) -> Mapping[str, tuple[Kept, ...]]:
        """By the guest's name, the oldest first; ``ClusterSilent`` or ``Broken``."""
        ...


@dataclass(frozen=True, slots=True)
class Beside:
    """Without a purse nothing is counted beyond a turn; without manifests the rules alone lint a draft.

    Without an album nobody knows the snapshots of a guest before its plan.
    """

    purse: Purse | None = None
    manifests: Manifests | None = None
    album: Album | None = None
