"""Approving: a button of a card was pressed. Rights and freshness are looked up now; a decision is recorded once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.chat.cards import REASON, TYPED, form_card, reason_form
from bot.chat.port import Conversation, Filled, Pressed, Said
from bot.domain.approval import (
    APPROVE,
    CONFIRM,
    DISCARD,
    LAY_ASIDE,
    TYPED_REPLY,
    TYPED_S,
    NamesWanted,
    ReasonWanted,
    button_value,
    check_has_not_voted,
    check_is_open,
    check_may_approve,
    check_may_discard,
    check_names_typed,
    check_reason,
    each_once,
    may_approve,
    parse_button,
)
from bot.domain.errors import Refused, say
from bot.domain.outcome import dump_outcome, parse_outcome
from bot.domain.run import Run, RunState
from bot.flow.deciding import asks_reason, needs_of_run
from bot.flow.refusing import Refusing
from bot.flow.telling import Telling
from bot.ports import (
    Clock,
    Decide,
    Decision,
    Freezes,
    Jobs,
    Outbox,
    Outgoing,
    Pending,
    People,
    Runs,
    Stacks,
    Vote,
    Votes,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Press:
    """What was pressed, as our own words for it; ``typed`` is what was filled in beside it.

    With a yes to a loss these are the names of what is lost, with a no its reason; None: nothing was asked yet.
    """

    event: Pressed | Filled | Said
    action: str
    value: str
    typed: str | None = None
    evidence: str = ""
    """What speaks for who it was, where the platform does not vouch for it."""

    @property
    def names(self) -> str | None:
        """The names typed beside a yes; what came in by a way that nobody vouches for is no second fact."""
        return None if self.event.evidence else self.typed

    @property
    def facts(self) -> Mapping[str, str]:
        """What the trail keeps of the evidence."""
        evidence = self.evidence or self.event.evidence
        return {"evidence": evidence} if evidence else {}


@dataclass(frozen=True, slots=True)
class Approving:
    """One press, from the inbox to a vote, a decision or a private word."""

    runs: Runs
    votes: Votes
    stacks: Stacks
    freezes: Freezes
    outbox: Outbox
    jobs: Jobs
    people: People
    telling: Telling
    refusing: Refusing
    now: Clock

    async def press(self, event: Pressed) -> None:
        """Decide; everything that speaks against it is told to the presser alone."""
        await self._answer(Press(event, event.action, event.value))

    async def fill(self, event: Filled) -> None:
        """What was asked about a press was filled in: the names of what would be destroyed, the reason of a no."""
        if event.form.startswith(LAY_ASIDE):
            reason = " ".join(event.values.get(REASON, "").split())
            press = Press(event, DISCARD, event.form.removeprefix(LAY_ASIDE), reason)
        else:
            press = Press(event, APPROVE, event.form.removeprefix(CONFIRM), event.values.get(TYPED, ""))
        await self._answer(press)

    async def hear(self, event: Said) -> bool:
        """Whether these words were the names that a yes of this person waits for: then that yes is given now."""
        if event.evidence:
            return False
        voter, since = self.people.person(event.who).id, self.now() - TYPED_S
        pending = await self.votes.waiting(event.conversation.key, voter, since)
        if pending is None or not await self._names_all(pending, event.text):
            return False
        run = await self.runs.get(pending.run_id)
        evidence = f"{pending.evidence} + {TYPED_REPLY}"
        await self._answer(Press(event, APPROVE, button_value(run), event.text, evidence))
        return True

    async def _names_all(self, pending: Pending, text: str) -> bool:
        """Whether exactly the names of what would be lost were typed, by the plan that was pressed."""
        run = await self.runs.get(pending.run_id)
        try:
            needs = needs_of_run(run, self.people)
            check_names_typed(text, needs)
        except Refused:
            return False
        return bool(needs.lost) and run.digest == pending.digest

    async def _answer(self, press: Press) -> None:
        try:
            is_enough = await self._decide(press)
        except NamesWanted as no:
            await self._ask(press, no)
        except ReasonWanted as no:
            await self._ask_why(press, no)
        except Refused as no:
            await self.refusing.tell(press.event, (press.action, press.value), no)
        else:
            if is_enough:
                # The sender finds the card by itself soon: until terraform has started, nothing is done beside it.
                return
        await self.jobs.send("tell", press.event.conversation.key)

    async def _decide(self, press: Press) -> bool:
        """Whether the plan is approved by this press, and rung for."""
        run_id, digest = parse_button(press.value)
        run = await self.runs.get(run_id)
        stack = await self.stacks.get(run.stack_id)
        is_yes = press.action == APPROVE
        if is_yes:
            await self._check_not_frozen()
        elif press.action != DISCARD:
            raise Refused("approve.unknown_button")
        vote = Vote(run.id, self._voter(press), press.event.dedupe, self.now(), is_yes)
        judge = self._yes if is_yes else self._no
        decide = judge(press, digest, vote, stack.conversation)
        decided = await self.votes.cast(vote, decide)
        if decided is None:
            return False
        log.info("run.voted", run=run.id, state=decided.state.value, by=vote.person, digest=run.digest)
        if decided.state is not RunState.APPROVED:
            return False
        await self.jobs.send("apply", run.id)
        return True

    def _voter(self, press: Press) -> str:
        return self.people.person(press.event.who).id

    async def _check_not_frozen(self) -> None:
        freeze = await self.freezes.current()
        if freeze is not None:
            raise Refused("approve.frozen", holder=self.people.named(freeze.by).name, why=freeze.why)

    def _yes(self, press: Press, digest: str, vote: Vote, to: Conversation) -> Decide:
        """What one more yes does; asked on the locked row, with the rights as they are at that moment."""

        def decide(run: Run, earlier: Sequence[str]) -> Decision:
            voter = self.people.person(press.event.who)
            check_has_not_voted(run, voter, earlier)
            check_is_open(run, digest, vote.at)
            needs = needs_of_run(run, self.people)
            check_may_approve(run, voter, needs)
            check_names_typed(press.names, needs)
            # Someone who said yes and has lost the right since does not count any more.
            before = map(self.people.named, earlier)
            said = each_once([*(p for p in before if may_approve(run, p, needs)), voter])
            is_enough = len(said) >= needs.approvals
            outcome = replace(parse_outcome(run.outcome), yes=said)
            changes = {"outcome": dump_outcome(outcome), **(_decided(vote) if is_enough else {})}
            after = replace(run, state=RunState.APPROVED if is_enough else run.state, **changes)
            card = self.telling.edit(after, to, step="" if is_enough else f"yes:{vote.person}")
            facts = {"yes": list(said), "needed": needs.approvals, **press.facts}
            return Decision(after.state if is_enough else None, changes, [card], facts)

        return decide

    def _no(self, press: Press, digest: str, vote: Vote, to: Conversation) -> Decide:
        def decide(run: Run, _earlier: Sequence[str]) -> Decision:
            check_is_open(run, digest, vote.at)
            check_may_discard(run, self.people.person(press.event.who))
            check_reason(press.typed, is_wanted=asks_reason(run, self.people))
            outcome = replace(parse_outcome(run.outcome), reason=press.typed or "")
            changes = {"outcome": dump_outcome(outcome), **_decided(vote)}
            after = replace(run, state=RunState.DISCARDED, **changes)
            facts = {**({"reason": outcome.reason} if outcome.reason else {}), **press.facts}
            return Decision(after.state, changes, [self.telling.edit(after, to)], facts)

        return decide

    async def _ask(self, press: Press, no: NamesWanted) -> None:
        """A yes to a loss: asked for, the names; typed wrongly, asked for again and kept in the trail."""
        if press.event.evidence:
            await self._wait_for_names(press, no)
            return
        if press.typed is not None:
            await self.refusing.keep(press.event, (press.action, press.value), no)
        language = await self.refusing.tongue.of(press.event)
        await self.outbox.add([self.telling.ask_names(press.event, no, press.value, language)])

    async def _wait_for_names(self, press: Press, no: NamesWanted) -> None:
        """Who pressed is not vouched for: the yes waits for its person's own words in the thread."""
        run_id, _ = parse_button(press.value)
        run = await self.runs.get(run_id)
        event = press.event
        await self.votes.wait_for(
            Pending(run.id, run.digest or "", self._voter(press), event.evidence, event.dedupe, self.now())
        )
        where = say("approve.in_thread", guests=no.guests, count=len(no.guests))
        language = await self.refusing.tongue.of(event)
        await self.outbox.add([self.telling.confide(event, [no.sentence, where], language)])

    async def _ask_why(self, press: Press, no: ReasonWanted) -> None:
        """Nothing is laid aside here without a reason: asked of the presser alone."""
        words, language = self.telling.words, await self.refusing.tongue.of(press.event)
        form = reason_form(f"{LAY_ASIDE}{press.value}", words, language, is_wanted=True)
        card = form_card(form, no.sentence, words, language)
        asked = Outgoing(f"note:{press.event.dedupe}", press.event.conversation, card, "whisper", who=press.event.who)
        await self.outbox.add([asked])


def _decided(vote: Vote) -> Mapping[str, Any]:
    return {"decided_by": vote.person, "decided_at": vote.at, "updated_at": vote.at}
