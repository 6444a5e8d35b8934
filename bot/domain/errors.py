"""The errors of the people room. Its root, ``ThreadformError``, and the other branches stand in ``iac.errors``."""

from iac.errors import Broken, Refused, Sentence, ThreadformError, say

__all__ = ["Lost", "NotAllowed", "Refused", "Sentence", "ThreadformError", "TrailTorn", "say"]


class NotAllowed(Refused):
    """The person lacks the right; told to them alone."""


class Lost(ThreadformError):
    """Someone else moved the row first, or our claim ran out: stop quietly, nothing is wrong."""

    def __init__(self, what: str) -> None:
        """``what`` names the row."""
        super().__init__(say("broken.lost", what=what))


class TrailTorn(Broken):
    """The audit trail does not add up: ``row`` is the first that is missing or was changed; 0 is its head."""

    def __init__(self, row: int) -> None:
        """Name the row."""
        super().__init__("verifying the audit trail", f"row {row} is missing or was changed", key="run.audit_broken")
        self.row = row
