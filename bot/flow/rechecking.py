"""Between the yes and the apply: everything the plan stands on is looked at once more."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.approval import each_once, is_yes_too_old, may_approve
from bot.domain.automatic import RULE, are_automatic, is_automatic
from bot.domain.errors import Refused, say
from bot.domain.outcome import Outcome, parse_outcome
from bot.domain.run import Run
from bot.flow.acting import Acting
from bot.flow.claiming import rivals, room_held
from bot.flow.deciding import environments_of_run, needs_of_run
from bot.flow.judging import judge
from bot.flow.rules import Rules, Violated
from bot.flow.wishes import Wish, created, wish_of
from bot.ports import Claimed, Claims, Clock, Cluster, People, Reservations, Runs, Stacks
from iac.inventory import Inventory
from iac.placement import misfits
from iac.spec import PlacedGuest


@dataclass(frozen=True, slots=True)
class Known:
    """What our own records say at this moment: the serial of the stack's state, its runs, what is kept and claimed."""

    serial: int
    vmids: Mapping[str, int]
    runs: Sequence[Run]
    claims: Sequence[Claimed]


@dataclass(frozen=True, slots=True)
class Recheck:
    """What may have moved since the plan was made: the state, the cluster, its room, and the rules themselves."""

    runs: Runs
    stacks: Stacks
    claims: Claims
    reservations: Reservations
    cluster: Cluster
    acting: Acting
    people: People
    rules: Rules
    now: Clock

    async def check(self, run: Run) -> None:
        """``Refused`` with what moved; a refusal of ``PLAN_AGAIN`` leaves the wish standing."""
        if is_yes_too_old(run, self.now()):
            raise Refused("apply.yes_too_old", run=run.id)
        outcome = parse_outcome(run.outcome)
        self._check_still_decided(run, outcome)
        if outcome.acts:
            await self._check_acts(run, outcome)
            return
        # What we know is read while the cluster answers.
        inventory, known = await asyncio.gather(self.cluster.read(), self._known(run))
        if run.state_serial is not None and known.serial != run.state_serial:
            raise Refused("apply.state_moved", run=run.id)
        if not inventory.is_quorate:
            raise Refused("apply.no_quorum", cluster=inventory.cluster)
        _check_not_moved(outcome, inventory)
        _check_reserved(known.vmids, created(outcome))
        for guest in created(outcome):
            _check_still_free(guest, inventory)
        wish = wish_of(run, known.runs, self.rules)
        if run.decided_by == RULE and not is_automatic(wish.environment, outcome, known.runs):
            raise Refused("apply.rule_gone", run=run.id)
        self._check_rules(wish, outcome, inventory)
        _check_room(wish, outcome, inventory, known.claims)

    async def _check_acts(self, run: Run, outcome: Outcome) -> None:
        is_let = are_automatic(environments_of_run(run, outcome, self.people), outcome)
        if run.decided_by == RULE and not is_let:
            raise Refused("apply.rule_gone", run=run.id)
        await self.acting.check(run, outcome)

    def _check_still_decided(self, run: Run, outcome: Outcome) -> None:
        """A run may wait long after its yes, as under a freeze: who lost the right meanwhile decides nothing."""
        if run.decided_by == RULE:
            return
        needs = needs_of_run(run, self.people)
        still = each_once(person for person in map(self.people.named, outcome.yes) if may_approve(run, person, needs))
        if len(still) < needs.approvals:
            raise Refused("apply.yes_gone", run=run.id)

    async def _known(self, run: Run) -> Known:
        """One after the other: it takes less than the cluster does, and one connection."""
        kept = await self.stacks.state(run.stack_id)
        return Known(
            serial=kept[0] if kept else 0,
            vmids=await self.reservations.vmids(run.id),
            runs=await self.runs.of_stack(run.stack_id),
            claims=await self.claims.all(),
        )

    def _check_rules(self, wish: Wish, outcome: Outcome, inventory: Inventory) -> None:
        if outcome.plan is None:
            raise Refused("terraform.plan_gone")
        try:
            judge(outcome.plan, wish, outcome.guests, inventory, self.rules)
        except Violated as broken:
            raise Violated([say("apply.rules_moved", run=wish.run.id), broken.sentence, *broken.reasons]) from broken


def _check_not_moved(outcome: Outcome, inventory: Inventory) -> None:
    """Terraform asks a guest where it was when the plan was made, and breaks off where HA has moved it since."""
    for change in outcome.plan.changes if outcome.plan else ():
        was, vmid = change.before.get("node_name"), change.before.get("vm_id")
        guest = inventory.guest(vmid) if isinstance(vmid, int) and change.action != "no-op" else None
        if guest is not None and was and guest.node != was:
            raise Refused("apply.guest_moved", guest=guest.name, was=str(was), node=guest.node)


def _check_reserved(held: Mapping[str, int], guests: Sequence[PlacedGuest]) -> None:
    for guest in guests:
        if held.get(guest.spec.name) != guest.vmid:
            raise Refused("apply.not_reserved", vmid=guest.vmid, name=guest.spec.name)


def _check_room(wish: Wish, outcome: Outcome, inventory: Inventory, claims: Sequence[Claimed]) -> None:
    coming = (*created(outcome), *wish.resized)
    held = room_held(rivals(wish.run, claims), inventory) if coming else []
    if cramped := misfits(coming, inventory, held):
        raise Violated([say("apply.no_room", run=wish.run.id), *cramped])


def _check_still_free(guest: PlacedGuest, inventory: Inventory) -> None:
    """The VMID must still be nobody's, the node in the cluster, the template where the plan clones it from."""
    other = inventory.guest(guest.vmid)
    if other is not None:
        raise Refused("apply.vmid_taken", vmid=guest.vmid, other=other.name, name=guest.spec.name)
    node = inventory.node(guest.node)
    if node is None or not node.is_online:
        raise Refused("apply.node_gone", node=guest.node, name=guest.spec.name)
    template = inventory.guest(guest.template_vmid)
    if template is None or not template.is_template or template.node != guest.template_node:
        raise Refused("apply.template_moved", template=guest.spec.template, name=guest.spec.name)
