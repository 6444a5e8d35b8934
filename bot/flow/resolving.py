"""Which run a person means: by its id or the beginning of it, and what its button would say."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.approval import button_value
from bot.domain.command import run_of
from bot.domain.errors import NotAllowed, Refused
from bot.domain.person import Person
from bot.domain.run import Run, RunState
from bot.flow.telling import proposal_of
from bot.ports import People, Runs

SHORTEST = 3
"""Characters of an id that may stand for the whole."""
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Resolving:
    """Finds it; a beginning that several runs share is answered with all of them."""

    runs: Runs
    people: People

    async def run(self, named: str) -> Run:
        """The run of that id or beginning; ``Refused`` where there is none, or more than one."""
        if len(named) < SHORTEST:
            raise Refused("command.run_short", run=named or "-", least=SHORTEST)
        found = await self.runs.beginning(named, MOST_SHOWN + 1)
        exact = next((run for run in found if run.id == named), None)
        if exact is not None or len(found) == 1:
            return exact or found[0]
        if not found:
            raise Refused("command.run_unknown", run=named[:20])
        shown = tuple(f"{run.id} ({title_of(run)})" for run in found[:MOST_SHOWN])
        key = "command.run_ambiguous_more" if len(found) > MOST_SHOWN else "command.run_ambiguous"
        raise Refused(key, run=named, runs=shown)

    async def meant(self, rest: str, person: Person) -> tuple[str, str]:
        """What the button of the run's card says now, and what followed the id.

        A digest that was named with it (``RUN:DIGEST``, as a button says it) binds the decision to that plan: where
        it is another by now, the stage refuses. Somebody without a role is told nothing of other runs: the stage says
        no, and keeps it in the trail, as it does with the press of a stranger.
        """
        named, digest, more = run_of(rest)
        if not person.roles:
            found = [run for run in await self.runs.beginning(named, 1) if run.id == named]
            return button_value(found[0]) if found else f"{named or '-'}:-", more
        if not named:
            raise Refused("command.which_run", runs=tuple(await self._open()))
        run = await self.run(named)
        return f"{run.id}:{digest}" if digest else button_value(run), more

    async def _open(self) -> Sequence[str]:
        """What waits for a decision, the newest first."""
        planned = await self.runs.in_states([RunState.PLANNED])
        return [f"{run.id} ({title_of(run)})" for run in reversed(planned)][:MOST_SHOWN] or ["-"]


def title_of(run: Run) -> str:
    """The machines of a run, in short."""
    return ", ".join(guest.name for guest in proposal_of(run).guests) or "-"


def check_is_known(person: Person) -> None:
    """Nobody without a role is told what is there."""
    if not person.roles:
        raise NotAllowed("people.unknown", name=person.name)
