"""A private server that is killed while the product works comes back behind the same URL."""

import asyncio
import os
import signal

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.store.embedded import ensure, find_program
from bot.store.jobs import Consumer, RedisJobs

pytestmark = pytest.mark.skipif(
    find_program() is None, reason="no server program: redis-server, valkey-server or the wheel"
)


async def _pings(url: str) -> bool:
    try:
        async with Redis.from_url(url, protocol=2) as redis:
            return bool(await redis.ping())
    except (RedisError, OSError):
        return False


async def _until_it_answers(url: str) -> None:
    async with asyncio.timeout(60):
        while not await _pings(url):  # noqa: ASYNC110 - another process: there is no event to wait for
            await asyncio.sleep(0.05)


async def test_a_server_that_was_killed_is_started_again(tmp_path):
    server = await ensure(tmp_path / "home")
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    try:
        await _until_it_answers(server.url)
    finally:
        await server.close()
    assert not await _pings(server.url)


async def test_a_process_that_found_the_server_starts_the_next_one(tmp_path):
    first, second = await ensure(tmp_path / "home"), await ensure(tmp_path / "home")
    assert not second.is_ours
    await first.close()
    try:
        await _until_it_answers(second.url)
    finally:
        await second.close()
    assert not await _pings(second.url)


async def test_a_job_that_is_sent_after_the_server_came_back_is_done(tmp_path):
    done = asyncio.Event()

    async def plan(_key):
        done.set()

    server = await ensure(tmp_path / "home")
    jobs, consumer = RedisJobs(server.url), Consumer(server.url, {"plan": plan})
    working = asyncio.create_task(consumer.run())
    try:
        assert server.process is not None
        os.kill(server.process.pid, signal.SIGKILL)
        async with asyncio.timeout(60):
            while not done.is_set():
                await jobs.send("plan", "r1")
                await asyncio.sleep(0.1)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await consumer.close()
        await jobs.close()
        await server.close()
