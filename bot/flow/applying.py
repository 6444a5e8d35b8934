"""Applying: an approved plan is looked at once more, handed to the detached runner, and followed to its end."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.domain.approval import is_yes_too_old
from bot.domain.errors import Lost, Refused, ThreadformError
from bot.domain.outcome import Ending, Outcome, Progress, dump_outcome, parse_outcome
from bot.domain.run import Run, RunState
from bot.flow.keeping import keeping
from bot.flow.telling import Telling
from bot.flow.waiting import is_told, wait_of
from bot.ports import Clock, Cluster, Jobs, Outbox, Outgoing, Runner, Runs, Stack, Stacks, Trust
from iac.errors import Broken, say
from iac.inventory import Inventory
from iac.spec import PlacedGuest

log = structlog.get_logger()

ACTOR = "bot:applying"
EDIT_EVERY_S = 1.0
PLAN_AGAIN = frozenset(
    {"apply.state_moved", "apply.vmid_taken", "apply.node_gone", "apply.template_moved", "apply.yes_too_old"}
)
"""Refusals after which the wish still stands: only the way to it has moved."""


@dataclass(frozen=True, slots=True)
class Applying:
    """One run, from APPROVED to APPLIED or ERRORED; or to REFUSED, with nothing touched."""

    runs: Runs
    stacks: Stacks
    cluster: Cluster
    runner: Runner
    outbox: Outbox
    jobs: Jobs
    telling: Telling
    trust: Trust
    owner: str
    lease_s: float
    beat_s: float
    now: Clock

    async def apply(self, run_id: str) -> None:
        """Apply one run, or go on following one that a worker before us started."""
        run = await self.runs.claim(run_id, [RunState.APPROVED, RunState.APPLYING], self.owner, self.lease_s)
        if run is None:
            return
        stack = await self.stacks.get(run.stack_id)
        try:
            async with keeping(self.runs, run, self.lease_s):
                if run.state is RunState.APPROVED:
                    run = await self._start(run, stack)
                await self._follow(run, stack)
        except Lost:
            # The runner ended it while we looked, or another worker follows it: either way closing finds out.
            log.info("run.moved_meanwhile", run=run_id)
        except ThreadformError as no:
            await self._refuse(run, stack, no)
            return
        await self.jobs.send("close", run_id)

    async def _start(self, run: Run, stack: Stack) -> Run:
        await self._check(run, stack)
        token = secrets.token_hex(16)
        started = await self.runs.start_apply(run, token, actor=run.decided_by or ACTOR, beat_s=self.beat_s)
        try:
            await self.runner.start(run.id, token)
        except Broken as fault:
            # The attempt stands, and nobody has passed its door: upkeep starts another runner when its beat is over.
            log.warning("run.runner_not_started", run=run.id, why=str(fault))
        log.info("run.apply_started", run=run.id, digest=run.digest)
        await self._show(started, stack, ())
        return started

    async def _check(self, run: Run, stack: Stack) -> None:
        """What may have moved between the yes and now: the state, the cluster, the nodes, the VMIDs."""
        self.trust.check_trail()
        if is_yes_too_old(run, self.now()):
            raise Refused("apply.yes_too_old", run=run.id)
        kept = await self.stacks.state(stack.id)
        if run.state_serial is not None and (kept[0] if kept else 0) != run.state_serial:
            raise Refused("apply.state_moved", run=run.id)
        inventory = await self.cluster.read()
        if not inventory.is_quorate:
            raise Refused("apply.no_quorum", cluster=inventory.cluster)
        for guest in _to_be_created(run):
            _check_still_free(guest, inventory)

    async def _follow(self, run: Run, stack: Stack) -> None:
        seen: dict[str, Progress] = {}
        shown_at = 0.0
        async for step in self.runner.follow(run.id):
            if isinstance(step, Ending):
                return
            seen[step.address] = step
            if self.now() - shown_at >= EDIT_EVERY_S or step.event == "failed":
                shown_at = self.now()
                await self._show(run, stack, tuple(seen.values()))

    async def _show(self, run: Run, stack: Stack, progress: Sequence[Progress]) -> None:
        outcome = replace(parse_outcome(run.outcome), progress=tuple(progress))
        step = f"{self.now():.3f}"
        await self.outbox.add([self.telling.edit(run, stack.conversation, outcome, step=step)])
        await self.jobs.send("tell", run.conversation)

    async def _refuse(self, run: Run, stack: Stack, no: ThreadformError) -> None:
        """Nothing was touched: say why. What passes by itself is waited for, with a word on the card."""
        wait_s = wait_of(no)
        if wait_s is not None:
            waiting = [_waiting(self.telling, run, stack, no)] if is_told(run, no) else []
            await self.runs.release(run, due_at=self.now() + wait_s, messages=waiting)
            await self.jobs.send("tell", run.conversation)
            return
        to = RunState.ERRORED if run.state is RunState.APPLYING else RunState.REFUSED
        outcome = replace(parse_outcome(run.outcome), error=no.sentence)
        changes: Mapping[str, object] = {"outcome": dump_outcome(outcome), "updated_at": self.now()}
        card = self.telling.edit(replace(run, state=to), stack.conversation, outcome)
        if to is RunState.REFUSED and no.sentence.key in PLAN_AGAIN:
            # Before the run ends: a process that dies in between has lost no wish, it only asks again.
            await self._plan_again(run, stack)
        await self.runs.move(run, to, actor=ACTOR, changes=changes, messages=[card])
        log.info("run.not_applied", run=run.id, why=str(no))
        await self.jobs.send("tell", run.conversation)

    async def _plan_again(self, run: Run, stack: Stack) -> None:
        """The same proposal as the next revision: a new plan, a new card, a new yes; unless a newer wish is there."""
        at = self.now()
        known = await self.runs.of_stack(stack.id)
        if any(other.revision > run.revision and not other.is_over for other in known):
            return
        again = replace(
            run,
            id=hashlib.sha256(f"{run.id}:again".encode()).hexdigest()[: len(run.id)],
            revision=len(known) + 1,
            state=RunState.PENDING,
            outcome={},
            created_at=at,
            updated_at=at,
            digest=None,
            state_serial=None,
            decided_by=None,
            decided_at=None,
            expires_at=None,
            fence=0,
        )
        await self.runs.create(again, actor=ACTOR, messages=[self.telling.post(again, stack.conversation)])
        await self.jobs.send("plan", again.id)


def _waiting(telling: Telling, run: Run, stack: Stack, no: ThreadformError) -> Outgoing:
    note = no.sentence
    if "holder" in note.values:
        note = say(note.key, **{**note.values, "holder": telling.people.named(str(note.values["holder"])).name})
    outcome = replace(parse_outcome(run.outcome), notes=(note,))
    return telling.edit(run, stack.conversation, outcome, step=f"waiting:{note.key}")


def _to_be_created(run: Run) -> Sequence[PlacedGuest]:
    outcome: Outcome = parse_outcome(run.outcome)
    creating = {c.name for c in outcome.plan.changes if c.action == "create"} if outcome.plan else set()
    return [g for g in outcome.guests if g.spec.name in creating]


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
