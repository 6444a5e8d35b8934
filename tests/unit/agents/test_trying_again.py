"""When a model is asked again, how long one waits, and when one leaves it alone."""

from datetime import UTC, datetime

import httpx
import pytest

from agents.models.breaker import MOST_ASKED_S, MOST_REST_S, Breaker
from agents.models.retrying import failure_of, pause_s, wait_of

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Refused(Exception):
    """A "no" as the client libraries raise it."""

    def __init__(self, status, headers=None, details=None, name="code"):
        super().__init__(status)
        setattr(self, name, status)
        self.details = details
        self.response = httpx.Response(status, headers=headers or {})


@pytest.mark.parametrize(
    ("error", "is_passing"),
    [
        (Refused(429), True),
        (Refused(500), True),
        (Refused(503, name="status_code"), True),
        (Refused(408), True),
        (Refused(400), False),
        (Refused(401, name="status_code"), False),
        (Refused(403), False),
        (Refused(404), False),
        (TimeoutError(), True),
        (ConnectionRefusedError(), True),
        (httpx.ConnectError("away"), True),
        (httpx.ReadTimeout("slow"), True),
        (httpx.RemoteProtocolError("cut off"), True),
        (ValueError("garbage"), False),
    ],
    ids=repr,
)
def test_only_what_may_pass_is_tried_again(error, is_passing):
    assert failure_of(error).is_passing is is_passing


@pytest.mark.parametrize(
    ("headers", "details", "seconds"),
    [
        ({"Retry-After": "7"}, None, 7),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, None, 30),
        ({"retry-after": "Sat, 21 Nov 2026 11:59:30 GMT"}, None, 0),
        ({"retry-after": "soon"}, None, None),
        ({"retry-after": "inf"}, None, None),
        ({}, {"error": {"details": [{"@type": "x.QuotaFailure"}, {"@type": "x.RetryInfo", "retryDelay": "31s"}]}}, 31),
        ({}, {"error": {"details": "odd"}}, None),
        ({}, ["odd"], None),
        ({}, None, None),
    ],
)
def test_what_the_endpoint_asks_for_is_read(headers, details, seconds):
    assert wait_of(Refused(429, headers, details), NOW) == seconds


def test_pauses_double_and_are_spread():
    failure = failure_of(Refused(503))
    assert [pause_s(n, failure, 0.5, lambda: 1.0) for n in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert [pause_s(n, failure, 0.5, lambda: 0.0) for n in (1, 2, 3)] == [0.25, 0.5, 1.0]


def test_a_pause_is_never_shorter_than_what_was_asked_for():
    failure = failure_of(Refused(429, {"retry-after": "3"}))
    assert pause_s(1, failure, 0.5, lambda: 0.0) == 3.0


class Clock:
    at = 0.0

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


def broken(clock):
    breaker = Breaker(3, 60.0, clock)
    for _ in range(3):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_three_failures_in_a_row_send_it_to_rest(clock):
    breaker = broken(clock)
    assert breaker.is_resting
    assert not breaker.admits()


def test_an_answer_in_between_wipes_the_slate(clock):
    breaker = Breaker(3, 60.0, clock)
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        breaker.answered()
    assert breaker.admits()


def test_after_its_rest_one_question_goes_through_and_the_others_go_on_without_it(clock):
    breaker = broken(clock)
    clock.at = 60.0
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    breaker.answered()
    assert [breaker.admits() for _ in range(3)] == [True, True, True]


def test_a_probe_that_fails_makes_the_rest_longer_up_to_ten_minutes(clock):
    breaker = broken(clock)
    rests = []
    for _ in range(6):
        clock.at = breaker.rests_until
        assert breaker.admits()
        breaker.failed()
        rests.append(breaker.rests_until - clock.at)
    assert rests == [120.0, 240.0, 480.0, MOST_REST_S, MOST_REST_S, MOST_REST_S]


def test_a_probe_that_was_cancelled_leaves_room_for_the_next(clock):
    breaker = broken(clock)
    clock.at = 60.0
    assert breaker.admits()
    breaker.let_go()
    assert breaker.admits()


def test_failures_of_questions_asked_before_the_rest_do_not_make_it_longer(clock):
    breaker = broken(clock)
    for _ in range(20):
        breaker.failed()
    assert breaker.rests_until == 60.0


def test_an_endpoint_that_asks_for_a_pause_gets_it(clock):
    breaker = Breaker(3, 60.0, clock)
    breaker.rest(31.0)
    clock.at = 30.0
    assert not breaker.admits()
    clock.at = 31.0
    assert breaker.admits()


def test_an_endpoint_that_is_away_for_months_is_left_out_and_tried_every_ten_minutes(clock):
    breaker = broken(clock)
    for _ in range(2_000):
        clock.at = breaker.rests_until
        assert breaker.admits()
        breaker.failed()
        assert breaker.rests_until - clock.at <= MOST_REST_S


def test_an_endpoint_that_asks_to_be_left_alone_for_a_century_is_asked_again_within_the_hour(clock):
    breaker = Breaker(3, 60.0, clock)
    breaker.rest(3e9)
    clock.at = MOST_ASKED_S
    assert breaker.admits()
