"""What a wish claims of the cluster and of people's quotas, given what others claim. Pure and quick."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.domain.errors import Sentence, say
from bot.domain.quota import Amount, Quotas, excesses
from bot.domain.run import Run
from bot.flow.rules import Violated
from bot.flow.wishes import Wish
from bot.ports import Claimed, People
from iac.inventory import GIB, MIB, Guest, Inventory
from iac.placement import Bounds, Claim, Placement, misfits, place_all
from iac.spec import GuestSpec

Key = tuple[str, str]
"""A stack and a guest's name in it."""


def place_wish(wish: Wish, inventory: Inventory, others: Iterable[Claimed]) -> Sequence[Placement]:
    """One placement a guest that is to be made; ``Refused`` where one fits nowhere, or cannot grow where it stands."""
    if wish.is_removal:
        return ()
    held = room_held(rivals(wish.run, others), inventory)
    if cramped := misfits(wish.resized, inventory, held):
        names = tuple(guest.spec.name for guest in wish.resized)
        raise Violated([say("room.no_growth", guests=names, count=len(names)), *cramped])
    rules = wish.environment
    bounds = Bounds(rules.name, rules.nodes, rules.storages, rules.networks)
    return place_all(wish.fresh, inventory, held, bounds)


def rivals(run: Run, claimed: Iterable[Claimed]) -> list[Claimed]:
    """What others hold of the cluster: an older wish of the same stack steps aside, what it has built does not."""
    return [c for c in claimed if c.run_id != run.id and (c.stack_id != run.stack_id or c.is_kept)]


def claims_of(wish: Wish, placements: Sequence[Placement], others: Sequence[Claimed]) -> list[Claimed]:
    """What the wish claims: the guests to be made for whoever asks, those that change for whoever has them."""
    run, environment = wish.run, wish.environment.name
    owners = {c.guest: c.owner for c in others if c.stack_id == run.stack_id and c.is_kept}
    made = [
        Claimed(run.id, s.name, run.stack_id, run.requester, environment, None, p.node, p.storage, *_sizes(s))
        for s, p in zip(wish.fresh, placements, strict=True)
    ]
    changed = [
        Claimed(
            run_id=run.id,
            guest=guest.spec.name,
            stack_id=run.stack_id,
            owner=owners.get(guest.spec.name, run.requester),
            environment=environment,
            vmid=guest.vmid,
            node=guest.node,
            storage=guest.storage,
            cores=guest.spec.cores,
            memory_mb=guest.spec.memory_mb,
            disk_gb=guest.spec.disk_gb,
        )
        for guest in wish.resized
    ]
    return made + changed


def check_quotas(quotas: Quotas, people: People, others: Sequence[Claimed], mine: Sequence[Claimed]) -> None:
    """``Violated`` where a person, or a team of theirs, would hold more than they may; each bound a sentence."""
    found = list(_over(quotas, people, owned(others, people), owned(mine, people)))
    if found:
        raise Violated([*found, say("quota.way")])


def owned(claimed: Iterable[Claimed], people: People) -> list[Claimed]:
    """The claims by who has them: one person, whichever account they asked with."""
    return [replace(claim, owner=people.named(claim.owner).id) for claim in claimed]


def held_by(owners: Collection[str], claimed: Iterable[Claimed]) -> Amount:
    """What these people hold together: each guest once, at the larger of what it is and what it is to be."""
    return Amount.total(
        Amount(1, c.cores, c.memory_mb, c.disk_gb) for c in merged(claimed).values() if c.owner in owners
    )


def room_held(claimed: Iterable[Claimed], inventory: Inventory) -> list[Claim]:
    """The room that no reading shows yet: guests that are still to come, and what others are still to grow."""
    by_vmid = {guest.vmid: guest for guest in inventory.machines}
    by_name = {guest.name: guest for guest in inventory.machines}
    held = []
    for claim in merged(claimed).values():
        seen = by_name.get(claim.guest) if claim.vmid is None else by_vmid.get(claim.vmid)
        held += [_whole(claim)] if seen is None else _growth(claim, seen)
    return held


def merged(claimed: Iterable[Claimed]) -> Mapping[Key, Claimed]:
    """One claim a guest: the larger of what is kept and what is open; its owner is who has it."""
    found: dict[Key, Claimed] = {}
    for claim in sorted(claimed, key=lambda c: not c.is_kept):
        key = claim.stack_id, claim.guest
        found[key] = _larger(found[key], claim) if key in found else claim
    return found


def _larger(first: Claimed, then: Claimed) -> Claimed:
    return Claimed(
        then.run_id,
        then.guest,
        then.stack_id,
        first.owner,
        then.environment,
        then.vmid or first.vmid,
        then.node,
        then.storage,
        max(first.cores, then.cores),
        max(first.memory_mb, then.memory_mb),
        max(first.disk_gb, then.disk_gb),
    )


def _over(quotas: Quotas, people: People, others: Sequence[Claimed], mine: Sequence[Claimed]) -> Iterator[Sentence]:
    every = [*others, *mine]
    groups = {owner: people.named(owner).groups for owner in {claim.owner for claim in every}}
    for owner in sorted({claim.owner for claim in mine}):
        own = quotas.of_person(owner)
        if own is not None:
            yield from excesses(own, people.named(owner).name, held_by({owner}, others), held_by({owner}, every))
    for group in sorted({group for claim in mine for group in groups[claim.owner]} & quotas.by_holder.keys()):
        members = {owner for owner, theirs in groups.items() if group in theirs}
        name = quotas.names.get(group, group)
        yield from excesses(quotas.by_holder[group], name, held_by(members, others), held_by(members, every))


def _sizes(spec: GuestSpec) -> tuple[int, int, int]:
    return spec.cores, spec.memory_mb, spec.disk_gb


def _whole(claim: Claimed) -> Claim:
    return Claim(claim.node, claim.cores, claim.memory_mb, claim.storage, claim.disk_gb, claim.guest)


def _growth(claim: Claimed, seen: Guest) -> list[Claim]:
    """What a guest that exists is still to get; it stands where the reading shows it, wherever it was placed."""
    cores = max(0, claim.cores - seen.cores)
    memory_mb = max(0, claim.memory_mb - seen.memory_bytes // MIB)
    disk_gb = max(0, claim.disk_gb - seen.disk_bytes // GIB)
    return [Claim(seen.node, cores, memory_mb, claim.storage, disk_gb)] if cores or memory_mb or disk_gb else []
