import asyncio
import json
import secrets
import subprocess
import sys

import pytest
from redis.asyncio import Redis

from bot.domain.errors import Lost, Refused
from bot.store.threads import Patience, RedisThreads
from iac.errors import Broken

SERVERS = [pytest.param("redis_url", marks=pytest.mark.redis), "embedded_url"]


@pytest.fixture(params=SERVERS)
def url(request) -> str:
    return request.getfixturevalue(request.param)


@pytest.fixture
async def make(url):
    made = []

    def threads(**patience):
        made.append(RedisThreads(url, Patience(**patience)))
        return made[-1]

    yield threads
    for each in made:
        await each.close()


@pytest.fixture
async def redis(url):
    async with Redis.from_url(url, protocol=2, decode_responses=True) as client:
        yield client


@pytest.fixture
def name():
    return f"web:home:général {{x}}:{secrets.token_hex(6)}"


async def _say(threads, name, key, text="bonjour"):
    async with threads.turn(name) as memory:
        await memory.add(key, role="person", author="Alice", text=text)


async def test_a_new_thread_remembers_nothing(make, name):
    async with make().turn(name) as memory:
        assert (tuple(memory.history), dict(memory.slots)) == ((), {})


async def test_what_was_said_and_known_is_there_in_the_next_turn(make, name):
    async with make().turn(name) as memory:
        await memory.add("m1", role="person", author="Alice", text="une VM à 4 cœurs")
        await memory.add("bot:m1", role="bot", author="threadform", text="Entendu.")
        await memory.remember({"cores": 4, "name": None})
    async with make().turn(name) as memory:
        assert [turn["text"] for turn in memory.history] == ["une VM à 4 cœurs", "Entendu."]
        assert memory.history[0] == {"role": "person", "author": "Alice", "text": "une VM à 4 cœurs"}
        assert memory.slots == {"cores": 4, "name": None}


async def test_an_event_that_comes_again_is_not_said_again(make, name):
    threads = make()
    for _ in range(3):
        await _say(threads, name, "m1")
    async with threads.turn(name) as memory:
        assert len(memory.history) == 1


async def test_an_event_is_known_again_even_after_its_turn_fell_out_of_the_list(make, name):
    threads = make(turns=2)
    for key in ("m1", "m2", "m3", "m1"):
        await _say(threads, name, key, key)
    async with threads.turn(name) as memory:
        assert [turn["text"] for turn in memory.history] == ["m2", "m3"]


async def test_new_slots_replace_the_old_ones(make, name):
    threads = make()
    for slots in ({"cores": 4}, {"name": "api01"}):
        async with threads.turn(name) as memory:
            await memory.remember(slots)
            assert memory.slots == slots
    async with threads.turn(name) as memory:
        assert memory.slots == {"name": "api01"}


async def test_threads_do_not_see_one_another(make, name):
    threads = make()
    await _say(threads, name, "m1")
    async with threads.turn(name + ":other") as memory:
        assert tuple(memory.history) == ()


async def test_one_turn_at_a_time(make, name):
    threads, inside, most = make(), 0, 0

    async def turn():
        nonlocal inside, most
        async with threads.turn(name):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(turn() for _ in range(20)))
    assert most == 1


async def test_who_waits_too_long_is_told_that_the_thread_is_busy(make, name):
    async with make().turn(name):
        with pytest.raises(Refused, match=r"thread\.busy"):
            async with make(wait_s=0.1).turn(name):
                pytest.fail("two turns at once")


async def test_a_long_turn_keeps_its_lock(make, redis, name):
    async with make(lock_s=6).turn(name) as memory:
        (lock,) = [key async for key in redis.scan_iter("thread:*:lock") if name[-12:] in key]
        left = [await redis.pttl(lock)]
        async with asyncio.timeout(60):
            while left[-1] <= min(left):  # it runs down, and is wound up again before its end
                await asyncio.sleep(0.05)
                left.append(await redis.pttl(lock))
        assert min(left) > 0
        with pytest.raises(Refused):
            async with make(wait_s=0.1).turn(name):
                pytest.fail("the lock was lost")
        await memory.add("m1", role="person", author="A", text="still mine")


async def test_a_holder_that_died_is_waited_out(make, redis, name):
    from urllib.parse import quote

    await redis.set(f"thread:{{{quote(name, safe=':')}}}:lock", "dead", px=200)
    async with make(wait_s=60).turn(name) as memory:
        await memory.add("m1", role="person", author="A", text="my turn")


