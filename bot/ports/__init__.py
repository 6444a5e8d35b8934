"""What the stages need from the world, named by purpose. Implementations are built in ``bot.wiring`` alone."""

from agents.contracts import Crew
from bot.domain.outcome import Ending, Progress, Usable
from bot.ports.guards import Claimed, Claims, Freeze, Freezes, Trail, Trust, Usage
from bot.ports.leases import Leases
from bot.ports.links import LinkAttempt, Links, Side
from bot.ports.machines import Acts, Importer, Planner, Remains, Runner, UsableCheck
from bot.ports.records import Attempt, Clock, Handler, Job, Noted, Outgoing, Stack, StateCopy
from bot.ports.runs import Attempts, Plans, Reservations, Runs, Stacks
from bot.ports.second import Notice, SecondWay
from bot.ports.talk import (
    Directory,
    Inbox,
    Jobs,
    Joined,
    JoinedThreads,
    Naming,
    Notes,
    Outbox,
    People,
    ThreadMemory,
    Threads,
)
from bot.ports.votes import Decide, Decision, Pending, Refusal, Reminders, Vote, Votes
from iac.inventory import Cluster

__all__ = [
    "Acts",
    "Attempt",
    "Attempts",
    "Claimed",
    "Claims",
    "Clock",
    "Cluster",
    "Crew",
    "Decide",
    "Decision",
    "Directory",
    "Ending",
    "Freeze",
    "Freezes",
    "Handler",
    "Importer",
    "Inbox",
    "Job",
    "Jobs",
    "Joined",
    "JoinedThreads",
    "Leases",
    "LinkAttempt",
    "Links",
    "Naming",
    "Noted",
    "Notes",
    "Notice",
    "Outbox",
    "Outgoing",
    "Pending",
    "People",
    "Planner",
    "Plans",
    "Progress",
    "Refusal",
    "Remains",
    "Reminders",
    "Reservations",
    "Runner",
    "Runs",
    "SecondWay",
    "Side",
    "Stack",
    "Stacks",
    "StateCopy",
    "ThreadMemory",
    "Threads",
    "Trail",
    "Trust",
    "Usable",
    "UsableCheck",
    "Usage",
    "Vote",
    "Votes",
]
