"""Rights that come with a group: as the settings say, or as the platform said a short while ago; in doubt, none."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.chat.port import Actor
from bot.domain.person import Role
from bot.settings import GroupSetting, PersonSetting, Settings
from bot.wiring.environments import environments_of
from bot.wiring.people import Book, book_from, book_of
from bot.wiring.roster import Roster
from iac.errors import Broken

OPS = GroupSetting(id="chat:ops", name="Operations", roles=("approver", "destroyer"))


@dataclass
class Platform:
    """The groups of a platform; it can fall silent."""

    groups: dict[str, list[str]] = field(default_factory=lambda: {"chat:ops": ["chat:bob"]})
    is_silent: bool = False
    asked: list[str] = field(default_factory=list)
    at: float = 1000.0

    async def members(self, group_id: str) -> list[str]:
        self.asked.append(group_id)
        if self.is_silent:
            raise Broken("asking for a group", "no answer", is_worth_retrying=True)
        return self.groups[group_id]

    def now(self) -> float:
        return self.at


@pytest.fixture
def platform() -> Platform:
    return Platform()


def book(platform: Platform, *groups: GroupSetting) -> Book:
    roster = Roster({g.id: g for g in groups or (OPS,)}, {"chat": platform}, platform.now, 900)
    people = (PersonSetting(id="chat:alice", name="Alice", roles=("requester",)),)
    return book_of(people, environments_of(Settings()), roster)


async def test_a_member_of_a_platforms_group_has_its_roles_once_the_platform_was_asked(platform):
    known = book(platform)
    assert not known.person(Actor("chat", "bob")).roles
    await known.roster.refresh()
    bob = known.person(Actor("chat", "bob", "Bob"))
    assert bob.roles == {Role.APPROVER, Role.DESTROYER}
    assert bob.groups == {"chat:ops"}
    assert bob.name == "Bob"


async def test_who_left_the_group_has_lost_its_roles(platform):
    known = book(platform)
    await known.roster.refresh()
    platform.groups["chat:ops"] = ["chat:alice"]
    await known.roster.refresh()
    assert not known.named("chat:bob").may_approve
    assert known.named("chat:alice").roles == {Role.REQUESTER, Role.APPROVER, Role.DESTROYER}


async def test_a_platform_that_is_silent_for_a_while_changes_nothing(platform):
    known = book(platform)
    await known.roster.refresh()
    platform.is_silent, platform.at = True, platform.at + 899
    await known.roster.refresh()
    assert known.named("chat:bob").may_approve


async def test_after_too_long_a_silence_the_groups_rights_fall_away(platform):
    known = book(platform)
    await known.roster.refresh()
    platform.is_silent, platform.at = True, platform.at + 901
    await known.roster.refresh()
    assert not known.named("chat:bob").roles
    assert known.group("chat:ops") == ("Operations", [])
    platform.is_silent = False
    await known.roster.refresh()
    assert known.named("chat:bob").may_approve


async def test_one_group_that_is_not_read_holds_up_no_other(platform):
    lab = GroupSetting(id="chat:lab", name="Lab", roles=("approver",))
    known = book(platform, GroupSetting(id="nowhere:x", name="X", roles=("admin",)), OPS, lab)
    platform.groups["chat:lab"] = ["chat:eve"]
    await known.roster.refresh()
    assert known.named("chat:eve").may_approve
    assert platform.asked == ["chat:ops", "chat:lab"]


async def test_members_named_in_the_settings_are_the_members(platform):
    known = book(platform, OPS.model_copy(update={"members": ("chat:carol",)}))
    await known.roster.refresh()
    assert platform.asked == []
    assert known.named("chat:carol").may_approve
    assert not known.named("chat:bob").roles


async def test_everybody_are_the_people_of_the_settings_and_the_members_of_the_groups(platform):
    known = book(platform)
    await known.roster.refresh()
    assert [person.id for person in known.everybody()] == ["chat:alice", "chat:bob"]


def test_an_installation_knows_the_groups_of_its_settings():
    settings = Settings(groups=({"id": "web:ops", "name": "Ops", "members": ["web:alice"], "roles": ["approver"]},))
    known = book_from(settings, {})
    assert known.named("web:alice").roles == {Role.REQUESTER, Role.APPROVER}
    assert known.group("web:ops")[0] == "Ops"
    assert set(known.environments()) == set(settings.environments)
    assert known.group("web:unheard-of") == ("web:unheard-of", [])


async def test_after_a_start_nobody_is_judged_before_the_platform_was_asked(platform):
    known = book(platform)
    begun = asyncio.create_task(known.roster.begun(60))
    await asyncio.sleep(0)
    assert not begun.done()
    await known.roster.refresh()
    await begun
    assert known.named("chat:bob").may_approve


async def test_a_platform_that_never_answers_is_not_waited_for_for_ever(platform):
    known = book(platform)
    await known.roster.begun(0.01)
    assert not known.named("chat:bob").roles


async def test_where_no_platform_has_to_be_asked_nothing_is_waited_for(platform):
    await asyncio.wait_for(book(platform, OPS.model_copy(update={"members": ("chat:bob",)})).roster.begun(600), 60)


@dataclass
class _WithNames(Platform):
    names: dict[str, str] = field(default_factory=dict)

    async def name_of(self, account: str) -> str:
        return self.names.get(account, "")


async def test_a_member_is_called_by_the_name_that_the_platform_knows():
    platform = _WithNames(names={"chat:bob": "Bob"})
    known = book(platform)
    assert known.named("chat:bob").name == "bob"
    await known.roster.refresh()
    assert known.named("chat:bob").name == "Bob"
    assert known.person(Actor("chat", "bob")).name == "Bob"


async def test_a_name_that_is_not_told_is_asked_for_again_and_the_settings_say_best_what_somebody_is_called():
    platform = _WithNames({"chat:ops": ["chat:bob", "chat:alice"]}, names={"chat:alice": "A. Smith"})
    known = book(platform)
    await known.roster.refresh()
    assert (known.named("chat:bob").name, known.named("chat:alice").name) == ("bob", "Alice")
    platform.names["chat:bob"] = "Bob"
    await known.roster.refresh()
    assert known.named("chat:bob").name == "Bob"
