"""The doorbell: taskiq over a Redis stream. A job is a name and an id; whatever is lost here, the sweeper rings again.

Jobs are acknowledged as they are read. The truth is in SQL, and the library's own way of taking over a
dead worker's jobs moves only when a new job comes (measured: not within 60 s), so nothing relies on it.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from taskiq import AckableMessage
from taskiq.acks import AcknowledgeType
from taskiq.exceptions import SendTaskError
from taskiq.kicker import AsyncKicker
from taskiq.receiver import Receiver
from taskiq_redis import RedisStreamBroker

from bot.ports import Handler, Job

log = structlog.get_logger()
# The library logs each job at INFO; ours are logged where they are done.
logging.getLogger("taskiq").setLevel(logging.WARNING)

STREAM: Final = "threadform:jobs"
GROUP: Final = "workers"
MAX_WAITING: Final = 10_000
"""Acknowledged jobs stay in a stream until it is trimmed; what is trimmed unread, the sweeper sends again."""
BATCH: Final = 100
BLOCK_MS: Final = 500
SEND_S: Final = 2.0
ANSWER_S: Final = 5.0
GRACE_S: Final = 10.0
PAUSE_S: Final = 0.5
HERE_MOST: Final = 16
"""Jobs that one process does by itself while the bell is silent."""
PAUSE_MAX_S: Final = 5.0
GONE_MS: Final = 3_600_000


class Bell(RedisStreamBroker):
    """The library's stream broker, with a way of listening that ends when it is told to.

    Its own reader takes over unacknowledged jobs under a lock after each batch; ours are acknowledged as they are
    read, so there is nothing to take over. It also knows no end but cancellation, and a stop by cancellation alone
    was seen to hang until the next job came.
    """

    def __init__(self, url: str) -> None:
        """Connects at the first job."""
        # RESP2: the library reads the stream's answer as lists. "0": a job sent before the first worker is not lost.
        super().__init__(
            url,
            queue_name=STREAM,
            consumer_group_name=GROUP,
            consumer_id="0",
            maxlen=MAX_WAITING,
            protocol=2,
            socket_connect_timeout=SEND_S,
            # With one, the driver writes under ``wait_for``, which before Python 3.12 swallows a cancellation that
            # comes together with its answer. Whoever asks keeps the time.
            socket_timeout=None,
            retry=Retry(NoBackoff(), 1),
        )
        self.finish = asyncio.Event()

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """New jobs, until ``finish`` is set."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            while not self.finish.is_set():
                async with asyncio.timeout(BLOCK_MS / 1000 + ANSWER_S):
                    fetched: Any = await redis.xreadgroup(
                        GROUP, self.consumer_name, {STREAM: ">"}, count=BATCH, block=BLOCK_MS, noack=True
                    )
                for _stream, messages in fetched or ():
                    for _number, message in messages:
                        yield AckableMessage(data=message[b"data"], ack=_acknowledged)


async def _acknowledged() -> None:
    """``noack`` did it with the reading: one round trip less."""


class RedisJobs:
    """The ``Jobs`` port. While the bell is silent, a process that works does here what it would have rung for."""

    def __init__(self, url: str) -> None:
        """Connects at the first ring."""
        self._broker = Bell(url)
        self._handlers: Mapping[str, Handler] = {}
        self._here: dict[tuple[str, str], asyncio.Future[None]] = {}
        self._silent_until = 0.0

    def do_here(self, handlers: Mapping[str, Handler]) -> None:
        """From now on this process works; with no handlers, no more."""
        self._handlers = handlers

    async def send(self, job: Job, key: str) -> None:
        """Ring. Without the bell the job is begun here, where there is room; the sweeper asks again for the rest."""
        if time.monotonic() >= self._silent_until and await self._rings(job, key):
            return
        if job in self._handlers and (job, key) not in self._here and len(self._here) < HERE_MOST:
            # Twice is harmless: who else was rung for it has the claim, or has not.
            doing = asyncio.ensure_future(self._handlers[job](key))
            self._here[job, key] = doing
            doing.add_done_callback(lambda _: self._here.pop((job, key), None))

    async def close(self) -> None:
        """End what was begun here, and give the connections back."""
        self.do_here({})
        working = list(self._here.values())
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await self._broker.shutdown()

    async def _rings(self, job: str, key: str) -> bool:
        kicker: AsyncKicker[Any, Any] = AsyncKicker(job, self._broker, {})
        try:
            async with asyncio.timeout(SEND_S):
                await kicker.kiq(key)
        except (SendTaskError, TimeoutError) as error:
            log.warning("job.not_sent", job=job, key=key, why=str(error.__cause__ or error))
            self._silent_until = time.monotonic() + PAUSE_S
            return False
        return True


