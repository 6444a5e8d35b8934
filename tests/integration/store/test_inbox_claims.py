"""A claim of an event is kept alive by its owner, and by nobody else."""

from tests.integration.store.making import words


async def test_a_claim_that_is_renewed_stays_its_owners(inbox, thread):
    await inbox.store(words(thread, "e1"), 1.0)
    assert await inbox.claim("e1", "w1", -1.0) is not None
    await inbox.renew("e1", "w1", 60)
    assert await inbox.claim("e1", "w2", 60) is None
    assert await inbox.waiting(9) == []


async def test_another_owner_renews_nothing(inbox, thread):
    await inbox.store(words(thread, "e1"), 1.0)
    await inbox.claim("e1", "w1", -1.0)
    await inbox.renew("e1", "w2", 60)
    assert await inbox.claim("e1", "w2", 60) is not None
