"""A run as a form can change it: shared by what opens the form, what checks it and what takes it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.approval import check_is_open, parse_button
from bot.domain.edit import Editable, check_may_edit, input_id, parse_edit, wrong_fields
from bot.domain.environment import Environment
from bot.domain.errors import Refused, Sentence
from bot.domain.outcome import parse_outcome
from bot.domain.person import Person
from bot.domain.run import Run
from bot.flow.deciding import environments_of_run, needs_of_run
from bot.flow.telling import proposal_of
from bot.flow.wishes import created
from bot.ports import Clock, People, Runs
from iac.grounding import Finding, ungrounded
from iac.inventory import Inventory
from iac.spec import GuestSpec

FIELDS = frozenset({"name", "cores", "memory", "disk", "node"})


@dataclass(frozen=True, slots=True)
class Editables:
    """Looks up what may be edited, and what reality says about an edit. It changes nothing."""

    runs: Runs
    people: People
    now: Clock

    async def open(self, person: Person, value: str) -> Run:
        """The run of a button, while this person may edit it; ``Refused`` otherwise."""
        run_id, digest = parse_button(value)
        run = await self.runs.get(run_id)
        check_is_open(run, digest, self.now())
        check_may_edit(run, person, needs_of_run(run, self.people))
        return run

    def of(self, run: Run, inventory: Inventory) -> Editable:
        """A guest that stands keeps its name and its node; one that is to be made may go where the rules allow."""
        proposal, outcome = proposal_of(run), parse_outcome(run.outcome)
        guests = () if proposal.intent == "destroy" else proposal.guests
        allowed = self._environment(run).nodes
        nodes = tuple(n.name for n in inventory.online_nodes if not allowed or n.name in allowed)
        return Editable(guests, frozenset(guest.spec.name for guest in created(outcome)), nodes)

    def wished(
        self, run: Run, editable: Editable, values: Mapping[str, str], inventory: Inventory
    ) -> tuple[GuestSpec, ...]:
        """The guests as they were filled in; ``Refused`` with the first thing that is wrong."""
        guests = parse_edit(editable, values)
        for _, finding in self._findings(run, editable, guests, inventory):
            raise Refused(finding.problem.key, **finding.problem.values)
        return guests

    def wrong(
        self, run: Run, editable: Editable, values: Mapping[str, str], inventory: Inventory
    ) -> Mapping[str, Sentence]:
        """Everything that is wrong, by input."""
        wrong = wrong_fields(editable, values)
        if wrong:
            return wrong
        found = self._findings(run, editable, parse_edit(editable, values), inventory)
        # The first of each field is said; what is in no field of the form stands at the guest's first.
        said: dict[str, Sentence] = {}
        for index, finding in found:
            said.setdefault(input_id(index, finding.slot if finding.slot in FIELDS else "cores"), finding.problem)
        return said

    def _findings(
        self, run: Run, editable: Editable, guests: tuple[GuestSpec, ...], inventory: Inventory
    ) -> list[tuple[int, Finding]]:
        limits = self._environment(run).limits
        own = {guest.name for guest in editable.guests} - editable.fresh
        names = {guest.name for guest in guests}
        return [
            (index, finding)
            for index, guest in enumerate(guests)
            for finding in ungrounded(guest, inventory, limits, own=own, request=names)
        ]

    def _environment(self, run: Run) -> Environment:
        return environments_of_run(run, parse_outcome(run.outcome), self.people)[0]
