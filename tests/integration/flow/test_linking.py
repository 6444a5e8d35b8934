"""Two accounts become one person only where both sides say so; it gives no right, and four eyes see through it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.chat.port import Actor, Pressed
from bot.domain.approval import button_value
from bot.domain.run import RunState
from bot.settings import GroupSetting, Settings
from bot.store.audit import Audit
from bot.store.links import SqlLinks, attempts
from bot.store.models import outbox
from bot.wiring.environments import environments_of
from bot.wiring.people import book_of
from bot.wiring.roster import Roster
from tests.fixtures.commanding import linking_of
from tests.fixtures.flow import HERE
from tests.fixtures.linking import Account, linked
from tests.fixtures.ruled import PEOPLE

S = RunState


def people(flow):
    return flow.approving.refusing.telling.people


@pytest.fixture
def bob(flow) -> Account:
    return Account(flow, "test:bob")


@pytest.fixture
def other(flow) -> Account:
    """Bob's account on another platform, which nobody knows yet."""
    return Account(flow, "chat:u9")


async def test_both_sides_act_and_then_they_are_one_person(anywhere):
    bob, other = Account(anywhere, "test:bob"), Account(anywhere, "chat:u9")
    told = await linked(other, bob)
    assert "are one person for me now: Bob" in told
    person = people(anywhere).person(Actor("chat", "u9", "U9"))
    assert (person.id, person.name) == ("test:bob", "Bob")
    assert people(anywhere).named("test:bob").is_called("chat:u9")
    rows = [entry async for entry in Audit(anywhere.database).export()]
    assert any('"what":"identity.linked"' in row.body and '"account":"chat:u9"' in row.body for row in rows)
    await Audit(anywhere.database).verify()


async def test_it_begins_on_either_side(flow, bob, other):
    assert "one person for me now: Bob" in await linked(bob, other)
    assert people(flow).person(Actor("chat", "u9", "")).id == "test:bob"


async def test_each_side_is_shown_who_the_other_is_before_it_says_yes(flow, bob, other):
    assert "U9 (chat:u9)" in await bob.say(f"link {await other.code()}")
    assert people(flow).person(Actor("chat", "u9", "")).id == "chat:u9"
    await bob.press()
    assert "Bob (test:bob)" in await other.told()
    assert people(flow).person(Actor("chat", "u9", "")).id == "chat:u9"


@pytest.mark.parametrize("who", ["second", "first"])
async def test_a_no_on_either_side_ends_it(flow, bob, other, who):
    await bob.say(f"link {await other.code()}")
    if who == "first":
        await bob.press()
    side = bob if who == "second" else other
    assert "Nothing was linked" in await side.press("link_no")
    assert "over" in await side.press()
    assert people(flow).person(Actor("chat", "u9", "")).id == "chat:u9"


async def test_nobody_else_confirms_and_nobody_confirms_for_the_other_side(flow, bob, other):
    mallory = Account(flow, "chat:mallory")
    await bob.say(f"link {await other.code()}")
    attempt = await bob.asked()
    assert "not your turn" in await other.press("link", attempt)
    assert "not your turn" in await mallory.press("link", attempt)
    await bob.press()
    assert "not your turn" in await bob.press("link", attempt)
    assert "not your turn" in await mallory.press("link", attempt)
    assert people(flow).person(Actor("chat", "u9", "")).id == "chat:u9"


async def test_a_code_counts_once_and_not_for_long(flow, bob, other):
    code = await other.code()
    await bob.say(f"link {code}")
    assert "is none, was used" in await Account(flow, "test:dave").say(f"link {code}")
    code = await other.code()
    flow.world.at += 601
    assert "too old" in await bob.say(f"link {code}")


async def test_a_confirmation_that_comes_too_late_links_nothing(flow, bob, other):
    await bob.say(f"link {await other.code()}")
    flow.world.at += 601
    assert "over" in await bob.press()


async def test_a_newer_code_ends_the_older(flow, bob, other):
    old = await other.code()
    await other.code()
    assert "is none" in await bob.say(f"link {old}")


