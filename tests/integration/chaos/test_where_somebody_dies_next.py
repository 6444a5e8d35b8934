"""The schedule of a chaos run: every place gets its death, the rare ones among them."""

import random
import time

from tests.chaos.running import WORLD_MOST, Chaos, shares, worlds
from tests.chaos.stepping import Point
from tests.chaos.victims import Schedule

OFTEN, RARE, NEW = (Point("worker", f"bot/flow/{name}.py:1 f") for name in ("often", "rare", "new"))


def schedule(**met):
    it = Schedule(random.Random(1))
    it.points.update({OFTEN: 20, RARE: 2} | met)
    return it


def places(knives):
    return [point for point, _how in knives]


def test_where_nobody_died_yet_and_many_come_is_first():
    it = schedule()
    assert places(it.next(2)) == [OFTEN, RARE]
    it.deaths[OFTEN, "in"] += 1
    assert places(it.next(2)) == [RARE, OFTEN]


def test_what_is_aimed_at_in_one_world_is_left_alone_in_the_others():
    it = schedule()
    it.taken[OFTEN] += 1
    assert places(it.next(3)) == [RARE]


def test_where_few_come_a_knife_lies_until_somebody_does():
    it = schedule()
    it.points[NEW] += 1
    assert it.rare(2, []) == [(NEW, "in"), (RARE, "in")]
    assert it.rare(1, [(NEW, "in")]) == [(RARE, "in")]
    it.deaths[NEW, "later"] += 1
    assert places(it.rare(5, [])) == [RARE, OFTEN]


def test_a_whole_run_goes_on_until_somebody_died_everywhere_and_a_short_one_does_not(tmp_path):
    def chaos(**more):
        it = Chaos(tmp_path, tmp_path, tmp_path, "", 1, **more)
        it.schedules["sqlite"] = schedule()
        return it

    assert chaos().next_further("sqlite") is None
    whole = chaos(is_whole=True)
    first, second = whole.next_further("sqlite"), whole.next_further("sqlite")
    assert first != second
    assert whole.next_further("machines") is None
    assert chaos(is_whole=True, began=time.monotonic() - 3600).next_further("sqlite") is None
    whole.schedules["sqlite"].deaths.update({(OFTEN, "in"): 1, (RARE, "after"): 1})
    assert whole.next_further("sqlite") is None


def test_worlds_hold_all_requests_and_none_more_than_its_lab_has_room_for():
    for count in (12, 60, 500, 501):
        sizes = [size for kind, share in shares(count).items() for _, _, size in worlds(kind, share)]
        assert sum(sizes) == count
        assert max(sizes) <= WORLD_MOST
