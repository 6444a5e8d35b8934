"""What the stages are made of."""

from dataclasses import dataclass

from agents.crew import AdkCrew
from bot.chat.words import Words
from bot.detached import DetachedRunner
from bot.flow.telling import Telling
from bot.ports import Acts, Clock, Importer, Planner, Runs
from bot.settings import Settings
from bot.store.database import Database
from bot.store.jobs import RedisJobs
from bot.store.outbox import SqlOutbox
from bot.store.threads import RedisThreads
from bot.store.trust import AuditTrust
from bot.wiring.cluster import Place
from bot.wiring.people import Book
from iac.inventory import Cluster


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the stages are made of."""

    settings: Settings
    database: Database
    words: Words
    book: Book
    telling: Telling
    runs: Runs
    jobs: RedisJobs
    threads: RedisThreads
    cluster: Cluster
    recent: Cluster
    crew: AdkCrew
    planner: Planner
    acts: Acts
    importer: Importer
    runner: DetachedRunner
    place: Place
    trust: AuditTrust
    owner: str
    now: Clock

    @property
    def outbox(self) -> SqlOutbox:
        """The outbox of this database."""
        return SqlOutbox(self.database)