async def test_a_code_is_kept_as_a_hash(flow, other):
    code = await other.code()
    async with flow.database.reading() as connection:
        row = (await connection.execute(select(attempts))).one()
    assert code not in str(row)
    assert code.replace("-", "") not in str(row)


async def test_codes_cannot_be_tried_and_are_not_handed_out_without_end(flow, bob, other):
    for _ in range(5):
        assert "is none" in await bob.say("link 22222-22222")
    code = await other.code()
    assert "quarter of an hour" in await bob.say(f"link {code}")
    for _ in range(4):
        await other.say("link")
    assert "codes within an hour" in await other.say("link")


async def test_it_is_typed_as_people_type(flow, bob, other):
    code = (await other.code("lier")).lower().replace("-", " ")
    assert "U9 (chat:u9)" in await bob.say(f"link {code}")
    await bob.press()
    assert "une seule personne pour moi : Bob" in await other.press()


async def test_a_link_gives_no_right_that_the_settings_do_not_give(flow, other):
    alice = Account(flow, "test:alice")
    await linked(other, alice)
    run = await flow.planned("bob")
    person = people(flow).person(Actor("chat", "u9", ""))
    assert not person.may_approve
    assert person.roles == people(flow).named("test:alice").roles
    assert run.state is S.PLANNED


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("test:bob", "test:alice", "two people in the settings"),
        ("chat:u1", "chat:u2", "Neither of the two is named"),
        ("test:bob", "test:bob", "already"),
    ],
)
async def test_pairs_that_cannot_be_are_refused(flow, first, second, said):
    typed = await Account(flow, first).code()
    assert said in await Account(flow, second, keys=iter(range(100, 200))).say(f"link {typed}")


async def test_an_account_is_one_person_s_alone(flow, bob, other):
    await linked(other, bob)
    assert "linked to Bob already" in await Account(flow, "test:dave").say(f"link {await other.code()}")


async def test_where_nobody_vouches_for_who_acts_nothing_is_linked(flow, bob):
    weak = Account(flow, "chat:u9", evidence="callback")
    assert "nobody vouches" in await weak.say("link")
    assert "nobody vouches" in await weak.say(f"link {await bob.code()}")


async def test_four_eyes_see_through_a_link(flow, bob, other):
    flow.ruled(approvals=2)
    bob, other = Account(flow, "test:bob"), Account(flow, "chat:u9")
    await linked(other, bob)
    run = await flow.planned("bob")
    await _approve(flow, "chat", "u9", run)
    assert "you asked for this yourself" in await other.told()
    run = await flow.planned("alice")
    await flow.press("bob", run)
    await _approve(flow, "chat", "u9", run)
    assert (await flow.newest()).state is S.PLANNED
    assert "counted already" in await other.told()


async def test_four_eyes_see_through_a_link_that_was_undone(flow):
    """The account has the right by itself, by a group of its platform."""
    ops = GroupSetting(id="chat:ops", name="Ops", roles=("approver",), members=("chat:u9",))
    flow.people(book_of(PEOPLE, environments_of(Settings()), Roster({"chat:ops": ops})))
    bob, other = Account(flow, "test:bob"), Account(flow, "chat:u9")
    await linked(other, bob)
    run = await flow.planned("bob")
    assert "is not Bob any more" in await other.say("unlink")
    assert people(flow).person(Actor("chat", "u9", "")).id == "chat:u9"
    await _approve(flow, "chat", "u9", run)
    assert "you asked for this yourself" in await other.told()
    assert (await flow.newest()).state is S.PLANNED


async def test_a_link_is_undone_from_either_side_and_named_where_there_are_several(flow, bob, other):
    second = Account(flow, "mail:bob")
    await linked(other, bob)
    await linked(second, bob)
    assert "Which one?" in await bob.say("unlink")
    assert "mail:bob is not Bob any more" in await bob.say("unlink mail:bob")
    assert people(flow).person(Actor("mail", "bob", "")).id == "mail:bob"
    assert people(flow).person(Actor("chat", "u9", "")).id == "test:bob"
    assert "chat:u9 n" in await other.say("délier")
    assert "linked no account" in await bob.say("unlink")