class Consumer:
    """Takes jobs and does them, ``concurrency`` at a time, in this process and this loop."""

    def __init__(
        self, url: str, handlers: Mapping[str, Handler], concurrency: int = 512, jobs: RedisJobs | None = None
    ) -> None:
        """A long job holds one place; leave places for the short ones. ``jobs`` is what this process rings with."""
        self._handlers, self._jobs = handlers, jobs
        self._broker = Bell(url)
        self._concurrency = concurrency
        self._stopped = asyncio.Event()
        self._stopped.set()
        self._working: set[asyncio.Task[Any]] = set()
        for name, act in handlers.items():
            self._broker.register_task(self._tracked(act), task_name=name)

    async def run(self) -> None:
        """Work until closed; a server that is away or was emptied is waited for."""
        self._stopped.clear()
        if self._jobs is not None:
            self._jobs.do_here(self._handlers)
        pause = PAUSE_S
        try:
            while not self._broker.finish.is_set():
                try:
                    await self._listen()
                except (RedisError, OSError, ExceptionGroup) as error:
                    log.warning("jobs.away", why=_first(error), wait_s=pause)
                    await self._pause(pause)
                    pause = min(PAUSE_MAX_S, pause * 2)
                else:
                    pause = PAUSE_S
        finally:
            self._stopped.set()

    async def close(self) -> None:
        """Take no more jobs, give those in hand ``GRACE_S`` seconds, then end them."""
        self._broker.finish.set()
        if self._jobs is not None:
            self._jobs.do_here({})
        await self._stopped.wait()
        if self._working:
            _done, late = await asyncio.wait(self._working, timeout=GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        with contextlib.suppress(RedisError, OSError):
            async with asyncio.timeout(SEND_S):
                await self._leave()
        await self._broker.shutdown()

    async def _listen(self) -> None:
        async with asyncio.timeout(ANSWER_S):
            await self._broker.startup()
            await self._prune()
        receiver = Receiver(
            self._broker,
            run_startup=False,
            validate_params=False,
            max_async_tasks=self._concurrency,
            ack_type=AcknowledgeType.WHEN_RECEIVED,
            wait_tasks_timeout=0.01,  # ``close`` waits for the jobs in hand, and knows them by name
        )
        listening = asyncio.ensure_future(receiver.listen(self._broker.finish))
        try:
            await asyncio.shield(listening)
        except asyncio.CancelledError:
            # Cancellation alone was seen not to end the reader; told to finish, it ends within ``BLOCK_MS``.
            self._broker.finish.set()
            await asyncio.gather(listening, return_exceptions=True)
            raise

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._broker.finish.wait()

    def _tracked(self, act: Handler) -> Callable[[str], Awaitable[None]]:
        async def ring(key: str) -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - a coroutine that runs has a task
            self._working.add(task)
            try:
                await act(key)
            finally:
                self._working.discard(task)

        return ring

    async def _prune(self) -> None:
        """Forget consumers of processes that are long gone; each start makes a new one."""
        async with Redis(connection_pool=self._broker.connection_pool) as redis:
            for each in await redis.xinfo_consumers(STREAM, GROUP):
                if each["idle"] > GONE_MS:
                    await redis.xgroup_delconsumer(STREAM, GROUP, each["name"])

    async def _leave(self) -> None:
        async with Redis(connection_pool=self._broker.connection_pool) as redis:
            await redis.xgroup_delconsumer(STREAM, GROUP, self._broker.consumer_name)


def _first(error: BaseException) -> str:
    """What is inside a group of one."""
    while isinstance(error, ExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
