"""People from the settings: who may do what, by our own records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.chat.port import Actor
from bot.domain.person import Person, Role
from bot.settings import PersonSetting


@dataclass(frozen=True, slots=True)
class Book:
    """The ``People`` port over a fixed list. Somebody who is not in it has no role at all."""

    known: Mapping[str, Person]

    def person(self, who: Actor) -> Person:
        """The person behind an actor; the name on the platform widens nothing."""
        return self.known.get(who.key) or Person(who.key, who.name or who.id, frozenset())

    def named(self, person_id: str) -> Person:
        """The person of that id; an id nobody has any more keeps its plain form as a name."""
        return self.known.get(person_id) or Person(person_id, person_id.partition(":")[2] or person_id, frozenset())


def book_of(people: Sequence[PersonSetting]) -> Book:
    """Build the book from the settings."""
    return Book(
        {p.id: Person(p.id, p.name, frozenset(Role(role) for role in p.roles), tuple(p.ssh_keys)) for p in people}
    )
