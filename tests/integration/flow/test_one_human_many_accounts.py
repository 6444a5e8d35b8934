"""Somebody who has several accounts is one person: who asked, who said yes, who holds how much, who is in the trail."""

from dataclasses import replace

import pytest

from bot.chat.port import Actor, Commanded, Filled, Pressed, Said
from bot.domain.approval import button_value
from bot.domain.quota import Quota, Quotas
from bot.domain.run import Run, RunState
from bot.settings import GroupSetting, PersonSetting, Settings
from bot.store.audit import Audit
from bot.wiring.environments import environments_of
from bot.wiring.people import Book, book_of
from bot.wiring.roster import Roster
from tests.fixtures.flow import HERE, Flow
from tests.fixtures.ruled import PEOPLE

S = RunState
DESK = Actor("desk", "bob", "Bob at his desk")
BOB = PersonSetting(id="test:bob", name="Bob", roles=("requester", "approver"), also=("desk:bob",))


def book(roster: Roster | None = None, bob: PersonSetting = BOB, **rules: object) -> Book:
    dev = replace(environments_of(Settings())["dev"], **rules)
    return book_of((bob, *(p for p in PEOPLE if p.id != bob.id)), {"dev": dev}, roster)


async def press(flow: Flow, who: Actor, run: Run, key: str, action: str = "approve") -> None:
    stage = flow.editing if action == "edit" else flow.approving
    await stage.press(Pressed(key, HERE, who, action=action, value=button_value(run)))


async def asked_at_the_desk(flow: Flow) -> Run:
    await flow.intake.hear(Said("asked", HERE, DESK, text="a machine please", is_to_bot=True))
    await flow.planning.plan((await flow.newest()).id)
    return await flow.newest()


async def test_nobody_approves_their_own_request_with_another_account(anywhere):
    anywhere.people(book())
    run = await asked_at_the_desk(anywhere)
    assert run.requester == "test:bob"
    await press(anywhere, Actor("test", "bob", "Bob"), run, "click-1")
    assert (await anywhere.newest()).state is S.PLANNED
    assert "asked for this yourself" in (await anywhere.told("bob"))[-1]


async def test_a_request_from_before_the_accounts_were_joined_stays_ones_own(anywhere):
    apart = BOB.model_copy(update={"also": ()})
    desk = PersonSetting(id="desk:bob", name="Bob's desk", roles=("requester", "approver"))
    anywhere.people(book_of((apart, desk, *PEOPLE[2:]), book().environments()))
    run = await asked_at_the_desk(anywhere)
    assert run.requester == "desk:bob"
    anywhere.people(book())
    await press(anywhere, Actor("test", "bob", "Bob"), run, "click-1")
    assert (await anywhere.newest()).state is S.PLANNED
    assert "Bob" not in str([p.name for p in anywhere.approving.people.everybody() if p.id == "desk:bob"])


async def test_two_accounts_are_one_yes(anywhere):
    anywhere.people(book(approvals=2))
    run = await anywhere.planned()
    await press(anywhere, DESK, run, "click-1")
    await press(anywhere, Actor("test", "bob", "Bob"), run, "click-2")
    assert (await anywhere.newest()).state is S.PLANNED
    assert "counted already" in (await anywhere.told("bob"))[-1]
    votes = [r.entry.actor for r in await Audit(anywhere.database).of_run(run.id) if r.entry.what == "vote.counted"]
    assert votes == ["test:bob"]


async def test_two_yes_from_before_the_accounts_were_joined_are_one_afterwards(anywhere):
    desk = PersonSetting(id="desk:bob", name="Bob's desk", roles=("approver",))
    apart = BOB.model_copy(update={"also": ()})
    three = replace(book().environments()["dev"], approvals=3)
    anywhere.people(book_of((apart, desk, *(p for p in PEOPLE if p.id != BOB.id)), {"dev": three}))
    run = await anywhere.planned()
    await press(anywhere, DESK, run, "click-1")
    await press(anywhere, Actor("test", "bob", "Bob"), run, "click-2")
    anywhere.people(book(approvals=3))
    await anywhere.press("carol", run)
    assert (await anywhere.newest()).state is S.PLANNED
    await anywhere.press("dave", run)
    assert (await anywhere.newest()).state is S.APPROVED


async def test_who_made_the_wish_bigger_with_one_account_does_not_approve_it_with_the_other(anywhere):
    anywhere.people(book())
    run = await anywhere.planned()
    filled = Filled("f1", HERE, DESK, form=f"edit:{button_value(run)}", values={"0.cores": "6"})
    await anywhere.editing.fill(filled)
    await anywhere.planning.plan((await anywhere.newest()).id)
    bigger = await anywhere.newest()
    assert bigger.edited_by == "test:bob"
    await press(anywhere, Actor("test", "bob", "Bob"), bigger, "click-1")
    assert (await anywhere.newest()).state is S.PLANNED


async def test_what_is_asked_for_with_another_account_counts_against_the_same_quota(anywhere):
    anywhere.people(book())
    anywhere.commanding = replace(
        anywhere.commanding,
        people=book(),
        quotas=Quotas({"test:bob": Quota("test:bob", guests=3)}),
    )
    await asked_at_the_desk(anywhere)
    await anywhere.commanding.command(Commanded("q1", HERE, Actor("test", "bob", "Bob"), name="quota", text=""))
    assert "1 of 3" in (await anywhere.told("bob"))[-1]


@pytest.mark.parametrize("member", ["test:bob", "desk:bob"])
def test_a_group_that_names_either_account_has_the_person_in_it_once(member):
    ops = GroupSetting(id="test:ops", name="Ops", members=(member,), roles=("destroyer",))
    known = book(Roster({"test:ops": ops}))
    assert known.person(DESK).may_destroy
    assert known.person(Actor("test", "bob", "Bob")).groups == {"test:ops"}
    assert [person.id for person in known.group("test:ops")[1]] == ["test:bob"]
    assert [person.id for person in known.everybody() if person.name == "Bob"] == ["test:bob"]
