"""Who may decide about a run, and when."""

from dataclasses import replace

import pytest

from bot.domain.approval import button_value, check_is_open, check_may_approve, check_may_discard, parse_button
from bot.domain.errors import NotAllowed, Refused
from bot.domain.person import Person, Role
from bot.domain.run import Run, RunState

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


def test_an_approver_may_approve_what_another_asked_for():
    check_may_approve(PLANNED, BOB)
    check_may_approve(PLANNED, CAROL)


@pytest.mark.parametrize("person", [ALICE, NOBODY])
def test_without_the_right_nobody_approves(person):
    with pytest.raises(NotAllowed) as no:
        check_may_approve(PLANNED, person)
    assert no.value.sentence.key == "approve.no_right"


def test_an_approver_cannot_approve_an_own_request():
    with pytest.raises(NotAllowed) as no:
        check_may_approve(replace(PLANNED, requester="web:bob"), BOB)
    assert no.value.sentence.key == "approve.own_request"


def test_an_admin_cannot_approve_an_own_request_either():
    with pytest.raises(NotAllowed):
        check_may_approve(replace(PLANNED, requester="web:carol"), CAROL)


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
