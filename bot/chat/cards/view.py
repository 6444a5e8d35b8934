"""Everything a card of a run is made from, and the one way to put it into words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agents.contracts import Proposal
from bot.chat.port import Text
from bot.chat.words import Words, duration, join, moment, money
from bot.domain.automatic import RULE
from bot.domain.lease import days
from bot.domain.outcome import Outcome
from bot.domain.run import Run, RunState
from iac.acts import Deed
from iac.errors import Sentence, Value


@dataclass(frozen=True, slots=True)
class Around:
    """The people around a run: what they are called, how many must say yes, and the names of those who still may.

    ``may`` is None where it makes no difference any more.
    """

    names: Mapping[str, str]
    needed: int = 1
    may: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A run with what is known about it, in the run's own language."""

    run: Run
    proposal: Proposal
    outcome: Outcome
    people: Around
    words: Words

    @property
    def language(self) -> str:
        """The language of the card."""
        return "fr" if self.run.language == "fr" else "en"

    @property
    def guests(self) -> tuple[str, ...]:
        """The names of the guests that were asked for."""
        return self.outcome.acts.guests if self.outcome.acts and self.outcome.acts.steps else self.proposal.names

    @property
    def created(self) -> frozenset[str]:
        """The names of what the plan creates."""
        plan = self.outcome.plan
        return frozenset(c.name for c in plan.changes if c.action == "create") if plan else frozenset()

    def say(self, key: str, **values: Value) -> str:
        """One message of the catalogues."""
        return self.words.text(key, self.language, **values)

    def sentence(self, sentence: Sentence) -> str:
        """Somebody else's sentence."""
        return self.words.say(sentence, self.language)

    def name(self, person_id: str | None) -> str:
        """A person as the others know them; the id where nobody does. A rule is called what it is."""
        if person_id == RULE:
            return self.say("card.rule")
        return self.people.names.get(person_id or "", person_id or "?")

    @property
    def deciders(self) -> tuple[str, ...]:
        """The names of those who approved it: all of them, where more than one had to."""
        return tuple(self.name(person) for person in self.outcome.yes or (self.run.decided_by,))

    @property
    def cost(self) -> str:
        """What the guests cost a month, and by how much the plan changes that; empty where there are no prices."""
        cost = self.outcome.cost
        if cost is None:
            return ""
        month = self.say("card.cost_month", cost=money(cost.after_eur, self.language))
        if not cost.before_eur or not cost.change_eur:
            return month
        change = money(cost.change_eur, self.language, is_signed=True)
        return self.say("card.cost_change", cost=month, change=change)

    @property
    def lifetime(self) -> str:
        """How long the guests that are made may live; empty where nobody said."""
        term = self.outcome.term
        if term is None:
            return ""
        if self.run.state is RunState.APPLIED or term.until is not None:
            return self.say("card.lives_until", until=self.moment(term.ends_at(self.run.updated_at)))
        return self.say("card.lives_days", count=days(term.seconds or 0.0))

    def moment(self, at: float) -> str:
        """A time, in words."""
        return moment(at, self.language)

    def duration(self, seconds: float) -> str:
        """A duration, in words."""
        return duration(seconds, self.language)

    def words_join(self, items: Sequence[str]) -> str:
        """A list inside a sentence."""
        return join(items, self.language)

    def items(self, head: str, lines: Iterable[str]) -> Text | None:
        """A paragraph with a list under it; None where the list is empty."""
        listed = [f"- {line}" for line in lines]
        return Text("\n".join([head, *listed])) if listed else None


def deed_text(view: View, deed: Deed, name: str = "") -> str:
    """An act in words, what is not decided yet left out; ``name`` is the guest's, where only its number was asked."""
    given = {"snapshot": deed.snapshot, "storage": deed.storage, "node": deed.node}
    values = {key: value for key, value in given.items() if value}
    key = f"acts.deed.{deed.verb}"
    bare = f"{key}.open"
    is_open = view.words.has(bare) and not (values.keys() & {"snapshot", "storage"})
    return view.say(bare if is_open else key, guest=name or deed.guest, **values)
