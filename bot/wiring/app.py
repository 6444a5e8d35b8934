"""The whole product, from the settings: parts, stages, worker. The same for the lab and for a real cluster."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.routing import BaseRoute

from agents.crew import AdkCrew, Beside
from bot.chat.port import Chat, Sink
from bot.chat.web import WebChat
from bot.chat.words import Words
from bot.detached import DetachedRunner
from bot.flow.telling import Telling
from bot.flow.tongue import Tongue
from bot.hearing import Hearing
from bot.http import Check, HasListener, HasRoutes, Listener
from bot.listening import Listening
from bot.ports import Runs
from bot.settings import Settings
from bot.store.audit import Audit
from bot.store.database import Database, open_database
from bot.store.embedded import ensure
from bot.store.inbox import SqlInbox
from bot.store.jobs import Consumer, RedisJobs
from bot.store.plans import SqlPlans
from bot.store.retention import LOOK_EVERY_S as CLEAN_EVERY_S
from bot.store.retention import Retention
from bot.store.runs import SqlRuns
from bot.store.second import LOOK_EVERY_S as SECOND_EVERY_S
from bot.store.sender import Sender
from bot.store.signs import SIGN_EVERY_S, Signs
from bot.store.stacks import Vault
from bot.store.threads import Patience, RedisThreads
from bot.store.trust import LOOK_EVERY_S, AuditTrust
from bot.store.upgrading import upgrade
from bot.wiring.acting import Albums, KeptActs
from bot.wiring.chats import Talking, talking_of
from bot.wiring.checks import Checks
from bot.wiring.cluster import open_cluster
from bot.wiring.crew import RunsDesk, crew_of, purse_of
from bot.wiring.forms import asking_of, checking_of
from bot.wiring.keys import state_key
from bot.wiring.linting import TerraformLint
from bot.wiring.machines import KeptPlanner, credentials_of, planner_of, runner_environment, steps_of
from bot.wiring.parts import Parts
from bot.wiring.people import Book, book_from
from bot.wiring.roster import ASK_EVERY_S
from bot.wiring.second import second_of
from bot.wiring.sink import StoreFirst
from bot.wiring.stages import links_of, stages_of
from bot.wiring.standing import runs_home
from bot.worker import Duty, Worker, name_of_this_process
from iac.inventory import Cluster
from iac.proxmox import Access, CachedEye, Closely, ProxmoxEye, ProxmoxRecords, Watch, WatchingEye
from iac.redaction import keep_secret
from iac.terraform.importer import TerraformImporter
from iac.terraform.standby import Standby

SHARED_READING_S = 1.0
"""A turn and the plan that follows it share one reading of the cluster; an apply looks again for itself."""

LEASES_EVERY_S = 60.0

LOOK_S = 3.0
"""The longest that a reading waits for what is read apart: no plan is lost where it does not come."""


@dataclass(frozen=True, slots=True)
class App:
    """What a process serves and what it looks at."""

    settings: Settings
    words: Words
    book: Book
    database: Database
    runs: Runs
    cluster: Cluster
    crew: AdkCrew
    chat: WebChat
    chats: dict[str, Chat]
    listening: Sequence[Listening]
    sink: Sink
    worker: Worker
    consumer: Consumer
    checks: Mapping[str, Check]
    runner: DetachedRunner
    standby: Standby
    lint: TerraformLint
    trust: AuditTrust

    def routes(self) -> list[BaseRoute]:
        """What is served at the page's address: the chats that are called there, then the page."""
        called = [each.chat for each in self.listening if isinstance(each.chat, HasRoutes)]
        return [*(route for chat in called for route in chat.routes()), *self.chat.routes()]

    def listeners(self) -> list[Listener]:
        """What is served at addresses of their own."""
        called = [each.chat.listener() for each in self.listening if isinstance(each.chat, HasListener)]
        return [listener for listener in called if listener is not None]

    async def warm(self) -> None:
        """Do before the first request what it would otherwise wait for: agents, a spare runner, the provider."""
        warming = (self.crew.warm(), self.runner.warm(), asyncio.to_thread(self.standby.warm_up), self.lint.warm())
        await asyncio.gather(*warming)


async def migrate(settings: Settings) -> None:
    """Bring the database to the present schema; quick where it is there."""
    await asyncio.to_thread(upgrade, settings.database)


