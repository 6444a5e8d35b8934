"""Looking: what a command shows, from our records and a reading of the cluster. It changes nothing."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from agents.rules.answering import cluster_state, guest_states
from bot.chat.cards import Line, Told
from bot.chat.port import Commanded
from bot.domain.approval import DIGEST_SHOWN
from bot.domain.command import Command, run_of, scope_of
from bot.domain.errors import Refused, Sentence, say
from bot.domain.outcome import Usable, parse_outcome
from bot.domain.person import Person
from bot.domain.run import Run, RunState
from bot.flow.claiming import owned
from bot.flow.deciding import deciders
from bot.flow.resolving import Resolving, title_of
from bot.flow.telling import proposal_of
from bot.ports import Claimed, Claims, Clock, Cluster, People, Runs
from iac.inventory import GIB, Guest, Inventory

MOST = 12
"""Lines of one list: what is read on a phone at once."""
RECENT = 200
"""Runs that are looked through for those of one person."""
NEAR = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """The machines of one reading; a claim made before its guest had a number is found by the guest's name."""

    by_vmid: Mapping[int, Guest]
    by_name: Mapping[str, Guest]

    @classmethod
    def of(cls, inventory: Inventory) -> Self:
        """Those of this reading."""
        return cls({g.vmid: g for g in inventory.machines}, {g.name: g for g in inventory.machines})

    def guest(self, claim: Claimed) -> Guest | None:
        """The guest of a claim; None where it is not in the cluster."""
        return self.by_name.get(claim.guest) if claim.vmid is None else self.by_vmid.get(claim.vmid)


@dataclass(frozen=True, slots=True)
class Looking:
    """``stack_of`` is the id of the stack that a conversation of that key builds."""

    runs: Runs
    claims: Claims
    cluster: Cluster
    people: People
    stack_of: Callable[[str], str]
    now: Clock

    async def status(self, event: Commanded, person: Person, command: Command) -> Sequence[Told]:
        """One run, or what goes on in this thread, what waits for this person, and what they asked for last."""
        named, _, _ = run_of(command.rest)
        if named:
            return self._one(await Resolving(self.runs, self.people).run(named), command)
        here = (await self.runs.of_stack(self.stack_of(event.conversation.key)))[-1:]
        waiting = [r for r in await self.runs.in_states([RunState.PLANNED]) if self._waits_for(r, person)]
        own = [run for run in await self.runs.latest(RECENT) if person.is_called(run.requester)]
        parts = (("status.here", here), ("status.waiting", waiting[::-1]), ("status.own", own))
        said = [sentence for key, found in parts for sentence in self._listed(key, found, command)]
        return said or [say("status.nothing", call=command.call)]

    async def machines(self, _: Commanded, person: Person, command: Command) -> Sequence[Told]:
        """The machines that we made: the person's own, everybody's, or those that nobody seems to need."""
        scope = scope_of(command.rest)
        inventory = await self.cluster.read()
        kept = [claim for claim in owned(await self.claims.all(), self.people) if claim.is_kept]
        seen = Seen.of(inventory)
        if scope == "mine":
            kept = [claim for claim in kept if claim.owner == person.id]
        if scope == "stale":
            kept = [claim for claim in kept if _is_stale(claim, seen)]
        if not kept:
            return [say(f"list.none_{scope}", call=command.call)]
        lines = [_line(claim, seen, self._owner(claim, person, scope)) for claim in sorted(kept, key=_by_name)]
        return _cut([say(f"list.{scope}", count=len(lines)), *lines], "list.more", command)

    async def machine(self, _: Commanded, _person: Person, command: Command) -> Sequence[Told]:
        """One machine: what it is, whose, where, and how it is reached."""
        wanted = command.rest.strip("`").lower()
        if not wanted:
            raise Refused("command.usage.vm", call=command.call)
        inventory = await self.cluster.read()
        found = [g for g in inventory.machines if wanted in (g.name.lower(), str(g.vmid))]
        kept = [claim for claim in owned(await self.claims.all(), self.people) if claim.is_kept]
        if not found:
            raise _no_machine(wanted, inventory, command)
        seen = Seen.of(inventory)
        lines: list[Told] = []
        for guest in found[:NEAR]:
            claim = next((claim for claim in kept if seen.guest(claim) == guest), None)
            lines += [*guest_states([guest]), *_more_of(guest), *await self._ours(guest, claim)]
        return lines

    async def nodes(self, _: Commanded, _person: Person, command: Command) -> Sequence[Told]:
        """The cluster and its nodes."""
        return _cut(cluster_state(await self.cluster.read()), "list.more_nodes", command)

    def _waits_for(self, run: Run, person: Person) -> bool:
        may = deciders(run, parse_outcome(run.outcome), self.people)[1]
        return any(each.id == person.id for each in may)

    def _listed(self, key: str, runs: Sequence[Run], command: Command) -> Sequence[Told]:
        if not runs:
            return []
        most = MOST // 3
        left = len(runs) - most
        more = [say("status.more", count=left, call=command.call)] if left > 0 else []
        return [say(key), *(Line(self._line(run)) for run in runs[:most]), *more]

    def _line(self, run: Run) -> Sentence:
        who = self.people.named(run.requester).name
        return say(f"answer.run_{run.state.value}", run=run.id, title=title_of(run), who=who)

    def _one(self, run: Run, command: Command) -> Sequence[Told]:
        outcome = parse_outcome(run.outcome)
        lines: list[Told] = [
            self._line(run),
            say("status.asked", environment=proposal_of(run).environment, revision=run.revision, at=run.created_at),
        ]
        if run.digest:
            lines.append(say("status.plan", digest=run.digest[:DIGEST_SHOWN]))
        if run.decided_by:
            lines.append(say("status.decided", name=self.people.named(run.decided_by).name, at=run.decided_at or 0.0))
        if outcome.reason:
            lines.append(say("card.discard_reason", reason=outcome.reason))
        if run.state is RunState.PLANNED:
            may = tuple(person.name for person in deciders(run, outcome, self.people)[1])
            lines.append(say("card.may_decide", names=may) if may else say("card.nobody_may_decide"))
            lines.append(say("status.decide", call=command.call, run=run.id))
        return [*lines, *(_reached(usable) for usable in outcome.usable if usable.address)]

    def _owner(self, claim: Claimed, person: Person, scope: str) -> str:
        return "" if scope == "mine" or claim.owner == person.id else self.people.named(claim.owner).name

    async def _ours(self, guest: Guest, claim: Claimed | None) -> Sequence[Told]:
        """What our records add: whose it is, the run that made it last, its address."""
        if claim is None:
            return [say("vm.foreign")]
        run = await self.runs.get(claim.run_id)
        owner = self.people.named(claim.owner).name
        lines: list[Told] = [say("vm.ours", name=owner, environment=claim.environment, run=run.id)]
        usable = (u for u in parse_outcome(run.outcome).usable if u.guest == guest.name and u.address)
        return [*lines, *map(_reached, usable)]


