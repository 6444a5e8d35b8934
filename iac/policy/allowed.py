"""What one run may do: everything a rule compares a plan with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from iac.plan import Action
from iac.spec import Limits

Intent = Literal["create", "change", "destroy"]

OUR_KIND = "proxmox_virtual_environment_vm"
"""The resource type of a guest."""

HA_KIND = "proxmox_haresource"
"""The resource type that keeps a guest running; our modules write it where the spec asks for it.

Every other type is refused.
"""

ACTIONS: Mapping[Intent, frozenset[Action]] = {
    "create": frozenset({"create"}),
    "change": frozenset({"update"}),
    "destroy": frozenset({"delete"}),
}
"""What each intent may do to the guests it names. A replace and an import are in none of them."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The bounds of one run.

    ``guests`` are the names the person asked about, ``vmids`` the numbers reserved for them, ``nodes`` the
    node approved for each (a guest that is not in it may be on any node), ``taken`` the VMIDs that the cluster
    shows as existing now: none of those may be created, ``ha_vmids`` the guests whose spec asks for high
    availability: only they may be put under it. ``devices`` are the mapped devices that a new guest may be given.

    What the environment allows: ``environment_nodes``, ``storages`` and ``networks`` (empty: any), and the ``tags``
    that every guest must carry. ``mark`` is the tag of guests that are ours to change (empty: not asked).
    ``foreign_vmids`` are guests that a reading shows without that mark: terraform does not look again at a guest that
    it is to destroy, so the plan alone cannot say. ``protected`` are the operator's patterns, ``protected_vmids`` the
    guests that a reading shows as protected.
    """

    intent: Intent
    guests: frozenset[str]
    vmids: frozenset[int]
    limits: Limits
    nodes: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[int] = frozenset()
    ha_vmids: frozenset[int] = frozenset()
    devices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    environment: str = ""
    environment_nodes: tuple[str, ...] = ()
    storages: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    mark: str = ""
    foreign_vmids: frozenset[int] = frozenset()
    protected: tuple[str, ...] = ()
    protected_vmids: frozenset[int] = frozenset()
