"""What no plan may do: plain predicates over Terraform's plan, each breach a sentence. Pure.

In doubt a rule refuses: a value known only after the apply, an absent attribute and a plan without the guest that
was asked for are violations ("no rule said false" is not "every rule said true").
"""

from collections.abc import Callable, Iterator, Mapping

from iac.errors import Sentence, say
from iac.plan import Action, Change, Plan
from iac.policy import disks, environments, high_availability, rules
from iac.policy.allowed import ACTIONS, HA_KIND, OUR_KIND, Allowed, Intent
from iac.policy.protection import not_protected, protected_vmids
from iac.policy.reading import guest_of

__all__ = ["ACTIONS", "HA_KIND", "OUR_KIND", "Allowed", "Intent", "protected_vmids", "violations"]

Rule = Callable[[Change, Allowed], Iterator[Sentence]]

EVERY: tuple[Rule, ...] = (
    rules.only_our_kind,
    rules.only_what_was_asked,
    rules.only_our_guests,
    rules.only_reserved_vmids,
    not_protected,
)
"""Rules that judge every change."""

WRITTEN: tuple[Rule, ...] = (
    rules.node_stays,
    rules.cores_within_limits,
    rules.memory_within_limits,
    rules.no_password,
    rules.nothing_dangerous,
    rules.no_hidden_reboot,
    disks.disks_within_limits,
    environments.node_allowed,
    environments.storages_allowed,
    environments.networks_allowed,
    environments.tags_required,
)
"""Rules that judge what a guest will be."""

BY_ACTION: Mapping[Action, tuple[Rule, ...]] = {
    "create": EVERY + WRITTEN,
    "update": (*EVERY, *WRITTEN, environments.only_managed, disks.no_disk_is_lost, disks.disks_grow_alone),
    "replace": (*EVERY, environments.only_managed, environments.no_running_replace),
    "delete": (*EVERY, environments.only_managed),
    "import": EVERY,
}

FINISHING: tuple[Rule, ...] = (*EVERY, *WRITTEN, disks.no_disk_is_lost)
"""For a guest whose making broke off: it never ran, so it can grow in every way at once, and has no tags yet."""


def violations(plan: Plan, allowed: Allowed) -> tuple[Sentence, ...]:
    """Everything the plan does that this run may not; empty means it may be shown for approval.

    Every guest asked about must be in the plan, if only as a no-op; a plan that shows none of them tells nothing.
    """
    found = list(_about_the_whole(plan, allowed))
    for change in plan.changes:
        if change.action != "no-op":
            found += _about_one(change, allowed)
    return _unique(found)


def _about_one(change: Change, allowed: Allowed) -> list[Sentence]:
    if change.kind == HA_KIND:
        return list(high_availability.only_as_asked(change, allowed))
    if change.kind != OUR_KIND:
        return list(rules.only_our_kind(change, allowed))
    chosen = FINISHING if change.is_completion else BY_ACTION[change.action]
    return [sentence for rule in chosen for sentence in rule(change, allowed)]


def _about_the_whole(plan: Plan, allowed: Allowed) -> Iterator[Sentence]:
    """The plan must show every guest that was asked for, and no more guests than one request may have."""
    if not allowed.guests:
        yield say("policy.nothing_to_judge")
    shown = {guest_of(c) for c in plan.changes if c.kind == OUR_KIND}
    for guest in sorted(allowed.guests - shown):
        yield say("policy.guest_missing", guest=guest)
    created = sum(1 for c in plan.changes if c.kind == OUR_KIND and c.action == "create")
    if created > allowed.limits.max_guests:
        yield say("policy.guests", count=created, most=allowed.limits.max_guests)


def _unique(sentences: list[Sentence]) -> tuple[Sentence, ...]:
    kept: list[Sentence] = []
    for sentence in sentences:
        if sentence not in kept:
            kept.append(sentence)
    return tuple(kept)
