"""The crew is told what is left of a person's quotas, and whose guests are whose, from our own records."""

from datetime import date

import pytest

from bot.domain.lease import Lease
from bot.domain.quota import Quota, Quotas
from bot.flow.entitling import Entitling
from bot.ports import Claimed


class Taken:
    def __init__(self, *claims):
        self.claims = claims

    async def all(self):
        return self.claims


def claim(guest, owner, stack="s1", cores=2, is_kept=True):
    return Claimed("r1", guest, stack, owner, "dev", 100, "n1", "local", cores, 4096, 40, is_kept)


@pytest.fixture
def person(flow):
    return flow.intake.people.named(next(iter(flow.intake.people.known)))


def entitling(flow, person, *claims, **bounds):
    quotas = Quotas({person.id: Quota(person.id, **bounds)})
    return Entitling(Taken(*claims), Taken(), flow.intake.people, lambda _: "here", quotas)


async def test_what_is_left_is_the_quota_without_what_they_hold_elsewhere(flow, person):
    known = entitling(flow, person, claim("a", person.id), claim("b", person.id, "here"), cores=8, guests=3)
    rights, _ = await known.of(person, "web:x")
    assert (rights.max_cores, rights.max_guests, rights.max_memory_mb) == (6, 2, None)


async def test_what_is_held_beyond_a_quota_leaves_nothing_and_never_less(flow, person):
    rights, _ = await entitling(flow, person, claim("a", person.id, cores=16), cores=8).of(person, "web:x")
    assert rights.max_cores == 0


async def test_without_a_quota_nothing_is_bounded(flow, person):
    known = Entitling(Taken(), Taken(), flow.intake.people, lambda _: "here")
    rights, around = await known.of(person, "web:x")
    assert (rights.max_guests, rights.max_cores, dict(around.owners)) == (None, None, {})


async def test_the_crew_knows_until_when_a_guest_is_kept(flow, person):
    lease = Lease("s1", "a", "r1", 100, person.id, "dev", ends_at=1_800_000_000.0, due_at=0.0)
    _, around = await Entitling(Taken(), Taken(lease), flow.intake.people, lambda _: "here").of(person, "web:x")
    assert around.expiries == {"a": date(2027, 1, 15)}


async def test_a_guest_that_stands_belongs_to_who_asked_for_it(flow, person):
    known = entitling(flow, person, claim("a", person.id), claim("b", person.id, is_kept=False))
    _, around = await known.of(person, "web:x")
    assert around.owners == {"a": person.name}
