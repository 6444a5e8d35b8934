"""The errors of the people room. Its root, ``ThreadformError``, and the other branches stand in ``iac.errors``."""

from iac.errors import Refused, Sentence, ThreadformError, say

__all__ = ["Lost", "NotAllowed", "Refused", "Sentence", "ThreadformError", "say"]


class NotAllowed(Refused):
    """The person lacks the right; told to them alone."""


class Lost(ThreadformError):
    """Someone else moved the row first, or our claim ran out: stop quietly, nothing is wrong."""

    def __init__(self, what: str) -> None:
        """``what`` names the row."""
        super().__init__(say("broken.lost", what=what))
