"""Checking: what is wrong with a form that was filled in, said before it is stored. It records only a wrong yes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.chat.cards import REASON, TYPED, request_form, wrong_answers
from bot.chat.port import Filled, Form
from bot.domain.approval import (
    APPROVE,
    CONFIRM,
    LAY_ASIDE,
    NamesWanted,
    check_is_open,
    check_may_approve,
    check_names_typed,
    check_reason,
    parse_button,
)
from bot.domain.edit import EDIT, check_is_small
from bot.domain.errors import Refused, Sentence
from bot.domain.run import Run
from bot.flow.deciding import asks_reason, needs_of_run
from bot.flow.editables import Editables
from bot.flow.refusing import Refusing
from bot.flow.tongue import ASKED, REQUESTED
from bot.ports import Clock, Cluster, People, Runs
from iac.errors import Broken

LOOK_S = 1.0
"""The longest that the cluster is waited for: what only it knows is said later, in the thread."""

Wrong = Mapping[str, Sentence]
NOTHING: Wrong = {}


@dataclass(frozen=True, slots=True)
class Checking:
    """Quick: our own records, and a reading of the cluster where there is one at hand.

    It finds what is wrong with the values. Whoever may not send the form, or sends it too late, is told by the stage
    that takes it.
    """

    runs: Runs
    people: People
    cluster: Cluster
    refusing: Refusing
    now: Clock

    async def errors(self, event: Filled) -> Mapping[str, str]:
        """What is wrong, by input, in the language of the form; empty where it can be taken."""
        kind, colon, rest = event.form.partition(":")
        checks: Mapping[str, Callable[[Filled, str], Awaitable[Wrong]]] = {
            EDIT: self._edit,
            CONFIRM: self._names,
            LAY_ASIDE: self._reason,
            f"{ASKED}:": self._answers,
            f"{REQUESTED}:": self._request,
        }
        check = checks.get(f"{kind}{colon}")
        try:
            wrong = await check(event, rest) if check else NOTHING
        except Refused:
            return {}
        if not wrong:
            return {}
        language = await self.refusing.tongue.of(event)
        return {name: self.refusing.telling.words.say(sentence, language) for name, sentence in wrong.items()}

    async def _edit(self, event: Filled, value: str) -> Wrong:
        editables = Editables(self.runs, self.people, self.now)
        run = await editables.open(self.people.person(event.who), value)
        try:
            async with asyncio.timeout(LOOK_S):
                inventory = await self.cluster.read()
        except (Broken, TimeoutError):
            return NOTHING
        editable = editables.of(run, inventory)
        check_is_small(editable)
        return editables.wrong(run, editable, event.values, inventory)

    async def _names(self, event: Filled, value: str) -> Wrong:
        """Names that are not those of what would be destroyed; they are kept in the trail as a press is."""
        run = await self._open(value)
        needs = needs_of_run(run, self.people)
        check_may_approve(run, self.people.person(event.who), needs)
        try:
            check_names_typed(event.values.get(TYPED, ""), needs)
        except NamesWanted as no:
            await self.refusing.keep(event, (APPROVE, value), no)
            return {TYPED: no.sentence}
        return NOTHING

    async def _reason(self, event: Filled, value: str) -> Wrong:
        run = await self._open(value)
        try:
            check_reason(event.values.get(REASON), is_wanted=asks_reason(run, self.people))
        except Refused as no:
            return {REASON: no.sentence}
        return NOTHING

    async def _request(self, event: Filled, language: str) -> Wrong:
        return wrong_answers(request_form(event.form, self.refusing.telling.words, language), event.values)

    async def _answers(self, event: Filled, asked: str) -> Wrong:
        """Against the questions as the crew asked them; none are left where its card is forgotten."""
        card = await self.refusing.outbox.card(f"reply:{asked.partition(':')[2]}")
        forms = [part for part in card.parts if isinstance(part, Form)] if card else []
        form = next((form for form in forms if form.id == event.form), None)
        return wrong_answers(form, event.values) if form else NOTHING

    async def _open(self, value: str) -> Run:
        run_id, digest = parse_button(value)
        run = await self.runs.get(run_id)
        check_is_open(run, digest, self.now())
        return run
