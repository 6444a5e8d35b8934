import asyncio
import shutil
import tempfile
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.store.embedded import find_program, launch, packaged_program
from bot.store.jobs import GROUP, STREAM, Consumer, RedisJobs

DEADLINE_S = 60


class Work:
    """Does jobs by writing them down; some wait for a gate, some break."""

    def __init__(self) -> None:
        self.did: list[tuple[str, str]] = []
        self.changed = asyncio.Condition()
        self.gate = asyncio.Event()

    async def note(self, job: str, key: str) -> None:
        async with self.changed:
            self.did.append((job, key))
            self.changed.notify_all()

    def handlers(self):
        async def hear(key: str) -> None:
            await self.note("hear", key)

        async def plan(key: str) -> None:
            await self.note("began", key)
            await self.gate.wait()
            await self.note("plan", key)

        async def close(key: str) -> None:
            await self.note("close", key)
            raise RuntimeError("broken job")

        return {"hear": hear, "plan": plan, "close": close}

    async def until(self, done) -> None:
        async with asyncio.timeout(DEADLINE_S), self.changed:
            await self.changed.wait_for(lambda: done(self.did))


@pytest.fixture(params=[pytest.param(find_program, marks=pytest.mark.redis), packaged_program])
async def url(request):
    """A server of each test's own: one test empties it."""
    program = request.param()
    if program is None:
        pytest.skip("no such server program here")
    directory = Path(tempfile.mkdtemp(prefix="tf-jobs-"))
    server = await launch(directory, program)
    yield server.url
    await server.close()
    shutil.rmtree(directory)


@pytest.fixture
async def jobs(url):
    made = RedisJobs(url)
    yield made
    await made.close()


@pytest.fixture
async def work():
    return Work()


@pytest.fixture
async def start(url, work):
    started = []

    def consumer(concurrency=8):
        made = Consumer(url, work.handlers(), concurrency)
        started.append((made, asyncio.create_task(made.run())))
        return made

    yield consumer
    work.gate.set()
    for made, running in started:
        await made.close()
        await running


async def test_a_job_arrives_with_its_name_and_its_id(jobs, work, start):
    start()
    await jobs.send("hear", "m1")
    await work.until(lambda did: did == [("hear", "m1")])


async def test_a_job_sent_before_the_first_worker_waits_for_it(jobs, work, start):
    await jobs.send("hear", "early")
    start()
    await work.until(lambda did: ("hear", "early") in did)


async def test_two_workers_share_the_jobs_and_do_each_once(jobs, work, start):
    start()
    start()
    for n in range(100):
        await jobs.send("hear", f"{n}")
    await work.until(lambda did: len(did) >= 100)
    assert sorted(work.did) == sorted(("hear", f"{n}") for n in range(100))


async def test_a_job_that_breaks_stops_nothing(jobs, work, start):
    start()
    await jobs.send("close", "bad")
    await jobs.send("hear", "good")
    await work.until(lambda did: {("close", "bad"), ("hear", "good")} <= set(did))


async def test_a_job_nobody_knows_stops_nothing(jobs, work, start):
    start()
    await jobs.send("apply", "x")
    await jobs.send("hear", "good")
    await work.until(lambda did: did == [("hear", "good")])


async def test_a_long_job_does_not_hold_up_a_short_one(jobs, work, start):
    start(concurrency=2)
    await jobs.send("plan", "long")
    await work.until(lambda did: ("began", "long") in did)
    await jobs.send("hear", "short")
    await work.until(lambda did: ("hear", "short") in did)
    assert ("plan", "long") not in work.did


async def test_closing_lets_the_job_in_hand_end_and_takes_no_other(jobs, work, start):
    consumer = start()
    await jobs.send("plan", "long")
    await work.until(lambda did: ("began", "long") in did)
    closing = asyncio.create_task(consumer.close())
    await asyncio.sleep(0)
    await jobs.send("hear", "late")
    work.gate.set()
    await closing
    assert ("plan", "long") in work.did
    assert ("hear", "late") not in work.did


async def test_cancelling_a_worker_ends_it_and_close_still_cleans_up(url, jobs, work):
    consumer = Consumer(url, work.handlers())
    running = asyncio.create_task(consumer.run())
    await jobs.send("hear", "m1")
    await work.until(bool)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await consumer.close()
    async with Redis.from_url(url, protocol=2) as redis:
        assert await redis.xinfo_consumers(STREAM, GROUP) == []


async def test_a_server_that_was_emptied_is_used_again(url, jobs, work, start):
    start()
    await jobs.send("hear", "before")
    await work.until(bool)
    async with Redis.from_url(url, protocol=2) as redis:
        await redis.flushall()
    async with asyncio.timeout(DEADLINE_S):
        while ("hear", "after") not in work.did:
            await jobs.send("hear", "after")
            await asyncio.sleep(0.05)


async def test_no_job_stays_unacknowledged(url, jobs, work, start):
    start()
    for n in range(20):
        await jobs.send("hear", f"{n}")
    await work.until(lambda did: len(did) == 20)
    async with Redis.from_url(url, protocol=2) as redis:
        assert (await redis.xpending(STREAM, GROUP))["pending"] == 0


async def test_ringing_a_bell_that_is_away_costs_no_more_than_a_moment(tmp_path):
    jobs = RedisJobs(f"unix://{tmp_path}/nothing.sock")
    async with asyncio.timeout(60):
        await jobs.send("hear", "m1")
    await jobs.close()


async def test_without_a_bell_a_process_that_works_does_it_here_and_one_that_does_not_leaves_it(tmp_path):
    done = []

    async def plan(key):
        done.append(key)

    jobs = RedisJobs(f"unix://{tmp_path / 'nobody.sock'}")
    await jobs.send("plan", "r1")
    jobs.do_here({"plan": plan})
    await jobs.send("plan", "r2")
    await jobs.send("tell", "t1")
    await asyncio.sleep(0)
    assert done == ["r2"]
    await jobs.close()


async def test_what_is_in_hand_here_is_not_begun_twice_and_ends_with_the_process(tmp_path):
    begun = []

    async def plan(key):
        begun.append(key)
        await asyncio.Event().wait()

    jobs = RedisJobs(f"unix://{tmp_path / 'nobody.sock'}")
    jobs.do_here({"plan": plan})
    for _ in range(3):
        await jobs.send("plan", "r1")
        await asyncio.sleep(0)
    assert begun == ["r1"]
    async with asyncio.timeout(60):
        await jobs.close()
