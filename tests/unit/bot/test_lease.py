"""How long a guest lives: what was asked for, what is spoken of when, and who may make it longer."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import NotAllowed, Refused
from bot.domain.lease import (
    DAY_S,
    HOUR_S,
    Lease,
    LeaseButton,
    LeaseRules,
    Term,
    begun,
    ending,
    extended,
    more_asked,
    parse_lease_button,
    step_of,
    term_of,
)
from bot.domain.person import Person, Role

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
RULES = LeaseRules(most_s=30 * DAY_S)
ALICE = Person("test:alice", "Alice", frozenset({Role.REQUESTER}))
ERIN = Person("test:erin", "Erin", frozenset({Role.REQUESTER}))
BOB = Person("test:bob", "Bob", frozenset({Role.APPROVER}))
LEASE = begun(Lease("s1", "api01", "r1", 1000, "test:alice", "dev", NOW + 14 * DAY_S, NOW), RULES)


def no(act, *args, **more) -> str:
    with pytest.raises(Refused) as caught:
        act(*args, **more)
    return caught.value.sentence.key


# ---------------------------------------------------------------- what was asked for


def test_hours_count_from_the_day_the_guest_exists():
    assert term_of({"ttl_hours": 336}, None, NOW).ends_at(NOW + 5 * HOUR_S) == NOW + 14 * DAY_S + 5 * HOUR_S


def test_a_day_counts_to_its_end():
    term = term_of({"expires_on": "2026-11-24"}, None, NOW)
    assert datetime.fromtimestamp(term.ends_at(NOW), UTC) == datetime(2026, 11, 25, tzinfo=UTC)


def test_today_is_still_a_day_and_yesterday_is_over():
    assert term_of({"expires_on": "2026-11-21"}, None, NOW) is not None
    assert no(term_of, {"expires_on": "2026-11-20"}, None, NOW) == "lease.over_already"


def test_a_day_that_is_none_is_refused_in_words():
    assert no(term_of, {"expires_on": "soon"}, None, NOW) == "lease.no_day"


def test_longer_than_the_environment_allows_is_refused():
    assert no(term_of, {"ttl_hours": 31 * 24}, RULES, NOW) == "lease.too_long"
    assert no(term_of, {"expires_on": "2027-11-21"}, RULES, NOW) == "lease.too_long"
    assert term_of({"ttl_hours": 30 * 24}, RULES, NOW) == Term(seconds=30 * DAY_S)


def test_where_nothing_is_said_the_environment_says_it_and_else_nobody():
    assert term_of({}, LeaseRules(default_s=7 * DAY_S), NOW) == Term(seconds=7 * DAY_S, is_said=False)
    assert term_of({}, LeaseRules(), NOW) is None
    assert term_of({}, None, NOW) is None


# ---------------------------------------------------------------- what is spoken of when


def test_it_is_spoken_of_three_days_before_one_day_before_at_the_end_and_a_week_after():
    kinds, lease = [], LEASE
    for _ in range(5):
        step = step_of(lease, RULES, lease.due_at)
        kinds.append((step.kind, round((lease.due_at - LEASE.ends_at) / DAY_S)))
        lease = step.lease
    assert kinds == [("warn", -3), ("warn", -1), ("end", 0), ("remove", 7), ("remove", 14)]


def test_a_lease_shorter_than_its_warnings_begins_with_the_next_one():
    short = begun(replace(LEASE, ends_at=NOW + 2 * DAY_S, due_at=NOW), RULES)
    assert short.due_at == NOW + DAY_S
    tiny = begun(replace(LEASE, ends_at=NOW + HOUR_S, due_at=NOW), RULES)
    assert tiny.due_at == tiny.ends_at


def test_a_bot_that_was_away_for_all_of_it_says_the_end_first_and_waits_the_whole_grace():
    late = LEASE.ends_at + 30 * DAY_S
    step = step_of(LEASE, RULES, late)
    assert (step.kind, step.lease.due_at) == ("end", late + RULES.grace_s)


@given(st.floats(0, 60), st.floats(0, 60))
def test_nothing_is_ever_removed_that_was_not_announced_a_whole_grace_before(first, second):
    at = NOW + first * DAY_S
    step = step_of(LEASE, RULES, at)
    again = step_of(step.lease, RULES, at + second * DAY_S)
    assert step.kind != "remove"
    if again.kind == "remove":
        assert step.kind == "end"


# ---------------------------------------------------------------- who may make it longer


def test_the_owner_keeps_it_longer_and_hears_of_it_again():
    longer = extended(LEASE, RULES, ALICE, NOW)
    assert longer.ends_at == LEASE.ends_at + 14 * DAY_S
    assert (longer.due_at, longer.extended, longer.stage) == (longer.ends_at - 3 * DAY_S, 1, "living")


def test_no_press_makes_it_longer_than_allowed_from_now():
    once = extended(LEASE, RULES, ALICE, NOW)
    assert extended(once, RULES, ALICE, NOW).ends_at == NOW + 30 * DAY_S
    twice = extended(once, RULES, ALICE, NOW)
    assert no(extended, twice, RULES, ALICE, NOW) == "lease.at_most"


def test_one_that_has_ended_lives_again_from_now():
    over = replace(LEASE, stage="ended")
    later = LEASE.ends_at + 2 * DAY_S
    assert extended(over, LeaseRules(), ALICE, later).ends_at == later + 14 * DAY_S


def test_somebody_else_may_not_and_an_approver_may():
    with pytest.raises(NotAllowed) as caught:
        extended(LEASE, RULES, ERIN, NOW)
    assert caught.value.sentence.key == "lease.no_right"
    assert extended(LEASE, RULES, BOB, NOW).extended == 1


def test_after_as_many_times_as_an_owner_may_an_approver_decides():
    rules, used = LeaseRules(extensions=2), replace(LEASE, extended=2)
    assert no(extended, used, rules, ALICE, NOW) == "lease.used_up"
    assert extended(used, rules, BOB, NOW).extended == 3


def test_a_length_that_was_asked_for_counts_from_the_end():
    assert more_asked(LEASE, {"ttl_hours": 48}, NOW) == 2 * DAY_S
    assert extended(LEASE, RULES, ALICE, NOW, more_s=2 * DAY_S).ends_at == LEASE.ends_at + 2 * DAY_S
    assert more_asked(LEASE, {}, NOW) is None


def test_a_day_that_was_asked_for_is_the_new_end_and_must_be_later():
    later = more_asked(LEASE, {"expires_on": "2026-12-10"}, NOW)
    assert datetime.fromtimestamp(LEASE.ends_at + later, UTC) == datetime(2026, 12, 11, tzinfo=UTC)
    assert no(more_asked, LEASE, {"expires_on": "2026-11-24"}, NOW) == "lease.no_longer"


# ---------------------------------------------------------------- its button, and the list


def test_a_button_names_run_guest_and_end():
    assert parse_lease_button(LEASE.value) == LeaseButton("r1", "api01", int(LEASE.ends_at))
    assert parse_lease_button(LEASE.value_for(36 * HOUR_S)).more_s == 36 * HOUR_S


@pytest.mark.parametrize(
    "value",
    ["", "r1", "r1:api01", "r1:api01:soon", ":api01:5", "r1::5", "r1:api01:123456789012", "r1:api01:5:x", "r1:a:5:1:2"],
)
def test_what_is_no_button_of_ours_is_refused(value):
    assert no(parse_lease_button, value) == "approve.unknown_button"


def test_what_ends_this_week_comes_soonest_first():
    soon = [replace(LEASE, guest=name, ends_at=NOW + days * DAY_S) for name, days in (("b", 6), ("a", 2), ("c", 9))]
    assert [lease.guest for lease in ending(soon, NOW, 7 * DAY_S)] == ["a", "b"]
