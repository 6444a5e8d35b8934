import pytest

from bot.domain.errors import Refused
from iac.spec import Address
from tests.integration.store.making import a_conversation, a_reading, a_run

POOL = [Address(f"10.0.0.{n}", 24, "10.0.0.254", ("10.0.0.53",), "lab.example") for n in (1, 2)]


@pytest.fixture
def reserve(reservations):
    async def call(run, guest="api01", *, taken=None, vmids=range(1000, 1003), addresses=POOL):
        return await reservations.reserve(run, guest, taken=taken or a_reading(), vmids=vmids, addresses=addresses)

    return call


@pytest.fixture
async def other(stacks):
    return await stacks.of(a_conversation(), environment="dev", language="en", title="", at=1.0)


async def test_a_guest_gets_the_lowest_free_vmid_and_address_whole(reserve, stack):
    assert await reserve(a_run(stack)) == (1000, POOL[0])


async def test_a_network_that_hands_out_addresses_by_itself_reserves_none(reserve, stack):
    assert await reserve(a_run(stack), addresses=[]) == (1000, None)


async def test_what_the_cluster_uses_already_is_skipped(reserve, stack):
    assert (await reserve(a_run(stack), taken=a_reading((1000, "db"), (1001, "web"))))[0] == 1002


async def test_the_same_guest_of_the_same_stack_keeps_what_it_holds(reserve, stack, other):
    first = await reserve(a_run(stack))
    await reserve(a_run(other), "db01")
    assert await reserve(a_run(stack)) == first


async def test_a_name_that_another_stack_keeps_is_refused(reserve, stack, other):
    await reserve(a_run(stack))
    with pytest.raises(Refused, match=r"reserve\.name_taken"):
        await reserve(a_run(other))


async def test_a_name_that_the_cluster_has_is_refused_and_reserves_nothing(reserve, stack, other):
    with pytest.raises(Refused, match=r"reserve\.name_in_cluster"):
        await reserve(a_run(stack), taken=a_reading((500, "api01")))
    assert await reserve(a_run(other), "db01") == (1000, POOL[0])


async def test_a_guest_that_a_broken_apply_left_behind_is_still_ours(reserve, stack):
    vmid, address = await reserve(a_run(stack))
    assert await reserve(a_run(stack), taken=a_reading((vmid, "api01"))) == (vmid, address)


async def test_a_vmid_that_somebody_used_meanwhile_is_given_up_for_another(reserve, stack):
    await reserve(a_run(stack))
    assert (await reserve(a_run(stack), taken=a_reading((1000, "theirs"))))[0] == 1001


async def test_a_full_range_is_a_no_that_names_it_and_keeps_nothing(reserve, stack, other):
    with pytest.raises(Refused) as no:
        await reserve(a_run(stack), vmids=range(1000, 1001), taken=a_reading((1000, "db")))
    assert no.value.sentence.values == {"first": 1000, "last": 1000, "name": "api01"}
    assert (await reserve(a_run(other)))[0] == 1000


async def test_a_full_network_is_a_no_that_gives_the_vmid_back(reserve, stack, other):
    for name in ("a", "b"):
        await reserve(a_run(other), name)
    with pytest.raises(Refused, match=r"reserve\.no_address"):
        await reserve(a_run(stack))
    assert await reserve(a_run(stack), addresses=[]) == (1002, None)


async def test_what_a_discarded_run_held_is_free_again(reserve, reservations, stack, other):
    run = a_run(stack)
    await reserve(run)
    await reservations.release(run.id)
    assert await reserve(a_run(other)) == (1000, POOL[0])


async def test_releasing_an_old_revision_takes_nothing_from_the_new_one(reserve, reservations, stack, other):
    old, new = a_run(stack), a_run(stack)
    held = await reserve(old)
    assert await reserve(new) == held
    await reservations.release(old.id)
    assert (await reserve(a_run(other), "db01"))[0] != held[0]
    await reservations.release(new.id)
    assert (await reserve(a_run(other), "db02"))[0] == held[0]


async def test_an_applied_guest_keeps_everything_until_it_is_forgotten(reserve, reservations, stack, other):
    run = a_run(stack)
    held = await reserve(run)
    await reservations.keep(run.id)
    await reservations.release(run.id)
    assert await reserve(a_run(stack), taken=a_reading((held[0], "api01"))) == held
    await reservations.forget(stack.id, ["api01"])
    assert await reserve(a_run(other)) == held
