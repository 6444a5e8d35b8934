"""The hand: the only module beside terraform that has verbs which change a cluster. Only the runner holds it."""

from iac.hand.doing import Doer
from iac.hand.journal import Done, Journal

__all__ = ["Doer", "Done", "Journal"]
