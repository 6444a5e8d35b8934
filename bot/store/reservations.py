"""VMIDs, addresses and names kept from plan to apply, and for as long as the guest lives: unique by constraint."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Lost, Refused
from bot.domain.run import TERMINAL, Run
from bot.store.database import Database, clock
from bot.store.models import holders, reservations
from bot.store.settled import held_state
from bot.store.stacks import lock_stack
from iac.inventory import Inventory
from iac.spec import Address

NAME: Final = "name"
VMID: Final = "vmid"
IPV4: Final = "ipv4"
EVERYWHERE: Final = ""
"""An address is unique wherever it is; a VMID and a name only in their cluster."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose reservation it is to be, and where."""

    run: Run
    guest: str
    cluster: str

    def row(self, kind: str, value: str, address: Address | None = None) -> dict[str, Any]:
        """The row that makes ``value`` theirs."""
        scope = EVERYWHERE if kind == IPV4 else self.cluster
        place = asdict(address) if address else None
        owner = {"stack_id": self.run.stack_id, "guest": self.guest, "address": place, "at": clock()}
        return {"kind": kind, "scope": scope, "value": value, **owner}


@dataclass(frozen=True, slots=True)
class SqlReservations:
    """The ``Reservations`` port."""

    database: Database

    async def reserve(
        self, run: Run, guest: str, *, taken: Inventory, vmids: range, addresses: Sequence[Address]
    ) -> tuple[int, Address | None]:
        """The VMID and address of a guest of this stack: those it holds already, else the lowest free ones.

        ``Refused`` where the name is another's, or nothing is free. Whoever asks at the same time waits for the
        database's unique index, never for luck. ``Lost`` where the run has ended
        meanwhile. Names first, then VMIDs, then addresses: one order, no deadlock.
        """
        wanted = Wanted(run, guest, taken.cluster)
        async with self.database.writing() as connection:
            await lock_stack(connection, run.stack_id)
            if await held_state(connection, run.id) in TERMINAL:
                raise Lost(run.id)
            held = await self._held(connection, wanted, taken)
            await self._name(connection, wanted, taken, held)
            vmid = held.get(VMID) or await self._vmid(connection, wanted, taken, vmids)
            address = held.get(IPV4) or await self._address(connection, wanted, addresses)
            await self._hold(connection, run, guest)
        return int(vmid.value), _parse_address(address.address) if address is not None else None

    async def release(self, run_id: str) -> None:
        """Give back what only this run holds and no apply has kept."""
        async with self.database.writing() as connection:
            await give_back(connection, run_id)

    async def vmids(self, run_id: str) -> Mapping[str, int]:
        """The VMID that each guest of this run holds, by the guest's name."""
        mine = select(holders.c.reservation_id).where(holders.c.run_id == run_id)
        held = reservations.c.id.in_(mine) & (reservations.c.kind == VMID)
        async with self.database.reading() as connection:
            rows = await connection.execute(select(reservations.c.guest, reservations.c.value).where(held))
            return {row.guest: int(row.value) for row in rows}

    async def keep(self, run_id: str) -> None:
        """The run was applied: its guests hold their reservations until ``forget``."""
        mine = select(holders.c.reservation_id).where(holders.c.run_id == run_id)
        async with self.database.writing() as connection:
            await connection.execute(update(reservations).where(reservations.c.id.in_(mine)).values(is_kept=True))

    async def forget(self, stack_id: str, guests: Iterable[str]) -> None:
        """These guests of the stack were destroyed: what they held is free."""
        gone = (reservations.c.stack_id == stack_id) & reservations.c.guest.in_(list(guests))
        async with self.database.writing() as connection:
            await connection.execute(delete(reservations).where(gone))

    async def _held(self, connection: AsyncConnection, wanted: Wanted, taken: Inventory) -> dict[str, Row[Any]]:
        """What the guest holds by kind; a VMID that another guest uses by now is no longer ours."""
        theirs = (reservations.c.stack_id == wanted.run.stack_id) & (reservations.c.guest == wanted.guest)
        held = {row.kind: row for row in await connection.execute(select(reservations).where(theirs))}
        vmid = held.get(VMID)
        if vmid is not None and not vmid.is_kept and _is_anothers(int(vmid.value), wanted.guest, taken):
            await connection.execute(delete(reservations).where(reservations.c.id == vmid.id))
            del held[VMID]
        return held

    async def _name(
        self, connection: AsyncConnection, wanted: Wanted, taken: Inventory, held: dict[str, Row[Any]]
    ) -> None:
        # A guest of that name under our own VMID is ours: it was applied, or an apply broke off after making it.
        ours = int(held[VMID].value) if VMID in held else None
        if any(other.name == wanted.guest and other.vmid != ours for other in taken.guests):
            raise Refused("reserve.name_in_cluster", name=wanted.guest, cluster=wanted.cluster)
        if NAME not in held and await self._insert(connection, wanted.row(NAME, wanted.guest)) is None:
            raise Refused("reserve.name_taken", name=wanted.guest)

    async def _vmid(self, connection: AsyncConnection, wanted: Wanted, taken: Inventory, vmids: range) -> Row[Any]:
        used = {str(other.vmid) for other in taken.guests} | await _values(connection, VMID, wanted.cluster)
        for vmid in vmids:
            row = None if str(vmid) in used else await self._insert(connection, wanted.row(VMID, str(vmid)))
            if row is not None:
                return row
        raise Refused("reserve.no_vmid", first=vmids.start, last=vmids.stop - 1, name=wanted.guest)

    async def _address(
        self, connection: AsyncConnection, wanted: Wanted, addresses: Sequence[Address]
    ) -> Row[Any] | None:
        if not addresses:
            return None  # the network hands addresses out by itself
        used = await _values(connection, IPV4, EVERYWHERE)
        for address in addresses:
            row = wanted.row(IPV4, address.ip, address)
            found = None if address.ip in used else await self._insert(connection, row)
            if found is not None:
                return found
        raise Refused("reserve.no_address", first=addresses[0].ip, last=addresses[-1].ip, name=wanted.guest)

    async def _insert(self, connection: AsyncConnection, row: dict[str, Any]) -> Row[Any] | None:
        """The new row; None where somebody else was quicker."""
        statement = self.database.insert(reservations).values(row).on_conflict_do_nothing()
        new: Row[Any] | None = (await connection.execute(statement.returning(reservations))).first()
        return new

    async def _hold(self, connection: AsyncConnection, run: Run, guest: str) -> None:
        theirs = (reservations.c.stack_id == run.stack_id) & (reservations.c.guest == guest)
        for reservation in (await connection.execute(select(reservations.c.id).where(theirs))).scalars().all():
            values = {"reservation_id": reservation, "run_id": run.id}
            await connection.execute(self.database.insert(holders).values(values).on_conflict_do_nothing())


async def give_back(connection: AsyncConnection, run_id: str) -> None:
    """Free what only this run holds and no apply has kept, inside the caller's transaction."""
    mine = select(holders.c.reservation_id).where(holders.c.run_id == run_id)
    others = select(holders.c.reservation_id).where(holders.c.run_id != run_id)
    alone = reservations.c.id.in_(mine) & reservations.c.id.not_in(others) & reservations.c.is_kept.is_(False)
    await connection.execute(delete(reservations).where(alone))
    await connection.execute(delete(holders).where(holders.c.run_id == run_id))


def _is_anothers(vmid: int, guest: str, taken: Inventory) -> bool:
    return any(other.vmid == vmid and other.name != guest for other in taken.guests)


async def _values(connection: AsyncConnection, kind: str, scope: str) -> set[str]:
    chosen = select(reservations.c.value).where(reservations.c.kind == kind, reservations.c.scope == scope)
    return set((await connection.execute(chosen)).scalars())


def _parse_address(stored: dict[str, Any]) -> Address:
    return Address(**{**stored, "dns": tuple(stored["dns"])})