@asynccontextmanager
async def build(settings: Settings, *, extra: Mapping[str, Chat] | None = None) -> AsyncIterator[App]:
    """Build everything; ``extra`` are chats beside the web page, by platform. Closed in reverse order."""
    async with AsyncExitStack() as stack:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        await migrate(settings)
        place = await stack.enter_async_context(open_cluster(settings))
        keep_secret([*settings.secrets, *credentials_of(place.access).secrets])
        redis = await ensure(settings.home.resolve(), settings.redis_url or None)
        stack.push_async_callback(redis.close)
        database = open_database(settings.database)
        stack.push_async_callback(database.close)
        jobs = RedisJobs(redis.url)
        threads = RedisThreads(redis.url, Patience(lock_s=settings.claim_seconds))
        stack.push_async_callback(jobs.close)
        stack.push_async_callback(threads.close)
        words = Words.load(is_strict=False)
        talking = talking_of(settings, database, words, extra or {})
        stack.push_async_callback(talking.close)
        book = book_from(settings, talking.directories)
        runs = SqlRuns(database)
        cluster, recent, closely = _eyes(settings, place.access)
        kept = SqlPlans(database, Vault(state_key(settings)))
        planner, standby = planner_of(settings, place.access)
        lint = TerraformLint(planner.toolchain, planner.toolchain.room / "linted")
        beside = Beside(purse_of(settings, database, time.time), lint, Albums(closely))
        crew = crew_of(settings, recent, RunsDesk(runs, book), beside)
        stack.push_async_callback(crew.close)
        stack.callback(standby.close)
        parts = Parts(
            settings=settings,
            database=database,
            words=words,
            book=book,
            telling=Telling(words, book),
            runs=runs,
            jobs=jobs,
            threads=threads,
            cluster=cluster,
            recent=recent,
            crew=crew,
            planner=KeptPlanner(planner, kept),
            acts=KeptActs(closely, runs_home(settings), kept),
            importer=TerraformImporter(planner.toolchain, planner.runs_home, planner.credentials),
            runner=DetachedRunner(runs_home(settings), runs, steps_of, runner_environment(settings)),
            place=place,
            trust=AuditTrust(Audit(database)),
            owner=name_of_this_process(),
            now=time.time,
        )
        stack.push_async_callback(parts.runner.close)
        yield _app(parts, talking, (redis.url, standby, lint))


def _eyes(settings: Settings, access: Access) -> tuple[Cluster, Cluster, Closely]:
    """One eye that looks afresh, one whose last reading is shared for a moment, and one for single guests."""
    eye = ProxmoxEye(access, seconds=settings.pve_seconds)
    watch = Watch(ProxmoxRecords(access, seconds=min(LOOK_S, settings.pve_seconds)))
    recent = WatchingEye(CachedEye(eye, max_age_s=SHARED_READING_S), watch)
    return WatchingEye(eye, watch), recent, Closely(access, settings.pve_seconds)


def _cleaning(parts: Parts) -> Duty:
    return Duty("retention", Retention(parts.database, parts.settings.retention_days).keep, CLEAN_EVERY_S)


def _app(parts: Parts, talking: Talking, beside: tuple[str, Standby, TerraformLint]) -> App:
    redis_url, standby, lint = beside
    inbox, signs = SqlInbox(parts.database), Signs(parts.database, parts.owner)
    worker = _worker(parts, talking.chats, inbox, signs)
    hearing = {f"chat {each.name}": each.check for each in talking.listening}
    return App(
        settings=parts.settings,
        words=parts.words,
        book=parts.book,
        database=parts.database,
        runs=parts.runs,
        cluster=parts.cluster,
        crew=parts.crew,
        chat=talking.page,
        chats=talking.chats,
        listening=talking.listening,
        sink=StoreFirst(inbox, parts.jobs, asking_of(parts), checking_of(parts), links_of(parts), parts.now),
        worker=worker,
        consumer=Consumer(redis_url, worker.handlers(), jobs=parts.jobs),
        checks={**Checks(parts, standby, signs).all(), **hearing},
        runner=parts.runner,
        standby=standby,
        lint=lint,
        trust=parts.trust,
    )


def _worker(parts: Parts, chats: Mapping[str, Chat], inbox: SqlInbox, signs: Signs) -> Worker:
    stages = stages_of(parts)
    return Worker(
        hearing=Hearing(
            inbox,
            stages,
            parts.outbox,
            parts.telling,
            Tongue(parts.runs, parts.words),
            parts.owner,
            parts.settings.claim_seconds,
            links_of(parts).refresh,
        ),
        stages=stages,
        inbox=inbox,
        runs=parts.runs,
        jobs=parts.jobs,
        sender=Sender(parts.database, chats, parts.settings.claim_seconds),
        now=parts.now,
        first=(parts.book.roster.begun, links_of(parts).refresh),
        duties=(
            Duty("audit", parts.trust.look, LOOK_EVERY_S),
            Duty("signs", signs.give, SIGN_EVERY_S),
            _cleaning(parts),
            Duty("leases", stages.leasing.look, LEASES_EVERY_S),
            Duty("groups", parts.book.roster.refresh, ASK_EVERY_S),
            Duty("second", second_of(parts.settings, parts.database, chats, parts.words).look, SECOND_EVERY_S),
        ),
    )
