"""The crew, from the settings; and the desk, which is what the agents may know of the runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.contracts import RunLine
from agents.crew import AdkCrew, CrewSettings, ModelLink
from bot.domain.run import Run
from bot.flow.telling import proposal_of
from bot.ports import People, Runs
from bot.settings import Settings
from bot.store.stacks import stack_id_of
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
            title=", ".join(names),
            state=run.state.value,
            requester=self.people.named(run.requester).name,
            environment=proposal.environment,
            guests=names,
        )


def crew_of(settings: Settings, cluster: Cluster, runs: Runs, people: People) -> AdkCrew:
    """The agents with the models that have a key, and the offline rules behind them."""
    crew = CrewSettings(
        limits=settings.limits.limits(),
        environments=settings.environments,
        default_environment=settings.default_environment,
        models=models_of(settings),
    )
    return AdkCrew(crew, cluster, RunsDesk(runs, people))


def models_of(settings: Settings) -> tuple[ModelLink, ...]:
    """The models that are asked, in order: Gemini where there is a key, then the endpoint that is named."""
    links: list[ModelLink] = []
    if settings.gemini_key:
        links.append(ModelLink("gemini", settings.gemini_model, settings.gemini_key.get_secret_value()))
    if settings.openai_url:
        key = settings.openai_key.get_secret_value() if settings.openai_key else ""
        links.append(ModelLink("openai", settings.openai_model, key, settings.openai_url))
    return tuple(links)
