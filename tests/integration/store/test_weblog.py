import asyncio

import pytest

from bot.domain.errors import Refused


async def test_rows_come_back_in_order_after_the_last_one_seen(weblog):
    numbers = [await weblog.append("t1", "post", f"{n}") for n in range(3)]
    assert numbers == sorted(numbers)
    assert [row.body for row in await weblog.since(numbers[0], ["t1"])] == ["1", "2"]
    assert [row.body for row in await weblog.since(0, ["t1"], limit=1)] == ["0"]


async def test_an_audience_sees_only_its_own_rows(weblog):
    await weblog.append("t1", "post", "for all")
    await weblog.append("t1/bob", "whisper", "for bob")
    await weblog.append("t2", "post", "elsewhere")
    assert [row.body for row in await weblog.since(0, ["t1"])] == ["for all"]
    assert [row.body for row in await weblog.since(0, ["t1", "t1/bob"])] == ["for all", "for bob"]
    assert await weblog.since(0, []) == []


async def test_the_same_key_is_the_same_row_even_at_once(weblog):
    numbers = await asyncio.gather(*(weblog.append("t1", "post", f"{n}", key="run:1") for n in range(20)))
    assert len(set(numbers)) == 1
    assert len(await weblog.since(0, ["t1"])) == 1


async def test_rows_without_a_key_are_all_kept(weblog):
    assert await weblog.append("t1", "said", "hi") != await weblog.append("t1", "said", "hi")


async def test_an_edit_is_a_new_row_that_names_the_first_and_reaches_the_same_audience(weblog):
    seq = await weblog.append("t1", "post", "old", key="k")
    edit = await weblog.replace(seq, "new")
    row = (await weblog.since(seq, ["t1"]))[0]
    assert (row.seq, row.kind, row.body, row.ref) == (edit, "edit", "new", seq)
    assert (await weblog.get(seq)).body == "old"


async def test_an_edit_said_again_adds_nothing(weblog):
    seq = await weblog.append("t1", "post", "old")
    assert await weblog.replace(seq, "new") == await weblog.replace(seq, "new")
    assert await weblog.newest() == seq + 1
    assert await weblog.replace(seq, "newer") == seq + 2


async def test_an_edit_of_nothing_is_refused(weblog):
    with pytest.raises(Refused, match=r"run\.unknown_message"):
        await weblog.replace(99, "new")
    assert await weblog.get(99) is None
    assert await weblog.newest() == 0
