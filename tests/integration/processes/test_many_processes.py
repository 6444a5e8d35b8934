"""One page and two workers on PostgreSQL and a plain Redis: six requests become six machines, each by one apply."""

import psycopg
import pytest

from bot.domain.run import RunState
from tests.fixtures.commands import STOP_S, is_ready, until
from tests.integration.processes.conftest import People, machines

pytestmark = [pytest.mark.terraform, pytest.mark.postgres, pytest.mark.redis]

COUNT = 6


def test_two_workers_and_a_page_apply_each_request_exactly_once(shell, lab, own_postgres, redis_url):
    shell.environment |= {"THREADFORM_DATABASE_URL": own_postgres, "THREADFORM_REDIS_URL": redis_url}
    for command in ("web", "worker", "worker"):
        shell.start(command)
    until(lambda: is_ready(shell.environment["THREADFORM_WEB_PORT"]), "the page is ready")
    people = People(own_postgres)
    for n in range(COUNT):
        people.say(f"t{n}", f"1c/1g ubuntu 24.04, 10 GB, call it many{n}")
    for run in people.wait_for(RunState.PLANNED, COUNT):
        people.approve(run)
        people.approve(run)
    people.wait_for(RunState.APPLIED, COUNT)
    # The last report is written with what was found at its machine, and sent a moment later.
    until(lambda: all(run.outcome["usable"] for run in people.runs()), "every machine is looked at")
    until(lambda: _unsent(own_postgres) == [], f"every word is sent, not: {_unsent(own_postgres)}")

    runs = people.runs()
    assert len(runs) == COUNT
    assert [run.outcome["usable"][0]["missing"] for run in runs] == [[]] * COUNT
    assert sorted(name for name in machines(lab.access) if name.startswith("many")) == [
        f"many{n}" for n in range(COUNT)
    ]
    with psycopg.connect(own_postgres) as connection:
        applied = connection.execute("SELECT run_id, exit_code FROM attempts").fetchall()
        reports = connection.execute("SELECT count(*) FROM outbox WHERE key LIKE '%:report'").fetchall()
    assert sorted(applied) == sorted((run.id, 0) for run in runs)
    assert reports == [(COUNT,)]
    assert all(command.stop() < STOP_S for command in shell.started)


def _unsent(url):
    """What the platform has not taken yet, or was given up."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT key, reason FROM outbox WHERE sent_at IS NULL").fetchall()
