"""One world: a lab that outlives everything, a database, a Redis, and the processes of the product, started again
whenever they die."""

import asyncio
import base64
import json
import multiprocessing
import os
import secrets
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import psutil

from bot.settings import Settings
from bot.store.embedded import RedisAt, find_program, launch
from bot.store.upgrading import upgrade
from iac.errors import Broken
from iac.lab.child import LabChild, start
from tests.chaos.child import Spec, main
from tests.chaos.platform import Platform
from tests.fixtures.house import PEOPLE

forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(["tests.chaos.child"])

WATCH_S = 0.05
REDIS_TRIES = 5
CLAIM_S, BEAT_S = 6.0, 8.0
NETWORK = {"first": "192.168.10.20", "last": "192.168.13.250", "prefix": 16, "gateway": "192.168.0.1"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a world is made of. Each worker has a home of its own where ``machines`` is true, else all share one."""

    name: str
    database: str
    workers: int
    directory: Path
    database_url: str = ""
    has_machines: bool = False

    @property
    def is_embedded(self) -> bool:
        """Whether the product starts its own Redis, as it does by default."""
        return not self.database_url


@dataclass
class World:
    """A running world."""

    plan: Plan
    chat: Platform
    tools: Path
    terraform: Path
    lab: LabChild | None = None
    redis: RedisAt | None = None
    processes: dict[str, ForkServerProcess] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    is_over: bool = False
    _key: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(32)).decode())

    @property
    def edge(self) -> Path:
        return self.plan.directory / "edge"

    @property
    def roles(self) -> Mapping[str, str]:
        """The processes by name, and the home that each lives in."""
        workers = {f"worker{n}": f"m{n}" if self.plan.has_machines else "m0" for n in range(1, self.plan.workers + 1)}
        return {"front": "m0", **workers}

    def home(self, name: str) -> Path:
        return self.plan.directory / self.roles[name]

    def environment(self, name: str) -> dict[str, str]:
        """What a process of the product is told."""
        said = {
            "HOME": str(self.home(name)),
            "TOOLS_HOME": str(self.tools),
            "TF_BIN": str(self.terraform),
            "LAB_PACE": "0",
            "PEOPLE": json.dumps([person.model_dump() for person in PEOPLE]),
            "NETWORKS": json.dumps({"mainvnet": NETWORK}),
            "STATE_KEY": self._key,
            "DATABASE_URL": self.plan.database_url,
            "REDIS_URL": self.redis.url if self.redis else "",
            "CLAIM_SECONDS": str(CLAIM_S),
            "BEAT_SECONDS": str(BEAT_S),
            "USABLE_SECONDS": "60",
        }
        return {f"THREADFORM_{key}": value for key, value in said.items()}

    def settings(self) -> Settings:
        """The same, for the harness's own look at the books."""
        return Settings.model_validate(
            {
                "home": self.home("front"),
                "database_url": self.plan.database_url,
                "state_key": self._key,
            }
        )

    async def open(self) -> None:
        """Lab, database and Redis first: they belong to nobody who is killed."""
        for place in ("edge/knives", "logs", "lab", "redis"):
            (self.plan.directory / place).mkdir(parents=True)
        self.lab = await asyncio.to_thread(start, self.plan.directory / "lab", pace=0)
        for home in set(self.roles.values()):
            self.make_home(home)
        upgrade(self.settings().database)  # not in a thread: alembic makes one schema at a time in a process
        if not self.plan.is_embedded:
            await self.start_redis()
        await self.chat.serve(self.plan.directory / "chat")
        for name in self.roles:
            self.start(name)

    def make_home(self, home: str) -> None:
        """A machine's disk: empty but for the way to the lab."""
        place = self.plan.directory / home
        place.mkdir(mode=0o700)
        (place / "lab").symlink_to(self.plan.directory / "lab")

    async def start_redis(self) -> None:
        program = find_program()
        assert program is not None, "neither redis-server nor valkey-server"
        for attempt in range(REDIS_TRIES):  # on a machine that is busy with everything else a start may come too late
            try:
                self.redis = await launch(self.plan.directory / "redis", program)
            except Broken:
                if attempt == REDIS_TRIES - 1:
                    raise
            else:
                return

    def start(self, name: str) -> None:
        """Fork one process of the product."""
        role = name.rstrip("0123456789")
        log = self.plan.directory / "logs" / f"{name}.log"
        spec = Spec(role, log, self.edge, self.plan.directory / "chat", self.environment(name))
        process = forks.Process(target=main, args=(spec,), daemon=True)
        process.start()
        self.processes[name] = process

    async def keep_up(self) -> None:
        """Start again what has died, as a service manager would."""
        while not self.is_over:
            for name, process in list(self.processes.items()):
                if name not in self.absent and not process.is_alive():
                    if process.exitcode != -signal.SIGKILL:
                        self.ended.append(f"{name} ended by itself with code {process.exitcode}")
                    self.start(name)
            await asyncio.sleep(WATCH_S)

    async def close(self) -> None:
        """End everything that belongs to this world, and nothing else."""
        self.is_over = True
        for process in self.processes.values():
            process.kill()
            process.join()
        await asyncio.to_thread(self._clear)
        if self.redis:
            await self.redis.close()
        if self.lab:
            await asyncio.to_thread(self.lab.stop)

    def _clear(self) -> None:
        """What the dead have left behind: runners, terraform, providers, the embedded Redis."""
        for process in self.living("m"):
            process.kill()

    def living(self, home: str) -> list[psutil.Process]:
        """Processes that work for a home of this world: they stand in it, or were told of it."""
        prefix = str(self.plan.directory / home)
        return [process for process in psutil.process_iter() if _belongs(process, prefix)]

    async def machine_dies(self, name: str) -> None:
        """Worker, runner, terraform and provider at one blow, and the disk with them; a new machine takes its name."""
        home = self.roles[name]
        doomed = [*_with_children(self.processes[name].pid), *await asyncio.to_thread(self.living, home)]
        for deadly in (signal.SIGSTOP, signal.SIGKILL):  # frozen first: none of them sees another die
            for process in doomed:
                _strike(process, deadly)
        await asyncio.to_thread(psutil.wait_procs, doomed, 5)
        await asyncio.to_thread(shutil.rmtree, self.plan.directory / home, ignore_errors=True)
        self.make_home(home)

    def strike(self, pid: int, word: str) -> bool:
        """Kill the process of that number if it still is what we mean; whether it was."""
        try:
            process = psutil.Process(pid)
            if any(word in part for part in process.cmdline()):
                process.kill()
                return True
        except psutil.Error:
            pass
        return False


def _with_children(pid: int | None) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _strike(process: psutil.Process, deadly: int) -> None:
    try:
        process.send_signal(deadly)
    except psutil.Error:
        return


def _belongs(process: psutil.Process, prefix: str) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        if f"{process.cwd()}/".startswith(prefix):
            return True
        return process.environ().get("THREADFORM_HOME", "").startswith(prefix)
    except (psutil.Error, OSError):
        return False
