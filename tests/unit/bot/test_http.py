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
