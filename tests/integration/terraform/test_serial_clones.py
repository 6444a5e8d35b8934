"""Guests of one request that come from one template are cloned one after the other, by the real terraform."""

import asyncio

import pytest

from iac.terraform.events import parse_progress
from tests.fixtures.stacks import ADDRESS, guest

pytestmark = pytest.mark.terraform


async def overlaps(bench, *guests):
    """How many resources were under way at most at one time, and how many were made."""
    plan = await bench.plan(*guests)
    heard = []
    applied = await asyncio.to_thread(bench.apply, plan.digest, on_event=heard.append)
    assert applied.errors == ()
    steps = [found[:2] for found in map(parse_progress, heard) if found]
    going, most = set(), 0
    for address, step in steps:
        (going.add if step in ("started", "going") else going.discard)(address)
        most = max(most, len(going))
    return most, sum(step == "done" for _, step in steps)


async def test_three_guests_from_one_template_are_made_one_at_a_time(bench):
    three = [guest(name=f"web0{n}", vmid=1000 + n, memory_mb=1024, address=None) for n in (1, 2, 3)]
    assert await overlaps(bench, *three) == (1, 3)


async def test_one_guest_alone_is_made_as_ever(bench):
    assert await overlaps(bench, guest(address=ADDRESS)) == (1, 1)
