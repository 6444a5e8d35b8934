"""Leasing: what the clock does about guests that live for a time, and what a press of Extend does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from agents.contracts import Proposal, Review
from bot.chat.cards import lease_card
from bot.chat.port import Pressed
from bot.chat.words import moment
from bot.domain.errors import Refused, Sentence, say
from bot.domain.lease import Lease, LeaseRules, Step, extended, parse_lease_button, step_of
from bot.domain.recovery import last_change, standing_guests
from bot.domain.run import Run
from bot.flow.again import next_revision
from bot.flow.refusing import Refusing
from bot.flow.superseding import run_id_of
from bot.flow.telling import Telling, proposal_json, proposal_of
from bot.ports import Clock, Jobs, Leases, Noted, Outgoing, People, Runs, Stack, Stacks
from iac.acts import Deed

log = structlog.get_logger()

ACTOR = "bot:leasing"
AT_ONCE = 50
BUSY_S = 600.0
"""How soon it is tried again where the stack is being changed: whoever is at it goes first."""


@dataclass(frozen=True, slots=True)
class Leasing:
    """One lease, from the day it is spoken of to the plan that removes its guest."""

    leases: Leases
    runs: Runs
    stacks: Stacks
    jobs: Jobs
    people: People
    telling: Telling
    refusing: Refusing
    now: Clock

    async def look(self) -> None:
        """Everything that is due, one after the other."""
        for lease in await self.leases.due(self.now(), AT_ONCE):
            await self._step(lease)

    async def press(self, event: Pressed) -> None:
        """Keep the guest longer, and say until when; a no is told to the presser alone."""
        try:
            await self._extend(event)
        except Refused as no:
            await self.refusing.tell(event, (event.action, event.value), no)
        await self.jobs.send("tell", event.conversation.key)

    async def _extend(self, event: Pressed) -> None:
        button = parse_lease_button(event.value)
        guest = button.guest
        stack = await self.stacks.get((await self.runs.get(button.run_id)).stack_id)
        lease = await self._lease(stack, guest)
        if int(lease.ends_at) != button.end:
            raise _moved(lease, stack)
        person = self.people.person(event.who)
        longer = extended(lease, self._rules(lease), person, self.now(), more_s=button.more_s)
        until = moment(longer.ends_at, stack.language)
        words = say("lease.extended", guest=guest, until=until, name=person.name)
        noted = Noted("lease.extended", person.id, self.now(), facts={"guest": guest, "until": longer.ends_at})
        message = self._said(longer, stack, words, "extended")
        if not await self.leases.change(lease, longer, noted, [message]):
            raise _moved(await self._lease(stack, guest), stack)
        log.info("lease.extended", guest=guest, by=person.id, until=longer.ends_at)

    async def _lease(self, stack: Stack, guest: str) -> Lease:
        found = await self.leases.get(stack.id, guest)
        if found is None:
            raise Refused("lease.gone", guest=guest)
        return found

    async def _step(self, lease: Lease) -> None:
        step = step_of(lease, self._rules(lease), self.now())
        stack = await self.stacks.get(lease.stack_id)
        known = await self.runs.of_stack(stack.id)
        if step.kind != "warn" and any(not run.is_over for run in known):
            await self.leases.change(lease, replace(lease, due_at=self.now() + BUSY_S), self._noted(step))
            return
        messages = [self._said(step.lease, stack, self._sentence(step, stack), f"{step.kind}:{int(lease.due_at)}")]
        if step.kind == "remove":
            messages = []
        if not await self.leases.change(lease, step.lease, self._noted(step), messages):
            return
        log.info("lease.told", guest=lease.guest, what=step.kind)
        await self.jobs.send("tell", stack.conversation.key)
        if step.kind == "end":
            await self._propose(lease, known, _shutdown(lease, stack), stack)
        elif step.kind == "remove":
            await self._remove(lease, known, stack)

    async def _remove(self, lease: Lease, known: Sequence[Run], stack: Stack) -> None:
        """Plan the removal; a guest that stands no more has no lease any more."""
        proposal = _removal(lease, known)
        if proposal is None:
            await self.leases.forget(lease.stack_id, [lease.guest])
            return
        await self._propose(lease, known, proposal, stack)

    async def _propose(self, lease: Lease, known: Sequence[Run], proposal: Proposal, stack: Stack) -> None:
        """A run as any other, for somebody to approve: no clock stops or destroys anything by itself."""
        run = self._run(lease, known, proposal, stack)
        await self.runs.create(run, actor=ACTOR, messages=[self.telling.post(run, stack.conversation)])
        await self.jobs.send("plan", run.id)
        log.info("lease.run_proposed", guest=lease.guest, run=run.id, intent=proposal.intent)

    def _run(self, lease: Lease, known: Sequence[Run], proposal: Proposal, stack: Stack) -> Run:
        name = run_id_of(f"lease:{lease.value}:{lease.due_at}")
        new = next_revision(known[-1], name, known, self.now())
        asked = proposal_json(proposal)
        return replace(new, edited_by=None, requester=lease.owner, language=stack.language, proposal=asked)

    def _sentence(self, step: Step, stack: Stack) -> Sentence:
        lease = step.lease
        name = self.people.named(lease.owner).name
        if step.kind == "warn":
            return say("lease.warn", name=name, guest=lease.guest, until=moment(lease.ends_at, stack.language))
        return say("lease.end", name=name, guest=lease.guest, removal=moment(lease.due_at, stack.language))

    def _said(self, lease: Lease, stack: Stack, sentence: Sentence, key: str) -> Outgoing:
        card = lease_card([sentence], [(lease, None)], self.telling.words, stack.language)
        return Outgoing(f"lease:{lease.value}:{key}", stack.conversation, card)

    def _noted(self, step: Step) -> Noted:
        facts = {"guest": step.lease.guest, "ends_at": step.lease.ends_at}
        return Noted(f"lease.{step.kind}", ACTOR, self.now(), facts=facts)

    def _rules(self, lease: Lease) -> LeaseRules:
        """Those of its environment as they are today; the usual ones where it is not known any more."""
        rules = self.people.environments().get(lease.environment)
        return (rules.lease if rules else None) or LeaseRules()


def _moved(lease: Lease, stack: Stack) -> Refused:
    """Somebody pressed before: told with the end as it is now."""
    return Refused("lease.moved", guest=lease.guest, until=moment(lease.ends_at, stack.language))


def _shutdown(lease: Lease, stack: Stack) -> Proposal:
    """Its time is over: it is to be shut down, and stays as it is until it is removed."""
    return Proposal(
        language="fr" if stack.language == "fr" else "en",
        intent="acts",
        environment=lease.environment,
        acts=(Deed("shutdown", str(lease.vmid)),),
        review=Review(is_approved=True),
        notes=(say("lease.shutdown", guest=lease.guest),),
    )


def _removal(lease: Lease, known: Sequence[Run]) -> Proposal | None:
    """The removal of exactly that guest; None where it does not stand any more."""
    spec = next((g.spec for g in standing_guests(known) if g.spec.name == lease.guest), None)
    last = last_change(known)
    if spec is None or last is None:
        return None
    note = say("lease.removal", guest=lease.guest)
    changed = {"intent": "destroy", "guests": (spec,), "strategy": (), "notes": (note,), "trace": ()}
    return proposal_of(last).model_copy(update=changed)
