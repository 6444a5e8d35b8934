"""The states of a run and the moves between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.run import MOVES, TERMINAL, RunState, is_legal

STATES = st.sampled_from(list(RunState))


def test_every_state_has_its_line_in_the_table():
    assert set(MOVES) == set(RunState)


def test_a_request_reaches_applied_only_through_planned_and_approved():
    ways = [[RunState.DRAFT]]
    reached = []
    while ways:
        way = ways.pop()
        if way[-1] is RunState.APPLIED:
            reached.append(way)
        ways += [[*way, state] for state in MOVES[way[-1]] if state not in way]
    assert reached
    for way in reached:
        assert way.index(RunState.PLANNED) < way.index(RunState.APPROVED) < way.index(RunState.APPLYING)


@given(STATES)
def test_a_state_that_is_over_never_moves(new):
    assert not any(is_legal(over, new) for over in TERMINAL)


@given(STATES)
def test_no_state_moves_to_itself(state):
    assert not is_legal(state, state)


@pytest.mark.parametrize("state", [RunState.APPLYING])
def test_what_is_being_applied_cannot_be_discarded_superseded_or_expire(state):
    assert MOVES[state] == {RunState.APPLIED, RunState.ERRORED, RunState.REFUSED}


@pytest.mark.parametrize("state", sorted(set(RunState) - TERMINAL))
def test_every_open_state_has_a_way_out_that_touches_nothing(state):
    harmless = {RunState.REFUSED, RunState.ERRORED, RunState.DISCARDED}
    assert MOVES[state] & harmless
