"""Recovering, a part of closing: after an apply that broke, what exists comes into the state or onto the card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.domain.outcome import Left, Outcome
from bot.domain.recovery import created_by, left_half_made, look_for
from bot.domain.run import Run
from bot.ports import Claims, Cluster, Importer, Remains, Reservations, Stack, Stacks, StateCopy
from iac.errors import Broken, Sentence, ThreadformError, say
from iac.inventory import Inventory
from iac.spec import FoundGuest, StackSpec

log = structlog.get_logger()

AT_WORK_S = 1.0
LOCKED_S = 2.0
SILENT_S = 10.0


class NotYet(ThreadformError):
    """What exists cannot be said yet; look again in ``wait_s`` seconds."""

    def __init__(self, why: Sentence, wait_s: float) -> None:
        """``why`` is said on the card once."""
        super().__init__(why)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Recovering:
    """Looks at state and cluster after a broken apply. ``patience_s``: how long a locked guest is waited for."""

    stacks: Stacks
    reservations: Reservations
    claims: Claims
    cluster: Cluster
    remains: Remains
    importer: Importer
    patience_s: float

    async def recover(self, run: Run, stack: Stack, outcome: Outcome, *, since_s: float) -> Outcome:
        """The outcome with what stands and what is left; ``NotYet`` where it is too early to say.

        ``since_s``: seconds since the apply ended. Safe to be done again: what was taken in is known then.
        """
        if await self.remains.look(run.id) == "at_work":
            raise NotYet(say("recover.at_work"), AT_WORK_S)
        kept = await self.stacks.state(stack.id)
        state = kept[1] if kept else None
        inventory = await self._read()
        found = look_for(run, outcome, inventory, self.importer.known(state))
        failed, foreign = dict[str, str](), frozenset[str]()
        if found.take:
            state, failed, foreign = await self._take_in(run, stack, outcome, found.take)
        if (found.waiting or failed) and since_s < self.patience_s:
            why = found.waiting[0].why if found.waiting else say("recover.importing", names=tuple(failed))
            raise NotYet(why, LOCKED_S if found.waiting else SILENT_S)
        if state is not None:
            half_made = left_half_made(outcome, inventory, self.importer.known(state))
            state = await self._mark(run, stack, state, half_made)
        left = (*found.left, *found.waiting, *_unimported(found.take, failed))
        standing = tuple(sorted(self.importer.known(state)))
        await self._settle(run, outcome, {*standing, *(one.guest for one in left)})
        # What somebody else made holds nothing of ours: neither our number nor our quota.
        return replace(outcome, standing=standing, left=(*left, *_foreign(found.take, foreign)))

    async def regain(self, run: Run, stack: Stack, outcome: Outcome) -> None:
        """After an apply that went well: a guest that moved while terraform read it back has left the state with it.

        It stands, so it is taken in again, as it was: the next plan would make it anew, and would be refused.
        """
        kept = await self.stacks.state(stack.id)
        known = self.importer.known(kept[1] if kept else None)
        if {guest.spec.name for guest in outcome.guests} <= known:
            return
        found = look_for(run, outcome, await self._read(), known)
        made = {guest.spec.name for guest in created_by(outcome)}
        stood = [guest if guest.name in made else replace(guest, is_running=True) for guest in found.take]
        if stood:
            await self._take_in(run, stack, outcome, stood)

    async def _read(self) -> Inventory:
        try:
            return await self.cluster.read()
        except Broken as silent:
            raise NotYet(silent.sentence, SILENT_S) from silent

    async def _take_in(
        self, run: Run, stack: Stack, outcome: Outcome, found: Sequence[FoundGuest]
    ) -> tuple[bytes | None, dict[str, str], frozenset[str]]:
        kept = await self.stacks.state(stack.id)
        whole = StackSpec(stack.id, stack.environment, outcome.guests)
        taken = await self.importer.take_in(run.id, whole, found, kept[1] if kept else None)
        names = tuple(guest.name for guest in found if guest.name not in {*taken.failed, *taken.foreign})
        if names and taken.state is not None:
            await self.stacks.save_recovered(run, StateCopy(stack.id, run.id, taken.serial, taken.state), names)
            log.info("run.recovered", run=run.id, guests=names)
        for name, why in taken.failed.items():
            log.warning("run.not_imported", run=run.id, guest=name, why=why)
        for name in sorted(taken.foreign):
            log.warning("run.foreign_guest", run=run.id, guest=name)
        return taken.state if names else (kept[1] if kept else None), dict(taken.failed), taken.foreign

    async def _mark(self, run: Run, stack: Stack, state: bytes, half_made: Sequence[str]) -> bytes:
        """What the run was to finish, and did not, is unfinished again: the next plan may finish it."""
        serial, marked = self.importer.as_half_made(state, half_made)
        if marked != state:
            await self.stacks.save_recovered(
                run, StateCopy(stack.id, run.id, serial, marked), half_made, as_="half_made"
            )
            log.info("run.left_half_made", run=run.id, guests=half_made)
        return marked

    async def _settle(self, run: Run, outcome: Outcome, there: set[str]) -> None:
        """What exists holds its number and its address from now on; what was never made, or is gone, holds nothing."""
        await self.reservations.keep(run.id)
        made = {guest.spec.name for guest in created_by(outcome)}
        unmade = {c.name for c in outcome.plan.changes if c.action == "delete"} if outcome.plan else set()
        gone = sorted((made | unmade) - there)
        await self.reservations.forget(run.stack_id, gone)
        await self.claims.keep(run, sorted(there & {guest.spec.name for guest in outcome.guests}))
        await self.claims.forget(run.stack_id, gone)


def _unimported(found: Sequence[FoundGuest], failed: Mapping[str, str]) -> tuple[Left, ...]:
    return tuple(
        Left(guest.name, guest.vmid, guest.node, say("recover.not_imported", why=failed[guest.name]))
        for guest in found
        if guest.name in failed
    )


def _foreign(found: Sequence[FoundGuest], foreign: frozenset[str]) -> tuple[Left, ...]:
    return tuple(
        Left(guest.name, guest.placed.vmid, guest.node, say("recover.not_ours"))
        for guest in found
        if guest.name in foreign
    )
