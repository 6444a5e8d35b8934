"""Guests that HA or a rebalance moves while plans run are never replaced, and no update of theirs is lost."""

import pytest

from tests.moved.scene import Tally, play

pytestmark = pytest.mark.terraform


async def test_guests_that_move_all_the_time_are_updated_where_they_are(bench, lab):
    tally = await play(bench, lab, Tally(guests=3, most_moves=4, every_s=0.2), rounds=1)
    assert (tally.replaced, tally.lost) == ([], [])
    assert (tally.updates, tally.moves) == (1, 4)
