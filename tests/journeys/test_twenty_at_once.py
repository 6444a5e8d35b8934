"""Twenty people ask at the same moment: twenty machines, no two alike, and nobody reads of a fault."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
import pytest

from bot.domain.outcome import parse_outcome
from bot.domain.run import Run, RunState
from iac.spec import PlacedGuest
from tests.fixtures.commands import STOP_S, is_ready, shell, until
from tests.fixtures.house import House, open_house, settings_for
from tests.fixtures.recorder import Recorder, text_of
from tests.integration.processes.conftest import People, lab, machines

__all__ = ["lab", "shell"]

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(600)]

COUNT = 20
NAMES = [f"many{n:02d}" for n in range(COUNT)]
ROOM_S = 280.0
"""The whole of it; on two cores that are at rest it takes a tenth of this."""


FEW = NAMES[:8]
"""For one process, whose twenty at once are those of two workers."""


async def test_eight_requests_at_once_become_eight_machines_in_one_process(tmp_path, toolchain):
    async with asyncio.timeout(ROOM_S), open_house(settings_for(tmp_path, toolchain), Recorder()) as house:
        await house.app.warm()
        await asyncio.gather(*(_wish(house, name) for name in FEW))
        runs = await house.runs()
        built = await house.machines()
    _check_distinct(runs, built, FEW)
    shown = [card for forms in house.chat.forms.values() for card in forms]
    assert [text_of(card) for card in shown if card.tone == "bad"] == []
    assert house.chat.whispers == []


async def _wish(house: House, name: str) -> None:
    await house.say("alice", _ask(name), name)
    await house.press("bob", await house.planned(name), "approve", name)
    await house.chat.card(name, lambda card: card.tone == "good", ROOM_S)


@pytest.mark.postgres
@pytest.mark.redis
def test_twenty_requests_at_once_become_twenty_machines_by_two_workers_that_end_when_told(
    shell, lab, own_postgres, redis_url
):
    shell.environment |= {"THREADFORM_DATABASE_URL": own_postgres, "THREADFORM_REDIS_URL": redis_url}
    for command in ("web", "worker", "worker"):
        shell.start(command)
    people = People(own_postgres)
    until(lambda: is_ready(shell.environment["THREADFORM_WEB_PORT"]), "the page is ready")
    for name in NAMES:
        people.say(name, _ask(name))
    until(_Approving(people).is_done, "every request has ended and been reported", ROOM_S)
    # The last report is written with what was found at its machine, and sent a moment later.
    until(lambda: _unsent(own_postgres) == [], f"every word is sent, not: {_unsent(own_postgres)}")
    _check_distinct(people.runs(), machines(lab.access), NAMES)
    with psycopg.connect(own_postgres) as connection:
        attempts = connection.execute("SELECT run_id, exit_code FROM attempts").fetchall()
        bad = connection.execute("SELECT key FROM outbox WHERE card->>'tone' = 'bad'").fetchall()
        reports = connection.execute("SELECT count(*) FROM outbox WHERE key LIKE '%:report'").fetchall()
    assert sorted(attempts) == sorted((run.id, 0) for run in people.runs())
    assert [key.partition("-")[0] for (key,) in bad] == ["note:press"] * COUNT  # to whoever pressed twice, in private
    assert reports == [(COUNT,)]
    assert all(command.stop() < STOP_S for command in shell.started)


def _unsent(url: str) -> Sequence[tuple[str, str | None]]:
    """What the platform has not taken yet, or was given up."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT key, reason FROM outbox WHERE sent_at IS NULL").fetchall()


@dataclass
class _Approving:
    """Somebody who says yes to each plan as soon as it is there, with a button that is pressed twice."""

    people: People
    approved: set[str] = field(default_factory=set)

    def is_done(self) -> bool:
        runs = self.people.runs()
        for run in runs:
            if run.state is RunState.PLANNED and run.id not in self.approved:
                self.approved.add(run.id)
                self.people.approve(run)
                self.people.approve(run)
        return len(runs) >= COUNT and all(_is_reported(run) for run in runs)


def _ask(name: str) -> str:
    return f"1c/1g ubuntu 24.04, 10 GB, call it {name}"


def _is_reported(run: Run) -> bool:
    """An applied run is over once its machine was looked at; any other end is seen at once."""
    return bool(run.outcome.get("usable")) if run.state is RunState.APPLIED else run.is_over


def _check_distinct(runs: Sequence[Run], built: Sequence[str], names: Sequence[str]) -> None:
    """Each run is applied, its machine is usable, and no number, name or address is another's."""
    assert Counter(run.state for run in runs) == {RunState.APPLIED: len(names)}
    guests: list[PlacedGuest] = [guest for run in runs for guest in parse_outcome(run.outcome).guests]
    assert sorted(guest.spec.name for guest in guests) == list(names)
    assert len({guest.vmid for guest in guests}) == len(names)
    assert [usable.missing for run in runs for usable in parse_outcome(run.outcome).usable] == [()] * len(names)
    addresses = [usable.address for run in runs for usable in parse_outcome(run.outcome).usable]
    assert len(set(addresses)) == len(names), addresses
    assert sorted(name for name in built if name.startswith("many")) == list(names)
