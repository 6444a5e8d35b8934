"""The policy of an environment, asked of a plan: when it has been made, and again before it is applied. Pure."""

from collections.abc import Iterable

from bot.flow.rules import Rules, Violated
from bot.flow.wishes import MARK, Wish
from iac.inventory import Inventory
from iac.plan import Plan
from iac.policy import Allowed, protected_vmids, violations
from iac.spec import PlacedGuest


def judge(plan: Plan, wish: Wish, guests: Iterable[PlacedGuest], inventory: Inventory, rules: Rules) -> None:
    """``Violated`` with every breach; ``guests`` are those of the stack as they will be."""
    found = violations(plan, _allowed(wish, (*wish.standing, *guests), inventory, rules))
    if found:
        raise Violated(found)


def _allowed(wish: Wish, guests: Iterable[PlacedGuest], inventory: Inventory, rules: Rules) -> Allowed:
    if wish.proposal.intent == "acts":
        raise ValueError("acts are judged by themselves: no plan of terraform belongs to them")
    # By number, the later ones win: a guest as it will be, or as it stands where it is to go.
    by_vmid = {guest.vmid: guest for guest in guests}
    environment = wish.environment
    return Allowed(
        intent=wish.proposal.intent,
        guests=frozenset(g.name for g in wish.proposal.guests),
        vmids=frozenset(by_vmid),
        limits=environment.limits,
        nodes={g.spec.name: g.node for g in by_vmid.values()},
        taken=frozenset(g.vmid for g in inventory.guests),
        ha_vmids=frozenset(vmid for vmid, g in by_vmid.items() if g.spec.is_ha),
        devices={g.spec.name: g.spec.devices for g in by_vmid.values() if g.spec.devices},
        environment=environment.name,
        environment_nodes=environment.nodes,
        storages=environment.storages,
        networks=environment.networks,
        tags=environment.tags,
        mark=MARK,
        foreign_vmids=frozenset(g.vmid for g in inventory.guests if MARK not in g.tags),
        protected=rules.protected,
        protected_vmids=protected_vmids(inventory.guests, rules.protected),
    )
