"""The probes: alive is not ready, and ready is said only when every part has answered."""

import asyncio

import httpx

from bot.http import build_app
from iac.errors import Broken


async def _well() -> None:
    return


async def _silent() -> None:
    raise Broken("reading the database", "connection refused by postgresql://bot:hunter2@db/tf")


async def _hanging() -> None:
    await asyncio.Event().wait()


async def _get(path, seconds=1.0, **checks):
    transport = httpx.ASGITransport(build_app([], checks, check_s=seconds))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get(path)


async def test_when_every_part_answers_it_is_ready():
    answer = await _get("/ready", database=_well, cluster=_well)
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "parts": {"database": "ready", "cluster": "ready"}}


async def test_one_silent_part_is_named_and_the_others_are_still_asked():
    answer = await _get("/ready", database=_silent, cluster=_well)
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert "connection refused" in answer.json()["parts"]["database"]
    assert answer.json()["parts"]["cluster"] == "ready"


async def test_a_part_that_never_answers_does_not_hang_the_probe():
    answer = await _get("/ready", 0.05, database=_hanging, cluster=_well)
    assert answer.status_code == 503
    assert "0.05 s" in answer.json()["parts"]["database"]


async def test_a_part_that_hangs_is_asked_once_however_often_the_probe_comes():
    asked = []

    async def hanging() -> None:
        asked.append(1)
        await asyncio.Event().wait()

    transport = httpx.ASGITransport(build_app([], {"database": hanging}, check_s=0.02))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        codes = [(await client.get("/ready")).status_code for _ in range(5)]
    assert (codes, len(asked)) == ([503] * 5, 1)


async def test_a_part_that_comes_back_is_ready_again():
    faults: list[Exception] = [Broken("reading the cluster", "no route to host")]

    async def healing() -> None:
        if faults:
            raise faults.pop()

    transport = httpx.ASGITransport(build_app([], {"cluster": healing}))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answers = [await client.get("/ready") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 200]
    assert answers[0].json()["parts"]["cluster"] == "reading the cluster: no route to host"


async def test_a_part_may_be_ready_with_a_remark():
    async def remarking() -> str:
        return "ready to read; without a quorum nothing is applied"

    answer = await _get("/ready", cluster=remarking)
    assert answer.status_code == 200
    assert "without a quorum" in answer.json()["parts"]["cluster"]


async def test_a_reason_stays_short_and_on_one_line():
    async def talkative() -> None:
        raise RuntimeError("x\n" * 5000)

    said = (await _get("/ready", database=talkative)).json()["parts"]["database"]
    assert len(said) <= 300
    assert "\n" not in said


async def test_parts_are_asked_at_the_same_time():
    first, second = asyncio.Event(), asyncio.Event()

    async def one() -> None:
        first.set()
        await second.wait()

    async def two() -> None:
        second.set()
        await first.wait()

    assert (await _get("/ready", database=one, cluster=two)).status_code == 200


async def test_a_probe_tells_no_password():
    assert "hunter2" not in (await _get("/ready", database=_silent)).text


async def test_a_process_whose_parts_are_away_is_still_alive():
    assert (await _get("/health", database=_silent)).json() == {"alive": True}
