"""One piece of work that the cluster did, or does: a clone, a start, a backup."""

from dataclasses import dataclass

CONSOLES = frozenset({"vncproxy", "vncshell", "spiceproxy", "spiceshell", "termproxy"})
"""Somebody looked at a screen: such a task "fails" whenever a window is closed, and tells nothing of the node."""

BY_HAND = ("interrupted by signal", "received interrupt", "unexpected status")
"""How a task ends that a person stopped, or whose worker went away with a restart."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as lists show it. Times in seconds since the epoch (UTC); ``ended_at`` None: it still runs.

    ``outcome`` is PVE's own word, "OK", "WARNINGS: 1" or the error; empty while it runs.
    """

    node: str
    kind: str
    subject: str
    user: str
    started_at: float
    ended_at: float | None = None
    outcome: str = ""

    @property
    def is_running(self) -> bool:
        """Whether it has no end yet."""
        return self.ended_at is None

    @property
    def is_failed(self) -> bool:
        """Whether it ended with an error; warnings are none."""
        return not self.is_running and self.outcome != "OK" and not self.outcome.startswith("WARNINGS")

    @property
    def speaks_against_node(self) -> bool:
        """Whether it is a failure that may be the node's: no closed screen, nothing that a person stopped."""
        return self.is_failed and self.kind not in CONSOLES and not self.outcome.startswith(BY_HAND)
