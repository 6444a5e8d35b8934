"""What the stages say, as rows of the outbox: one card a run, edited in place; replies and private notes beside it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agents.contracts import Language, Proposal, Reply, TraceStep
from bot.chat.cards import Around, Told, names_card, note_card, reply_card, run_card, trace_card, words_card
from bot.chat.port import Card, Conversation, Event
from bot.chat.words import Words
from bot.domain.approval import CONFIRM, NamesWanted
from bot.domain.outcome import Outcome, parse_outcome
from bot.domain.run import Run, RunState
from bot.domain.severity import severity_of
from bot.flow.deciding import deciders
from bot.flow.tongue import asked_form
from bot.ports import Outgoing, People
from iac.errors import Sentence


def proposal_of(run: Run) -> Proposal:
    """The crew's proposal as it was stored with the run."""
    return Proposal.model_validate(dict(run.proposal))


def proposal_json(proposal: Proposal) -> Mapping[str, object]:
    """A proposal as JSON values."""
    stored: dict[str, object] = json.loads(proposal.model_dump_json())
    return stored


@dataclass(frozen=True, slots=True)
class Telling:
    """Builds messages; sends nothing."""

    words: Words
    people: People

    def card(self, run: Run, outcome: Outcome | None = None) -> Card:
        """The card of a run as it stands."""
        known = outcome or parse_outcome(run.outcome)
        proposal = proposal_of(run)
        if known.strategy:
            proposal = proposal.model_copy(update={"strategy": known.strategy})
        return run_card(run, proposal, known, self._around(run, known), self.words)

    def post(self, run: Run, to: Conversation) -> Outgoing:
        """The first form of a run's card."""
        return Outgoing(key=f"run:{run.id}", conversation=to, card=self.card(run))

    def edit(self, run: Run, to: Conversation, outcome: Outcome | None = None, *, step: str = "") -> Outgoing:
        """A later form of it; ``step`` tells two edits in the same state apart."""
        key = f"run:{run.id}:{run.state.value}{':' + step if step else ''}"
        card = self.card(run, outcome)
        return Outgoing(key, to, card, "edit", of=f"run:{run.id}", severity=severity_of(run))

    def remark(self, run: Run, to: Conversation, sentence: Sentence, key: str) -> Outgoing:
        """A word about a run beside its card, in its language; said once for each key."""
        card = note_card(sentence, self.words, run.language, "waiting")
        return Outgoing(key, to, card, severity=severity_of(run))

    def reply(self, event: Event, reply: Reply) -> Outgoing:
        """The crew's words, back into the thread."""
        card = reply_card(reply, self.words, form_id=asked_form(reply.language, event.dedupe))
        return Outgoing(key=f"reply:{event.dedupe}", conversation=event.conversation, card=card)

    def trace(self, steps: Sequence[TraceStep], language: str) -> Card:
        """How a proposal came about."""
        return trace_card(steps, self.words, language)

    def note(self, event: Event, sentence: Sentence, language: Language, *, about: str = "reply") -> Outgoing:
        """A public word about an event that came to nothing; ``about`` tells several such words apart."""
        card = note_card(sentence, self.words, language, "bad")
        return Outgoing(key=f"{about}:{event.dedupe}", conversation=event.conversation, card=card)

    def answer(self, event: Event, said: Sequence[Told], language: str) -> Outgoing:
        """The public answer to a command."""
        card = words_card(said, self.words, language)
        return Outgoing(key=f"answer:{event.dedupe}", conversation=event.conversation, card=card)

    def confide(self, event: Event, said: Sequence[Told], language: str) -> Outgoing:
        """The private answer to a command."""
        return replace(self.answer(event, said, language), kind="whisper", who=event.who)

    def whisper(self, event: Event, sentence: Sentence, language: str) -> Outgoing:
        """A private word to the one who did something."""
        card = note_card(sentence, self.words, language, "bad")
        key = f"note:{event.dedupe}"
        return Outgoing(key=key, conversation=event.conversation, card=card, kind="whisper", who=event.who)

    def ask_names(self, event: Event, no: NamesWanted, value: str, language: str) -> Outgoing:
        """A private question for the names of what would be destroyed; ``value`` is the button's."""
        card = names_card(no.sentence, no.guests, f"{CONFIRM}{value}", self.words, language)
        return Outgoing(f"note:{event.dedupe}", event.conversation, card, "whisper", who=event.who)

    def _around(self, run: Run, outcome: Outcome) -> Around:
        ids = {run.requester, run.decided_by, *run.editors, *outcome.yes}
        names = {person_id: self.people.named(person_id).name for person_id in ids if person_id}
        if run.state is not RunState.PLANNED:
            return Around(names)
        needed, may = deciders(run, outcome, self.people)
        return Around(names, needed, tuple(person.name for person in may))
