"""An environment: what an operator decided about one of them, as values. Pure."""

from dataclasses import dataclass, field

from bot.domain.lease import LeaseRules
from iac.spec import Limits


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment. ``approvals`` people must say yes; ``approvers`` are the groups they come from.

    Empty tuples mean "any": any approver, any node, storage or network. ``tags`` stand on every guest.
    ``auto_acts`` are the acts on guests that stand which need no person; by default all do.
    ``limits`` is the most one guest and one request may ask for. ``auto`` is what needs no person, because an admin
    said so beforehand; None: every plan needs one. Times are seconds after the card was posted; ``escalate_to`` is
    the group that is told when nobody decided. With ``asks_reason`` nobody lays a plan aside without saying why.
    ``lease`` is how long guests live; None: as long as they were asked for.
    """

    name: str
    approvals: int = 1
    approvers: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    storages: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    auto: Limits | None = None
    auto_acts: frozenset[str] = frozenset()
    remind_s: float = 4 * 3600.0
    escalate_s: float = 12 * 3600.0
    escalate_to: str = ""
    asks_reason: bool = False
    lease: LeaseRules | None = None
