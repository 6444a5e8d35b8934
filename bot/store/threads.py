"""Short-term memory a thread, on a Redis-protocol server: bounded, passing, safe for two processes.

Keys of one thread share a hash tag, so that a cluster keeps them together; scripts use Redis 6.2 commands only.
"""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError

from bot.domain.errors import Lost, Refused
from bot.store.silence import Silence
from iac.errors import Broken

TURNS: Final = 40
TTL_S: Final = 7 * 86_400
LOCK_S: Final = 30.0
WAIT_S: Final = 60.0
POLL_FIRST_S: Final = 0.01
POLL_MOST_S: Final = 0.25
ANSWER_S: Final = 5.0

silence = Silence("thread.memory_away", (RedisError, OSError))

# KEYS: lock turns slots rev seen   ARGV: token event turn most ttl_ms
# Answers the new revision; 0 where the event was added before; -1 where the lock is no longer ours.
APPEND: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local now = redis.call('TIME')
if redis.call('ZADD', KEYS[5], 'NX', now[1], ARGV[2]) == 0 then return 0 end
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now[1] - ARGV[5] / 1000)
redis.call('RPUSH', KEYS[2], ARGV[3])
redis.call('LTRIM', KEYS[2], -ARGV[4], -1)
local rev = redis.call('INCR', KEYS[4])
for i = 2, 5 do redis.call('PEXPIRE', KEYS[i], ARGV[5]) end
return rev
"""
# ARGV: token slots ttl_ms
REMEMBER: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
redis.call('SET', KEYS[3], ARGV[2])
local rev = redis.call('INCR', KEYS[4])
for i = 2, 5 do redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
return rev
"""
# One look at all of it: nothing can come between the turns and the slots.
READ: Final = "return {redis.call('LRANGE', KEYS[2], 0, -1), redis.call('GET', KEYS[3])}"
RENEW: Final = (
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0"
)
RELEASE: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things are held and waited for, in seconds; ``turns`` is how many turns are kept."""

    lock_s: float = LOCK_S
    wait_s: float = WAIT_S
    ttl_s: float = TTL_S
    turns: int = TURNS
    answer_s: float = ANSWER_S


@asynccontextmanager
async def _answered(act: str, seconds: float) -> AsyncIterator[None]:
    """One act within so many seconds; ``Broken`` where the server is away or stays silent."""
    with silence(act):
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as late:
            raise TimeoutError(f"no answer within {seconds:.0f} s") from late


class RedisThreads:
    """The ``Threads`` port."""

    def __init__(self, url: str, patience: Patience | None = None) -> None:
        """Connects at the first turn."""
        self._redis = Redis.from_url(
            url,
            protocol=2,
            decode_responses=True,
            # With one, the driver writes under ``wait_for``, which before Python 3.12 swallows a cancellation that
            # comes together with its answer. ``_answered`` keeps the time.
            socket_timeout=None,
            socket_connect_timeout=ANSWER_S,
            retry=Retry(ExponentialBackoff(cap=0.1, base=0.01), 2),
        )
        self._patience = patience or Patience()

    def turn(self, conversation: str) -> AbstractAsyncContextManager["RedisThreadMemory"]:
        """Hold the thread for one turn; waits for its holder, ``Refused("thread.busy")`` after a while.

        ``Broken`` ("thread.memory_away") where the server does not answer.
        """
        return self._turn(conversation)

    async def ping(self) -> None:
        """``Broken`` where the server does not answer."""
        async with _answered("looking for the thread's memory", self._patience.answer_s):
            await self._redis.ping()

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()

    @asynccontextmanager
    async def _turn(self, conversation: str) -> AsyncIterator["RedisThreadMemory"]:
        memory = RedisThreadMemory(self._redis, conversation, self._patience)
        await memory.lock()
        renewing = asyncio.create_task(memory.keep())
        try:
            await memory.read()
            yield memory
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            # A lock that cannot be given back now ends by itself.
            with contextlib.suppress(Broken):
                await memory.unlock()


class RedisThreadMemory:
    """The ``ThreadMemory`` port: what one thread remembers, while the turn lock is held."""

    def __init__(self, redis: Redis, conversation: str, patience: Patience) -> None:
        """``history`` and ``slots`` are what ``read`` found."""
        self.history: Sequence[Mapping[str, str]] = ()
        self.slots: Mapping[str, Any] = {}
        self._redis = redis
        self._conversation = conversation
        self._patience = patience
        self._token = secrets.token_hex(16)
        tag = quote(conversation, safe=":")
        self._keys = [f"thread:{{{tag}}}:{part}" for part in ("lock", "turns", "slots", "rev", "seen")]

    async def add(self, event_key: str, *, role: str, author: str, text: str) -> None:
        """Append one thing said; an event key that was added before changes nothing.

        ``Lost`` where the turn is no longer ours: it ran out, or the server was emptied.
        """
        turn = json.dumps({"role": role, "author": author, "text": text}, ensure_ascii=False)
        answer = await self._run(
            "adding to the thread's memory", APPEND, event_key, turn, self._patience.turns, self._ttl_ms
        )
        self._check_is_ours(answer)

    async def remember(self, slots: Mapping[str, Any]) -> None:
        """Replace the slots; ``Lost`` as in ``add``."""
        value = json.dumps(dict(slots), ensure_ascii=False)
        answer = await self._run("keeping what the thread knows", REMEMBER, value, self._ttl_ms)
        self._check_is_ours(answer)
        self.slots = dict(slots)

    async def read(self) -> None:
        """Look at everything once."""
        async with _answered("reading the thread's memory", self._patience.answer_s):
            turns, slots = await self._redis.eval(READ, len(self._keys), *self._keys)
        self.history = tuple(json.loads(turn) for turn in turns)
        self.slots = json.loads(slots) if slots else {}

    async def lock(self) -> None:
        """Wait for the thread, at most ``wait_s``; the holder before us, if it died, is waited out."""
        wait = POLL_FIRST_S
        until = asyncio.get_running_loop().time() + self._patience.wait_s
        while not await self._try_lock():
            if asyncio.get_running_loop().time() + wait > until:
                raise Refused("thread.busy")
            await asyncio.sleep(wait * (0.5 + secrets.randbelow(1000) / 1000))
            wait = min(POLL_MOST_S, wait * 2)

    async def keep(self) -> None:
        """Renew the lock every third of its time, until cancelled."""
        while True:
            await asyncio.sleep(self._patience.lock_s / 3)
            with contextlib.suppress(Broken):  # the next write finds out whether it is still ours
                await self._run("keeping the thread's turn", RENEW, self._lock_ms)

    async def unlock(self) -> None:
        """Give the thread back, if it is still ours."""
        await self._run("giving the thread's turn back", RELEASE)

    async def _try_lock(self) -> bool:
        async with _answered("taking the thread's turn", self._patience.answer_s):
            return bool(await self._redis.set(self._keys[0], self._token, nx=True, px=self._lock_ms))

    async def _run(self, act: str, script: str, *values: str | int) -> int:
        async with _answered(act, self._patience.answer_s):
            answer = await self._redis.eval(script, len(self._keys), *self._keys, self._token, *values)
            return int(answer)

    def _check_is_ours(self, answer: int) -> None:
        if answer < 0:
            raise Lost(self._conversation)

    @property
    def _lock_ms(self) -> int:
        return int(self._patience.lock_s * 1000)

    @property
    def _ttl_ms(self) -> int:
        return int(self._patience.ttl_s * 1000)
