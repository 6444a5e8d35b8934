"""What may stand beside the crew: who counts what models use, and who reads manifests. No ADK in here."""

from dataclasses import dataclass

from agents.contracts import Manifests
from agents.models.purse import Purse


@dataclass(frozen=True, slots=True)
class Beside:
    """Without a purse nothing is counted beyond a turn; without manifests the rules alone lint a draft."""

    purse: Purse | None = None
    manifests: Manifests | None = None
