"""When somebody is reminded, by the rules of the environments."""

from bot.domain.environment import Environment
from bot.domain.reminder import Nudge, first_reminder, nudge

DEV = Environment("dev", remind_s=100, escalate_s=300)
PROD = Environment("prod", remind_s=50, escalate_s=200, escalate_to="g:ops")


def test_the_first_reminder_is_the_earliest_of_all_environments():
    assert first_reminder([DEV], 1000) == 1100
    assert first_reminder([DEV, PROD], 1000) == 1050
    assert first_reminder([], 1000) is None


def test_an_escalation_that_comes_first_is_the_first_word():
    quick = Environment("x", remind_s=500, escalate_s=10, escalate_to="g:ops")
    assert first_reminder([quick], 0) == 10
    assert nudge([quick], 0, 11) == Nudge("g:ops", 500)


def test_without_a_second_group_one_reminder_is_all():
    assert nudge([DEV], 0, 101) == Nudge("", None)


def test_the_next_word_is_the_escalation_and_then_none():
    assert nudge([PROD], 0, 51) == Nudge("", 200)
    assert nudge([PROD], 0, 201) == Nudge("g:ops", None)


def test_where_no_rules_are_known_any_more_nobody_else_is_told():
    assert nudge([], 0, 99) == Nudge("", None)
