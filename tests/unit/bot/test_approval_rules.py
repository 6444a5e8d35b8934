"""Who may decide about a run, and when."""

from dataclasses import replace

import pytest

from bot.domain.approval import (
    NamesWanted,
    Needs,
    button_value,
    check_has_not_voted,
    check_is_open,
    check_may_approve,
    check_may_discard,
    check_names_typed,
    environments_touched,
    needs_of,
    parse_button,
)
from bot.domain.environment import Environment
from bot.domain.errors import NotAllowed, Refused
from bot.domain.person import Person, Role
from bot.domain.run import Run, RunState
from tests.fixtures.runs import change, plan

ALICE = Person("web:alice", "Alice", frozenset({Role.REQUESTER}))
BOB = Person("web:bob", "Bob", frozenset({Role.REQUESTER, Role.APPROVER}))
CAROL = Person("web:carol", "Carol", frozenset({Role.ADMIN}))
NOBODY = Person("web:mallory", "Mallory", frozenset())

PLANNED = Run(
    id="4f2a00000000",
    stack_id="s1",
    conversation="web:local:main:t1",
    revision=1,
    state=RunState.PLANNED,
    requester="web:alice",
    language="en",
    proposal={},
    outcome={},
    created_at=0,
    updated_at=0,
    digest="ab" * 32,
    expires_at=1000,
)
SHOWN = "ab" * 6
ONE = Needs()
DAVE = Person("web:dave", "Dave", frozenset({Role.APPROVER, Role.DESTROYER}), groups=frozenset({"web:ops"}))
DEV, PROD = Environment("dev"), Environment("prod", approvals=2, approvers=("web:ops",))
KNOWN = {"dev": DEV, "prod": PROD}


def test_an_approver_may_approve_what_another_asked_for():
    check_may_approve(PLANNED, BOB, ONE)
    check_may_approve(PLANNED, CAROL, ONE)


@pytest.mark.parametrize("person", [ALICE, NOBODY])
def test_without_the_right_nobody_approves(person):
    with pytest.raises(NotAllowed) as no:
        check_may_approve(PLANNED, person, ONE)
    assert no.value.sentence.key == "approve.no_right"


def test_an_approver_cannot_approve_an_own_request():
    with pytest.raises(NotAllowed) as no:
        check_may_approve(replace(PLANNED, requester="web:bob"), BOB, ONE)
    assert no.value.sentence.key == "approve.own_request"


def test_an_admin_cannot_approve_an_own_request_either():
    with pytest.raises(NotAllowed):
        check_may_approve(replace(PLANNED, requester="web:carol"), CAROL, ONE)


def test_the_one_who_asked_may_lay_it_aside():
    check_may_discard(PLANNED, ALICE)


def test_a_stranger_may_not_discard():
    with pytest.raises(NotAllowed) as no:
        check_may_discard(PLANNED, NOBODY)
    assert no.value.sentence.key == "approve.no_right_to_discard"


def test_a_button_names_the_run_and_the_plan_it_shows():
    assert parse_button(button_value(PLANNED)) == (PLANNED.id, SHOWN)


def decide_by(value):
    run, digest = parse_button(value)
    check_is_open(replace(PLANNED, id=run), digest, now=1)


@pytest.mark.parametrize("value", ["", "4f2", ":abc", "4f2:"])
def test_a_button_value_that_is_not_ours_is_refused(value):
    with pytest.raises(Refused) as no:
        decide_by(value)
    assert no.value.sentence.key in {"approve.unknown_button", "approve.other_plan"}


@pytest.mark.parametrize("state", sorted(set(RunState) - {RunState.PLANNED}))
def test_only_a_planned_run_can_be_decided(state):
    with pytest.raises(Refused) as no:
        check_is_open(replace(PLANNED, state=state), SHOWN, now=1)
    assert no.value.sentence.key == "approve.too_late"


def test_the_button_of_another_plan_decides_nothing():
    with pytest.raises(Refused) as no:
        check_is_open(PLANNED, "cd" * 6, now=1)
    assert no.value.sentence.key == "approve.other_plan"


def test_a_run_without_a_plan_matches_no_button():
    with pytest.raises(Refused):
        check_is_open(replace(PLANNED, digest=None), "", now=1)


def test_after_its_hour_a_plan_is_decided_no_more():
    check_is_open(PLANNED, SHOWN, now=1000)
    with pytest.raises(Refused) as no:
        check_is_open(PLANNED, SHOWN, now=1000.1)
    assert no.value.sentence.key == "approve.expired"


def key_of(check, *args):
    with pytest.raises(Refused) as no:
        check(*args)
    return no.value.sentence.key


def test_who_made_the_wish_bigger_does_not_approve_it():
    assert key_of(check_may_approve, replace(PLANNED, edited_by="web:bob"), BOB, ONE) == "approve.own_edit"


@pytest.mark.parametrize("person", [BOB, CAROL])
def test_an_approver_of_another_group_does_not_count_and_neither_does_an_admin(person):
    assert key_of(check_may_approve, PLANNED, person, needs_of([PROD], None)) == "approve.other_group"


def test_an_approver_of_the_group_counts():
    check_may_approve(PLANNED, DAVE, needs_of([PROD], None))


def test_where_two_environments_are_touched_both_groups_must_agree():
    lab = Environment("lab", approvers=("web:lab",))
    assert key_of(check_may_approve, PLANNED, DAVE, needs_of([PROD, lab], None)) == "approve.other_group"


def test_a_loss_needs_its_own_right():
    loss = needs_of([DEV], plan(change("delete", "old01")))
    assert key_of(check_may_approve, PLANNED, BOB, loss) == "approve.no_right_to_destroy"
    check_may_approve(PLANNED, DAVE, loss)
    check_may_approve(PLANNED, CAROL, loss)


@pytest.mark.parametrize("action", ["delete", "replace"])
def test_what_is_destroyed_or_built_again_is_lost(action):
    assert needs_of([DEV], plan(change(), change(action, "old01"))).lost == ("old01",)


def test_a_guest_of_production_makes_it_a_plan_for_production_whatever_the_wish_says():
    touched = environments_touched("dev", plan(change("update", before={"tags": ["prod", "threadform"]})), KNOWN)
    assert needs_of(touched, None).approvals == 2


def test_an_environment_that_nobody_knows_is_decided_by_nobody():
    assert key_of(environments_touched, "gone", None, KNOWN) == "approve.unknown_environment"


def test_the_strictest_environment_says_how_many():
    assert needs_of([DEV, PROD], None).approvals == 2
    assert needs_of([], None).approvals == 1


def test_a_second_yes_of_one_person_is_no_second_person():
    check_has_not_voted(PLANNED, BOB, ["web:dave"])
    assert key_of(check_has_not_voted, PLANNED, BOB, ["web:bob"]) == "approve.already_yes"


@pytest.mark.parametrize("typed", ["old01,db01", " db01 old01 ", "OLD01;\ndb01", "old01, db01, old01"])
def test_all_names_in_any_order_are_a_yes_to_the_loss(typed):
    check_names_typed(typed, Needs(lost=("old01", "db01")))


@pytest.mark.parametrize("typed", [None, "", "old01", "yes", "old01 db01 api01", "old01db01", "*"])
def test_anything_else_asks_for_the_names(typed):
    with pytest.raises(NamesWanted) as no:
        check_names_typed(typed, Needs(lost=("old01", "db01")))
    assert no.value.guests == ("old01", "db01")


def test_where_nothing_is_lost_nothing_is_typed():
    check_names_typed(None, Needs(lost=()))
