"""People from the settings and from the groups of the platforms: who may do what, by our own records."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.chat.port import Actor
from bot.domain.environment import Environment
from bot.domain.linking import Ties
from bot.domain.person import Person, Role
from bot.ports import Directory
from bot.settings import PersonSetting, Settings
from bot.wiring.environments import environments_of
from bot.wiring.roster import Roster


@dataclass(frozen=True, slots=True)
class Book:
    """The ``People`` port. Somebody who is neither in it nor in a group of it has no role at all.

    ``known`` has every account of a person: whichever one acts, or stands in an old record, it is that person.
    """

    known: Mapping[str, Person]
    rules: Mapping[str, Environment] = field(default_factory=dict)
    roster: Roster = field(default_factory=Roster)
    ties: Ties = field(default_factory=Ties)
    """The accounts that people linked by themselves; only those of a person of the settings count."""

    def person(self, who: Actor) -> Person:
        """The person behind an actor; the name on the platform widens nothing."""
        return self._of(who.key, who.name or self.roster.name_of(who.key) or who.id)

    def named(self, person_id: str) -> Person:
        """The person of that id; an id nobody has any more keeps its plain form as a name."""
        return self._of(person_id, self.roster.name_of(person_id) or person_id.partition(":")[2] or person_id)

    def is_named(self, account: str) -> bool:
        """Whether the settings themselves say whose account it is."""
        return account in self.known

    def everybody(self) -> Sequence[Person]:
        """Everybody we know, by name."""
        people = {p.id: p for p in map(self.named, (*self.known, *self.roster.everybody()))}
        return sorted(people.values(), key=lambda person: (person.name.casefold(), person.id))

    def environments(self) -> Mapping[str, Environment]:
        """What holds in each environment, by its name."""
        return self.rules

    def group(self, group_id: str) -> tuple[str, Sequence[Person]]:
        """What a group is called, and who is in it."""
        group = self.roster.groups.get(group_id)
        return group.name if group else group_id, [p for p in self.everybody() if self._is_in(p, group_id)]

    def _is_in(self, person: Person, group_id: str) -> bool:
        """A platform names its group's members by the accounts that it knows."""
        return any(map(person.is_called, self.roster.members(group_id)))

    def _of(self, account: str, name: str) -> Person:
        """Whose account that is: by the settings, else by the person's own link to somebody whom they name."""
        found = self.known.get(account) or self.known.get(self.ties.person_of.get(account, ""))
        person = found or Person(account, name, frozenset())
        ids = (person.id, *person.also)
        linked = () if found is None else self.ties.accounts_of(ids)
        also = (*person.also, *(each for each in linked if each not in self.known))
        return self._with_groups(replace(person, also=also, was=self._was({person.id, *also})))

    def _was(self, ids: Collection[str]) -> tuple[str, ...]:
        """Every other account that was ever one with these, and every id that the settings have for such a one."""
        ever = self.ties.ever_one(ids)
        others = ever - {*ids}
        people = [person for each in others if (person := self.known.get(each))]
        named = {each for person in people for each in (person.id, *person.also)}
        return tuple(sorted(self.ties.ever_one(ever | named) - {*ids})) if others else ()

    def _with_groups(self, person: Person) -> Person:
        """The roles that a person's groups bring along are theirs for as long as they are in them."""
        groups = frozenset(name for name in self.roster.groups if self._is_in(person, name))
        brought = {Role(role) for name in groups for role in self.roster.groups[name].roles}
        return replace(person, roles=person.roles | brought, groups=groups)


def book_of(
    people: Sequence[PersonSetting],
    environments: Mapping[str, Environment] | None = None,
    roster: Roster | None = None,
) -> Book:
    """Build the book; without environments nothing can be approved."""
    known = {account: _person(setting) for setting in people for account in setting.accounts}
    return Book(known, environments or {}, roster or Roster())


def _person(setting: PersonSetting) -> Person:
    roles = frozenset(Role(role) for role in setting.roles)
    return Person(setting.id, setting.name, roles, setting.ssh_keys, also=setting.also)


def book_from(settings: Settings, directories: Mapping[str, Directory]) -> Book:
    """The book of an installation; ``directories`` are the platforms whose groups can be asked for, by their name."""
    roster = Roster({group.id: group for group in settings.groups}, directories)
    return book_of(settings.everybody, environments_of(settings), roster)