async def test_another_process_learns_of_it(flow, bob, other):
    elsewhere = book_of(PEOPLE)
    links = SqlLinks(flow.database, elsewhere.ties)
    await linked(other, bob)
    assert elsewhere.person(Actor("chat", "u9", "")).id == "chat:u9"
    await links.refresh()
    assert elsewhere.person(Actor("chat", "u9", "")).id == "test:bob"
    await other.say("unlink")
    await links.refresh()
    assert elsewhere.person(Actor("chat", "u9", "")).id == "chat:u9"
    assert elsewhere.person(Actor("chat", "u9", "")).is_one_with("test:bob")


async def test_everything_about_a_link_is_said_to_one_alone(flow, bob, other):
    await linked(other, bob)
    async with flow.database.reading() as connection:
        kinds = (await connection.execute(select(outbox.c.kind))).scalars().all()
    assert set(kinds) == {"whisper"}


async def _approve(flow, platform: str, name: str, run) -> None:
    who = Actor(platform, name, name.title())
    event = Pressed(f"by-{next(flow.keys)}", HERE, who, action="approve", value=button_value(run))
    await flow.approving.press(event)


def _grouped(people=PEOPLE):
    """Two accounts that nobody names have the right by themselves, by a group of their platform."""
    ops = GroupSetting(id="chat:ops", name="Ops", roles=("approver",), members=("chat:u8", "chat:u9"))
    return book_of(people, environments_of(Settings()), Roster({"chat:ops": ops}))


async def test_two_accounts_that_were_the_same_person_s_are_not_two_people(flow):
    flow.people(_grouped())
    bob, eight, nine = Account(flow, "test:bob"), Account(flow, "chat:u8"), Account(flow, "chat:u9")
    for each in (eight, nine):
        await linked(each, bob)
        await each.say("unlink")
    assert people(flow).named("chat:u9").may_approve
    assert people(flow).named("chat:u9").is_one_with("chat:u8")


async def test_an_account_that_is_somebody_else_s_by_now_approves_nothing_of_its_first_person(flow, other):
    dave = Account(flow, "test:dave")
    await linked(other, Account(flow, "test:bob"))
    run = await flow.planned("bob")
    await other.say("unlink")
    await linked(other, dave)
    await _approve(flow, "chat", "u9", run)
    assert "you asked for this yourself" in await other.told()
    assert (await flow.newest()).state is S.PLANNED


async def test_which_account_the_settings_name_first_changes_no_link(flow):
    bob, other = Account(flow, "test:bob"), Account(flow, "chat:u9")
    await linked(other, bob)
    renamed = [p.model_copy(update={"id": "mail:bob", "also": (p.id,)}) if p.name == "Bob" else p for p in PEOPLE]
    flow.people(_grouped(renamed))
    await linking_of(flow).links.refresh()
    assert people(flow).named("mail:bob").is_called("chat:u9")
    await other.say("unlink")
    account = people(flow).person(Actor("chat", "u9", ""))
    assert account.id == "chat:u9"
    assert account.is_one_with("mail:bob")
    assert people(flow).named("mail:bob").is_one_with("chat:u9")


async def test_yeses_of_two_accounts_that_turn_out_to_be_one_person_s_count_as_one(flow):
    ops = GroupSetting(id="chat:ops", name="Ops", roles=("approver",), members=("chat:u9",))
    rules = {name: replace(rule, approvals=3) for name, rule in environments_of(Settings()).items()}
    flow.people(book_of(PEOPLE, rules, Roster({"chat:ops": ops})))
    bob, other = Account(flow, "test:bob"), Account(flow, "chat:u9")
    run = await flow.planned("alice")
    await flow.press("bob", run)
    await _approve(flow, "chat", "u9", run)
    await linked(other, bob)
    await other.say("unlink")
    await flow.press("dave", run)
    assert (await flow.newest()).state is S.PLANNED
    await flow.press("carol", run)
    assert (await flow.newest()).state is S.APPROVED
