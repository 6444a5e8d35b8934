"""The crew, from the settings; and the desk, which is what the agents may know of the runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from agents.contracts import RunLine
from agents.crew import AdkCrew, Beside, CrewSettings, ModelLink
from agents.models.links import Kind, Price
from agents.models.spending import Allowance
from bot.domain.budget import Budget
from bot.domain.run import Run
from bot.flow.telling import proposal_of
from bot.ports import Clock, People, Runs
from bot.settings import Settings
from bot.settings.models import ModelBudgetSetting, price_of
from bot.store.database import Database
from bot.store.stacks import stack_id_of
from bot.store.usage import SqlUsage
from bot.wiring.library import library_of
from bot.wiring.repositories import repositories_of
from iac.inventory import Cluster


@dataclass(frozen=True, slots=True)
class RunsDesk:
    """The ``Desk`` of the agents: runs as lines, nothing that could be changed."""

    known: Runs
    people: People

    async def runs(self, thread: str) -> tuple[RunLine, ...]:
        """The runs of one thread, newest first."""
        return self._lines((await self.known.of_stack(stack_id_of(thread)))[::-1])

    async def latest(self, limit: int) -> tuple[RunLine, ...]:
        """The newest runs of all threads, newest first."""
        return self._lines(await self.known.latest(limit))

    def _lines(self, runs: Sequence[Run]) -> tuple[RunLine, ...]:
        return tuple(self._line(run) for run in runs)

    def _line(self, run: Run) -> RunLine:
        proposal = proposal_of(run)
        names = tuple(guest.name for guest in proposal.guests)
        return RunLine(
            id=run.id,
            title=", ".join(proposal.names),
            state=run.state.value,
            requester=self.people.named(run.requester).name,
            environment=proposal.environment,
            guests=names,
        )


def crew_of(settings: Settings, cluster: Cluster, desk: RunsDesk, beside: Beside) -> AdkCrew:
    """The agents with the models that have a key, and the offline rules behind them."""
    crew = CrewSettings(
        limits=settings.limits.limits(),
        environments=settings.environments,
        default_environment=settings.default_environment,
        models=models_of(settings),
        allowance=allowance_of(settings),
        repositories=repositories_of(settings),
        library=library_of(settings),
        page=settings.pve_endpoint,
    )
    return AdkCrew(crew, cluster, desk, beside)


def budget_of(settings: Settings) -> Budget:
    """What live models may use in a month."""
    told = settings.model_budget or ModelBudgetSetting()
    return Budget(told.person_tokens, told.person_eur, told.month_tokens, told.month_eur)


def purse_of(settings: Settings, database: Database, now: Clock) -> SqlUsage:
    """Who counts what live models use, and knows what is left."""
    return SqlUsage(database, budget_of(settings), now)


def allowance_of(settings: Settings) -> Allowance:
    """What one turn may take of live models."""
    budget = settings.model_budget or ModelBudgetSetting()
    return Allowance(settings.model_turn_seconds, budget.request_tokens, budget.request_eur)


def models_of(settings: Settings) -> tuple[ModelLink, ...]:
    """The models that are asked, in order: Gemini where there is a key, the endpoint that is named, one's own."""
    links: list[ModelLink] = []
    if settings.gemini_key:
        links.append(_link(settings, "gemini", settings.gemini_model, settings.gemini_key, settings.gemini_url))
    if settings.openai_url:
        links.append(_link(settings, "openai", settings.openai_model, settings.openai_key, settings.openai_url))
    if settings.local_url:
        links.append(_link(settings, "local", settings.local_model, settings.local_key, settings.local_url))
    return tuple(links)


def _link(settings: Settings, kind: Kind, model: str, key: SecretStr | None, url: str) -> ModelLink:
    return ModelLink(
        kind,
        model,
        key.get_secret_value() if key else "",
        url or None,
        timeout_s=settings.model_seconds,
        tries=settings.model_tries,
        price=_price(settings, kind, model),
    )


def _price(settings: Settings, kind: Kind, model: str) -> Price | None:
    """What is named in the book; a server of one's own costs nothing where nothing else is said."""
    named = price_of(model, settings.model_prices)
    if named is None:
        return Price(0.0, 0.0) if kind == "local" else None
    return Price(named.input, named.output)
