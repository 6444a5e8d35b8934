"""Acting, a part of planning, applying and closing: what is done to guests that stand, without terraform."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.domain.errors import Refused, Sentence, say
from bot.domain.outcome import Outcome
from bot.domain.run import Run
from bot.flow.deciding import environments_of_run
from bot.flow.recovering import AT_WORK_S, SILENT_S, NotYet
from bot.flow.rules import Rules, Violated
from bot.flow.telling import proposal_of
from bot.ports import Acts, Cluster, People, Remains
from iac.acts import ActPlan, Deed, Seen, Step, expanded, is_reached, plan_acts
from iac.errors import Broken
from iac.inventory import Inventory
from iac.policy import protected_vmids


@dataclass(frozen=True, slots=True)
class Acting:
    """Plans acts, looks at them again before they are done, and finds out what became of them."""

    cluster: Cluster
    acts: Acts
    people: People
    remains: Remains
    rules: Rules

    async def plan(self, run: Run) -> Outcome:
        """The steps that the wish takes now, kept for the runner; ``Refused`` where it cannot be, or may not."""
        inventory = await self.cluster.read()
        plan = await self._planned(run, expanded(proposal_of(run).acts, inventory), inventory)
        outcome = Outcome(acts=plan, cluster=inventory.cluster, notes=plan.already)
        self._judge(run, outcome, inventory)
        if plan.steps:
            await self.acts.keep(run.id, plan.digest, plan.steps)
        return outcome

    async def check(self, run: Run, outcome: Outcome) -> None:
        """``Refused`` unless the same acts would take exactly the steps that were approved."""
        was = outcome.acts
        if was is None:
            raise Refused("acts.plan_gone")
        inventory = await self.cluster.read()
        if not inventory.is_quorate:
            raise Refused("apply.no_quorum", cluster=inventory.cluster)
        now = await self._planned(run, [step.deed for step in was.steps], inventory, is_soon=True)
        if now.digest != was.digest:
            raise Refused("acts.moved", run=run.id)
        self._judge(run, outcome, inventory)

    async def look(self, run: Run, outcome: Outcome) -> Outcome:
        """What became of acts whose runner ended without a word; ``NotYet`` where that cannot be said yet."""
        if outcome.acts is None or outcome.ending is not None:
            return outcome
        if await self.remains.look(run.id) == "at_work":
            raise NotYet(say("recover.at_work"), AT_WORK_S)
        try:
            seen = await self.acts.look({step.vmid for step in outcome.acts.steps})
        except Broken as silent:
            raise NotYet(silent.sentence, SILENT_S) from silent
        return replace(outcome, notes=tuple(_found(step, seen.get(step.vmid)) for step in outcome.acts.steps))

    async def _planned(
        self, run: Run, deeds: Sequence[Deed], inventory: Inventory, *, is_soon: bool = False
    ) -> ActPlan:
        seen = await self.acts.look({int(deed.guest) for deed in deeds})
        for each in seen.values() if is_soon else ():
            if each.guest.lock:
                raise Refused("acts.locked", guest=each.guest.name, lock=each.guest.lock)
        # A plan that is made again after a crash names the same run, so its digest is the same too.
        return await asyncio.to_thread(plan_acts, deeds, inventory, seen, run.id)

    def _judge(self, run: Run, outcome: Outcome, inventory: Inventory) -> None:
        found = list(self._violations(run, outcome, inventory))
        if found:
            raise Violated(found)

    def _violations(self, run: Run, outcome: Outcome, inventory: Inventory) -> Iterator[Sentence]:
        steps = outcome.acts.steps if outcome.acts else ()
        protected = protected_vmids(inventory.guests, self.rules.protected)
        yield from (say("policy.protected", guest=step.name) for step in steps if step.vmid in protected)
        for rules in environments_of_run(run, outcome, self.people):
            for step in steps:
                target = step.deed.node if step.deed.verb == "migrate" else ""
                if target and rules.nodes and target not in rules.nodes and rules.name in step.tags:
                    yield say("acts.node_of_others", node=target, environment=rules.name, nodes=rules.nodes)


def _found(step: Step, seen: Seen | None) -> Sentence:
    """What a look at the guest tells about one step; some leave no trace that could be told from none at all."""
    told = {"guest": step.name, "verb": step.deed.verb, "call": step.call.line}
    if seen is None:
        return say("acts.found.gone", **told)
    if step.goal is None:
        return say("acts.found.unknown", **told)
    return say("acts.found.done" if is_reached(step.goal, seen) else "acts.found.not_done", **told)
