"""The stages, from their parts."""

from bot.flow.acting import Acting
from bot.flow.applying import Applying
from bot.flow.approving import Approving
from bot.flow.closing import Closing
from bot.flow.commanding import Commanding
from bot.flow.editing import Editing
from bot.flow.entitling import Entitling
from bot.flow.intake import Intake
from bot.flow.leasing import Leasing
from bot.flow.linking import Linking
from bot.flow.lives import Lives
from bot.flow.looking import Looking
from bot.flow.mending import Mending
from bot.flow.offering import Offering
from bot.flow.planning import Planning
from bot.flow.rechecking import Recheck
from bot.flow.recovering import Recovering
from bot.flow.refusing import Refusing
from bot.flow.reminding import Reminding
from bot.flow.stopping import Stopping
from bot.flow.superseding import Superseding
from bot.flow.tongue import Tongue
from bot.flow.tracing import Tracing
from bot.flow.upkeep import Upkeep
from bot.hearing import Stages
from bot.ports import Cluster
from bot.store.attempts import Attempts
from bot.store.claims import SqlClaims
from bot.store.freezes import SqlFreezes
from bot.store.leases import SqlLeases
from bot.store.links import SqlLinks
from bot.store.reminders import SqlReminders
from bot.store.reservations import SqlReservations
from bot.store.stacks import SqlStacks, Vault, stack_id_of
from bot.store.votes import SqlVotes
from bot.wiring.crew import budget_of, purse_of
from bot.wiring.keys import state_key
from bot.wiring.machines import LocalRemains, Usability
from bot.wiring.parts import Parts
from bot.wiring.quotas import quotas_of
from bot.wiring.ruling import rules_of
from bot.wiring.standing import runs_home
from iac.usable import UsableCheck as Eye


def stages_of(parts: Parts) -> Stages:
    """Build every stage."""
    stacks = SqlStacks(parts.database, Vault(state_key(parts.settings)))
    reservations = SqlReservations(parts.database)
    return Stages(
        intake=_intake(parts, stacks),
        planning=_planning(parts, stacks, reservations),
        commanding=_commanding(parts),
        approving=_approving(parts, stacks),
        reminding=_reminding(parts, stacks),
        editing=_editing(parts, stacks),
        applying=_applying(parts, stacks, reservations),
        closing=_closing(parts, stacks, reservations),
        upkeep=_upkeep(parts, stacks),
        mending=_mending(parts, stacks),
        stopping=_stopping(parts, stacks),
        leasing=_leasing(parts, stacks),
        linking=_linking(parts),
        tracing=Tracing(parts.runs, parts.jobs, parts.book, refusing_of(parts)),
    )


def _intake(parts: Parts, stacks: SqlStacks) -> Intake:
    return Intake(
        crew=parts.crew,
        runs=parts.runs,
        stacks=stacks,
        threads=parts.threads,
        outbox=parts.outbox,
        jobs=parts.jobs,
        people=parts.book,
        telling=parts.telling,
        now=parts.now,
        entitling=Entitling(
            SqlClaims(parts.database), SqlLeases(parts.database), parts.book, stack_id_of, quotas_of(parts.settings)
        ),
        offering=Offering(SqlLeases(parts.database), parts.telling, parts.now),
    )


def _planning(parts: Parts, stacks: SqlStacks, reservations: SqlReservations) -> Planning:
    return Planning(
        runs=parts.runs,
        stacks=stacks,
        reservations=reservations,
        claims=SqlClaims(parts.database),
        freezes=SqlFreezes(parts.database),
        cluster=parts.recent,
        planner=parts.planner,
        acting=_acting(parts, parts.recent),
        people=parts.book,
        jobs=parts.jobs,
        telling=parts.telling,
        rules=rules_of(parts.settings),
        owner=parts.owner,
        now=parts.now,
    )


def _commanding(parts: Parts) -> Commanding:
    return Commanding(
        freezes=SqlFreezes(parts.database),
        claims=SqlClaims(parts.database),
        runs=parts.runs,
        outbox=parts.outbox,
        jobs=parts.jobs,
        people=parts.book,
        telling=parts.telling,
        quotas=quotas_of(parts.settings),
        now=parts.now,
        looking=_looking(parts),
        leases=SqlLeases(parts.database),
        usage=purse_of(parts.settings, parts.database, parts.now),
        budget=budget_of(parts.settings),
    )


def _looking(parts: Parts) -> Looking:
    claims = SqlClaims(parts.database)
    return Looking(parts.runs, claims, parts.recent, parts.book, stack_id_of, parts.now)


def _approving(parts: Parts, stacks: SqlStacks) -> Approving:
    return Approving(
        runs=parts.runs,
        votes=SqlVotes(parts.database),
        stacks=stacks,
        freezes=SqlFreezes(parts.database),
        outbox=parts.outbox,
        jobs=parts.jobs,
        people=parts.book,
        telling=parts.telling,
        refusing=refusing_of(parts),
        now=parts.now,
    )


