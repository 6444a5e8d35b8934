"""The schedule of a chaos run: every place gets its death, the rare ones among them."""

import random

from tests.chaos.running import WORLD_MOST, shares, worlds
from tests.chaos.stepping import Point
from tests.chaos.victims import Schedule

OFTEN, RARE, NEW = (Point("worker", f"bot/flow/{name}.py:1 f") for name in ("often", "rare", "new"))


def schedule(**met):
    it = Schedule(random.Random(1))
    it.points.update({OFTEN: 20, RARE: 2} | met)
    return it


def places(knives):
    return [point for point, _how in knives]


def test_nobody_died_there_yet_and_few_come_there_is_first():
    it = schedule()
    assert places(it.next(2)) == [RARE, OFTEN]
    it.deaths[RARE, "in"] += 1
    assert places(it.next(2)) == [OFTEN, RARE]


def test_a_place_that_was_just_met_for_the_first_time_is_aimed_at_at_once():
    it = schedule()
    it.points[NEW] += 1
    assert places(it.next(1)) == [NEW]


def test_what_is_aimed_at_in_one_world_is_left_alone_in_the_others():
    it = schedule()
    it.taken[RARE] += 1
    assert places(it.next(3)) == [OFTEN]


def test_where_a_knife_lay_and_nobody_came_it_stays_until_somebody_does():
    it = schedule()
    assert it.rare(5, []) == []
    it.tried[RARE, "after"] += 1
    assert it.rare(5, []) == [(RARE, "in")]
    assert it.rare(5, [(RARE, "in")]) == []
    it.deaths[RARE, "later"] += 1
    assert it.rare(5, []) == []


def test_worlds_hold_all_requests_and_none_more_than_its_lab_has_room_for():
    for count in (12, 60, 500, 501):
        sizes = [size for kind, share in shares(count).items() for _, _, size in worlds(kind, share)]
        assert sum(sizes) == count
        assert max(sizes) <= WORLD_MOST
