"""What live models have used, on both databases: nothing is lost, nothing is counted for somebody else or for ever."""

import asyncio
from datetime import UTC, datetime

import pytest

from agents.models.purse import Spent
from bot.domain.budget import Budget, Used
from bot.store.usage import SqlUsage

NOVEMBER = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC).timestamp()
DECEMBER = NOVEMBER + 1
AT_ONCE = 50


class Clock:
    at = NOVEMBER

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def usage(database, clock):
    return SqlUsage(database, Budget(), clock)


def spent(person="web:alice", model="gemini:g", cost_eur=0.001, **tokens):
    return Spent(person=person, model=model, cost_eur=cost_eur, **{"tokens_in": 90, "tokens_out": 10, **tokens})


async def test_answers_add_up_by_person_and_model(usage):
    for each in (spent(), spent(tokens_thoughts=5), spent(model="local:l", cost_eur=0.0), spent("web:bob")):
        await usage.pay(each)
    assert await usage.of_month("2026-11") == [
        Used("web:alice", "gemini:g", 2, 180, 20, 5, 2_000_000, 0),
        Used("web:bob", "gemini:g", 1, 90, 10, 0, 1_000_000, 0),
        Used("web:alice", "local:l", 1, 90, 10, 0, 0, 0),
    ]


async def test_many_at_once_lose_nothing(usage):
    await asyncio.gather(*(usage.pay(spent(cost_eur=0.000_000_1)) for _ in range(AT_ONCE)))
    (used,) = await usage.of_month("2026-11")
    assert (used.answers, used.tokens, used.cost_neur) == (AT_ONCE, 100 * AT_ONCE, 100 * AT_ONCE)


async def test_an_answer_without_a_price_is_counted_as_such(usage):
    await usage.pay(spent(cost_eur=None))
    (used,) = await usage.of_month("2026-11")
    assert (used.unpriced, used.cost_neur) == (1, 0)


async def test_a_new_month_begins_at_nothing(usage, clock):
    await usage.pay(spent())
    clock.at = DECEMBER
    assert await usage.of_month("2026-12") == []
    await usage.pay(spent())
    assert [each.answers for each in await usage.of_month("2026-11")] == [1]


@pytest.mark.parametrize(
    ("budget", "alice", "bob"),
    [
        (Budget(), True, True),
        (Budget(person_tokens=100), False, True),
        (Budget(person_tokens=101), True, True),
        (Budget(person_eur=0.001), False, True),
        (Budget(month_tokens=100), False, False),
        (Budget(month_eur=0.001), False, False),
        (Budget(month_eur=0.0011), True, True),
        (Budget(person_tokens=0), False, False),
    ],
)
async def test_a_spent_budget_ends_live_models_for_whom_it_is_meant(database, clock, budget, alice, bob):
    purse = SqlUsage(database, budget, clock)
    await purse.pay(spent())
    assert (await purse.may_spend("web:alice"), await purse.may_spend("web:bob")) == (alice, bob)


async def test_the_next_month_there_is_a_budget_again(database, clock):
    purse = SqlUsage(database, Budget(person_tokens=100), clock)
    await purse.pay(spent())
    assert not await purse.may_spend("web:alice")
    clock.at = DECEMBER
    assert await purse.may_spend("web:alice")