def refusing_of(parts: Parts) -> Refusing:
    """What keeps a press that does not count, and tells its presser."""
    return Refusing(
        votes=SqlVotes(parts.database),
        outbox=parts.outbox,
        people=parts.book,
        telling=parts.telling,
        tongue=Tongue(parts.runs, parts.words),
        now=parts.now,
    )


def _editing(parts: Parts, stacks: SqlStacks) -> Editing:
    return Editing(
        runs=parts.runs,
        stacks=stacks,
        threads=parts.threads,
        cluster=parts.recent,
        jobs=parts.jobs,
        people=parts.book,
        refusing=refusing_of(parts),
        superseding=Superseding(parts.runs, parts.jobs, parts.telling, parts.now),
        now=parts.now,
    )


def _reminding(parts: Parts, stacks: SqlStacks) -> Reminding:
    return Reminding(
        runs=parts.runs,
        reminders=SqlReminders(parts.database),
        stacks=stacks,
        jobs=parts.jobs,
        people=parts.book,
        telling=parts.telling,
        now=parts.now,
    )


def _applying(parts: Parts, stacks: SqlStacks, reservations: SqlReservations) -> Applying:
    recheck = Recheck(
        runs=parts.runs,
        stacks=stacks,
        claims=SqlClaims(parts.database),
        reservations=reservations,
        cluster=parts.cluster,
        acting=_acting(parts, parts.cluster),
        people=parts.book,
        rules=rules_of(parts.settings),
        now=parts.now,
    )
    return Applying(
        runs=parts.runs,
        stacks=stacks,
        recheck=recheck,
        runner=parts.runner,
        jobs=parts.jobs,
        telling=parts.telling,
        trust=parts.trust,
        owner=parts.owner,
        lease_s=parts.settings.claim_seconds,
        beat_s=parts.settings.beat_seconds,
        apply_s=parts.settings.apply_seconds,
        now=parts.now,
    )


def _closing(parts: Parts, stacks: SqlStacks, reservations: SqlReservations) -> Closing:
    return Closing(
        runs=parts.runs,
        stacks=stacks,
        reservations=reservations,
        claims=SqlClaims(parts.database),
        lives=Lives(SqlLeases(parts.database), parts.book),
        acting=_acting(parts, parts.cluster),
        usable=Usability(Eye(parts.place.access, parts.place.reach)),
        recovering=Recovering(
            stacks=stacks,
            reservations=reservations,
            claims=SqlClaims(parts.database),
            cluster=parts.cluster,
            remains=LocalRemains(runs_home(parts.settings)),
            importer=parts.importer,
            patience_s=parts.settings.recover_seconds,
        ),
        outbox=parts.outbox,
        jobs=parts.jobs,
        telling=parts.telling,
        usable_s=parts.settings.usable_seconds,
        owner=parts.owner,
        lease_s=parts.settings.claim_seconds,
        now=parts.now,
    )


def _acting(parts: Parts, cluster: Cluster) -> Acting:
    return Acting(
        cluster=cluster,
        acts=parts.acts,
        people=parts.book,
        remains=LocalRemains(runs_home(parts.settings)),
        rules=rules_of(parts.settings),
    )


def _mending(parts: Parts, stacks: SqlStacks) -> Mending:
    return Mending(parts.runs, stacks, parts.jobs, parts.book, parts.telling, refusing_of(parts), parts.now)


def _stopping(parts: Parts, stacks: SqlStacks) -> Stopping:
    attempts = Attempts(parts.database)
    shared = (parts.outbox, parts.jobs, parts.book, parts.telling)
    return Stopping(parts.runs, stacks, attempts, *shared, refusing=refusing_of(parts))


def links_of(parts: Parts) -> SqlLinks:
    """The links that the people of this process are looked up by."""
    return SqlLinks(parts.database, parts.book.ties)


def _linking(parts: Parts) -> Linking:
    return Linking(links_of(parts), parts.runs, parts.book, parts.outbox, parts.jobs, parts.telling, parts.now)


def _leasing(parts: Parts, stacks: SqlStacks) -> Leasing:
    return Leasing(
        leases=SqlLeases(parts.database),
        runs=parts.runs,
        stacks=stacks,
        jobs=parts.jobs,
        people=parts.book,
        telling=parts.telling,
        refusing=refusing_of(parts),
        now=parts.now,
    )


def _upkeep(parts: Parts, stacks: SqlStacks) -> Upkeep:
    return Upkeep(
        runs=parts.runs,
        attempts=Attempts(parts.database),
        stacks=stacks,
        runner=parts.runner,
        remains=LocalRemains(runs_home(parts.settings)),
        outbox=parts.outbox,
        jobs=parts.jobs,
        telling=parts.telling,
        beat_s=parts.settings.beat_seconds,
        now=parts.now,
    )