def _is_stale(claim: Claimed, seen: Seen) -> bool:
    """Switched off, or gone from the cluster while our records still have it."""
    guest = seen.guest(claim)
    return guest is None or guest.status != "running"


def _line(claim: Claimed, seen: Seen, owner: str) -> Line:
    guest = seen.guest(claim)
    told = guest_states([guest])[0] if guest else say("list.gone", guest=claim.guest)
    return Line(told, owner)


def _more_of(guest: Guest) -> Sequence[Told]:
    lines: list[Told] = [say("vm.disk", disk_gb=round(guest.disk_bytes / GIB))]
    if guest.tags:
        lines.append(say("vm.tags", tags=guest.tags))
    if guest.ha_state:
        lines.append(say("vm.ha", state=guest.ha_state))
    return lines


def _reached(usable: Usable) -> Sentence:
    return say("vm.address", guest=usable.guest, address=usable.address or "-")


def _no_machine(wanted: str, inventory: Inventory, command: Command) -> Refused:
    names = [guest.name for guest in inventory.machines]
    near = difflib.get_close_matches(wanted, names, n=NEAR, cutoff=0.5)
    if near:
        return Refused("vm.unknown_near", name=wanted, names=tuple(near))
    return Refused("vm.unknown", name=wanted, call=command.call)


def _by_name(claim: Claimed) -> str:
    return claim.guest


def _cut(lines: Sequence[Told], key: str, command: Command) -> Sequence[Told]:
    left = len(lines) - 1 - MOST
    return [*lines[: MOST + 1], say(key, count=left, call=command.call)] if left > 0 else list(lines)