async def test_who_lost_the_lock_can_write_nothing_and_takes_nothing_from_the_next(make, redis, name):
    threads = make()
    async with threads.turn(name) as memory:
        (lock,) = [key async for key in redis.scan_iter("thread:*:lock") if name[-12:] in key]
        await redis.set(lock, "another", px=600_000)
        for late in (memory.add("m1", role="person", author="A", text="x"), memory.remember({"a": 1})):
            with pytest.raises(Lost):
                await late
    assert await redis.get(lock) == "another"


async def test_everything_passes_after_its_time_and_each_turn_begins_it_anew(make, redis, name):
    threads = make(ttl_s=100)
    await _say(threads, name, "m1")
    keys = [key async for key in redis.scan_iter("thread:*") if name[-12:] in key]
    assert len(keys) == 3  # turns, revision, seen events; the lock is gone
    for key in keys:
        await redis.pexpire(key, 1000)
    await _say(threads, name, "m2")
    assert all([await redis.pttl(key) > 50_000 for key in keys])


async def test_all_keys_of_a_thread_share_one_hash_tag(make, redis, name):
    threads = make()
    async with threads.turn(name) as memory:
        await memory.add("m1", role="person", author="A", text="x")
        await memory.remember({})
        keys = [key async for key in redis.scan_iter("thread:*") if name[-12:] in key]
    assert len(keys) == 5
    assert len({key[key.index("{") : key.index("}")] for key in keys}) == 1


async def test_a_server_that_is_away_is_named_as_such(tmp_path, name):
    threads = RedisThreads(f"unix://{tmp_path}/nothing.sock")
    with pytest.raises(Broken) as broken:
        async with threads.turn(name):
            pytest.fail("nobody was there")
    assert broken.value.sentence.key == "thread.memory_away"
    assert broken.value.is_worth_retrying
    with pytest.raises(Broken):
        await threads.ping()
    await threads.close()


async def test_a_turn_that_is_cancelled_at_any_step_ends(make, name):
    """A loop that renews a turn must hear its cancellation wherever it stands, or the turn never comes to an end."""

    async def keep_writing():
        while True:
            await memory.remember({})

    async with make().turn(name) as memory:
        for steps in range(120):
            writing = asyncio.create_task(keep_writing())
            for _ in range(steps):
                await asyncio.sleep(0)
            writing.cancel()
            _ended, deaf = await asyncio.wait({writing}, timeout=60)
            await _silenced(deaf)
            assert not deaf, f"a cancellation after {steps} steps was lost"


async def _silenced(deaf):
    while deaf:
        for task in deaf:
            task.cancel()
        _ended, deaf = await asyncio.wait(deaf, timeout=1)


async def test_a_server_that_stays_silent_is_named_as_such(tmp_path, name):
    async def hold(reader, writer):
        await reader.read()
        writer.close()

    silent = await asyncio.start_unix_server(hold, tmp_path / "silent.sock")
    threads = RedisThreads(f"unix://{tmp_path}/silent.sock", Patience(answer_s=0.2))
    with pytest.raises(Broken) as broken:
        await threads.ping()
    assert broken.value.sentence.key == "thread.memory_away"
    assert broken.value.is_worth_retrying
    await threads.close()
    silent.close()
    await silent.wait_closed()


WRITER = """
import asyncio, sys
from bot.store.threads import RedisThreads

url, name, mine = sys.argv[1:]

async def main():
    threads = RedisThreads(url)
    for n in range(50):
        for key in (f"{mine}:{n}", f"both:{n}"):
            async with threads.turn(name) as memory:
                await memory.remember({"count": memory.slots.get("count", 0) + 1})
                await memory.add(key, role="person", author=mine, text=key)
    await threads.close()

asyncio.run(main())
"""


def _writers(url, name):
    return [subprocess.Popen([sys.executable, "-c", WRITER, url, name, who]) for who in ("p1", "p2")]


async def test_two_processes_that_write_to_one_thread_lose_nothing_and_repeat_nothing(make, url, name):
    writers = _writers(url, name)
    for writer in writers:
        assert await asyncio.to_thread(writer.wait, 240) == 0
    async with make().turn(name) as memory:
        assert memory.slots == {"count": 200}
    async with Redis.from_url(url, protocol=2, decode_responses=True) as redis:
        (revisions,) = [await redis.get(k) async for k in redis.scan_iter("thread:*:rev") if name[-12:] in k]
        (turns,) = [await redis.lrange(k, 0, -1) async for k in redis.scan_iter("thread:*:turns") if name[-12:] in k]
    assert int(revisions) == 200 + 150  # every remembering, and each of the 150 events once
    last = [json.loads(turn)["text"] for turn in turns]
    assert len(last) == len(set(last)) == 40
