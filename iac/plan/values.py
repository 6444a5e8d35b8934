"""Terraform's plan as values: what changes, how much, and the digest of the saved plan file."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Action = Literal["create", "update", "replace", "delete", "import", "no-op"]


@dataclass(frozen=True, slots=True)
class Change:
    """One resource of a plan. ``before`` and ``after`` are terraform's values with sensitive ones masked.

    ``name`` is the guest's own where the resource has one, ``unknown`` marks what only the apply will know, and
    ``needs_restart`` names the attributes whose change a running guest takes up at its next restart.
    """

    address: str
    kind: str
    name: str
    action: Action
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    unknown: Mapping[str, Any]
    needs_restart: tuple[str, ...] = ()

    @property
    def is_creation(self) -> bool:
        """Whether it makes a guest, or finishes one."""
        return self.action == "create" or self.is_completion

    @property
    def is_completion(self) -> bool:
        """Whether it finishes a guest whose making broke off before it was ever started."""
        was_off, will_run = self.before.get("started") is False, self.after.get("started") is True
        return self.action == "update" and was_off and will_run


@dataclass(frozen=True, slots=True)
class Plan:
    """A saved plan: its changes, destroys first; its SHA-256; the state serial it was made on; its diff as text."""

    digest: str
    state_serial: int
    changes: tuple[Change, ...]
    diff: str

    @property
    def counts(self) -> Mapping[Action, int]:
        """How many resources each action touches, no-ops left out; a replace counts as itself alone."""
        actions = [c.action for c in self.changes if c.action != "no-op"]
        return {action: actions.count(action) for action in dict.fromkeys(actions)}

    @property
    def has_changes(self) -> bool:
        """Whether there is anything to apply."""
        return bool(self.counts)


def digest_of(plan_file: bytes) -> str:
    """SHA-256 of the saved plan file, in hex: what an approval is bound to."""
    return hashlib.sha256(plan_file).hexdigest()
