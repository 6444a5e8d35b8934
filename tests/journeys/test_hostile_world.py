"""People and bytes that mean no good, before the whole product: each is refused or counted once, in a sentence.

A taken number, a lost node and a plan file changed by one byte are in ``test_the_world_moves``.
"""

import asyncio
import contextlib
import re
import secrets
import shutil
from collections import Counter

import httpx
import pytest
from sqlalchemy import select, update

from bot.cli.serve import serve_page
from bot.domain.run import RunState
from bot.settings import PersonSetting
from bot.store.audit import Audit
from bot.store.models import attempts, plans
from bot.store.stacks import SqlStacks, Vault
from bot.wiring.keys import state_key
from tests.fixtures.house import open_house, settings_for
from tests.fixtures.ports import free_port
from tests.fixtures.recorder import Recorder, button, can_be_approved, text_of
from tests.fixtures.states import put_state

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(240)]

ASK = "4c/8g ubuntu 24.04, 60 GB, call it api01"
OTHER_STATE = b'{"version":4,"terraform_version":"1.5.0","serial":7,"lineage":"else","outputs":{},"resources":[]}'
APPROVERS, STRANGERS, CLICKS = 10, 10, 10
ROLES = {
    "alice": ("requester", "approver"),
    **{f"a{n}": ("approver",) for n in range(APPROVERS - 1)},
    **{f"s{n}": ("requester",) for n in range(STRANGERS)},
}
CROWD = tuple(PersonSetting(id=f"web:{name}", name=name.title(), roles=roles) for name, roles in ROLES.items())
BUTTON = re.compile(r'id="b(\d+)-approve"[^>]* data-value="([^"]+)"')


@contextlib.asynccontextmanager
async def opened(house):
    """The page of a house on a port of its own; its address."""
    port = free_port()
    works = (house.app.chat.run(house.app.sink), serve_page(house.app, house.settings, port))
    tasks = [asyncio.create_task(work) for work in works]
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient() as client:
            await until(lambda: _answers(client, url))
        yield url
    finally:
        await house.app.chat.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answers(client, url):
    with contextlib.suppress(httpx.TransportError):
        return (await client.get(f"{url}/health")).status_code == httpx.codes.OK
    return False


async def sent(client, path, nonce, **content):
    return await client.post(path, json={"nonce": nonce, **content})


async def entered(stack, house, url, person):
    """A browser of that person's own."""
    client = httpx.AsyncClient(base_url=url, headers={"origin": url}, timeout=60)
    await stack.enter_async_context(client)
    await client.get(house.app.chat.link(person=person))
    return client


async def until(find):
    for _ in range(2400):
        found = await find()
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("it never came true")


async def told(house, thread, person):
    """The private words that a person has read in a thread."""
    return [row.body for row in await house.app.chat.log.since(0, [house.app.chat.room.private(thread, person)])]


async def test_two_hundred_clicks_of_one_moment_on_the_page_are_one_yes_and_each_other_has_a_private_word(
    tmp_path, toolchain
):
    settings = settings_for(tmp_path, toolchain, people=CROWD)
    async with open_house(settings, Recorder()) as house, opened(house) as url, contextlib.AsyncExitStack() as stack:
        people = {name: await entered(stack, house, url, name) for name in ROLES}
        thread = (await sent(people["alice"], "/say", secrets.token_hex(16), text=ASK)).json()["thread"]

        async def shown():
            return BUTTON.search((await people["alice"].get(f"/t/{thread}")).text)

        seq, value = (await until(shown)).groups()
        press = {"message": int(seq), "action": "approve", "value": value}
        # Every other click is the one before, delivered again.
        nonces = [(name, secrets.token_hex(16)) for name in ROLES for _ in range(CLICKS // 2)] * 2
        answers = await asyncio.gather(*(sent(people[name], "/press", nonce, **press) for name, nonce in nonces))
        assert len(answers) == (APPROVERS + STRANGERS) * CLICKS == 200
        codes = Counter(answer.status_code for answer in answers)
        assert set(codes) <= {200, 409}, codes

        async def is_applied():
            return [run.state for run in await house.runs()] == [RunState.APPLIED]

        await until(is_applied)
        run = (await house.runs())[0]

        async def words():
            every = {name: await told(house, thread, name) for name in ROLES if f"web:{name}" != run.decided_by}
            return every if all(every.values()) else None

        heard = await until(words)
        # Whoever is heard after the yes that counted is told that it is too late, whatever else speaks against them.
        assert any("four eyes" in w or "Too late" in w for w in heard["alice"])
        assert all(any("do not have the right" in w or "Too late" in w for w in heard[f"s{n}"]) for n in range(9))
        assert run.decided_by.startswith("web:a")
        assert run.decided_by != "web:alice"
        trail = Audit(house.app.database)
        moves = Counter(row.entry.new for row in await trail.of_run(run.id) if row.entry.what == "run.moved")
        assert (moves["approved"], moves["applying"]) == (1, 1)
        async with house.app.database.reading() as connection:
            assert len((await connection.execute(select(attempts.c.run_id))).all()) == 1
        assert list(await house.machines()).count("api01") == 1
        await trail.verify()


async def test_a_state_that_was_changed_after_the_plan_means_a_new_plan_and_a_new_yes(house):
    await house.say("alice", ASK)
    first = await house.planned()
    run = (await house.runs())[-1]
    await put_state(SqlStacks(house.app.database, Vault(state_key(house.settings))), run.stack_id, 7, OTHER_STATE)
    await house.press("bob", first, "approve")
    second = await house.chat.card("t1", lambda c: button(c, "approve") not in (None, button(first, "approve")))
    assert "api01" not in await house.machines()
    assert any("was changed after the plan" in text_of(card) for card in house.chat.cards("t1"))
    await house.press("bob", second, "approve")
    await house.chat.card("t1", lambda c: c.tone == "good")
    assert [each.state for each in await house.runs()] == [RunState.REFUSED, RunState.APPLIED]


async def test_a_kept_plan_that_was_changed_by_one_byte_is_not_applied_and_can_be_asked_for_again(house):
    await house.say("alice", ASK)
    card = await house.planned()
    run = (await house.runs())[-1]
    shutil.rmtree(house.settings.home / "runs" / run.id)
    async with house.app.database.writing() as connection:
        body = bytearray((await connection.execute(select(plans.c.body))).scalar_one())
        body[len(body) // 2] ^= 1
        await connection.execute(update(plans).values(body=bytes(body)))
    await house.press("bob", card, "approve")
    said = await house.chat.card("t1", lambda c: "cannot be read" in text_of(c) and button(c, "finish") is not None)
    assert not can_be_approved(said)
    assert "api01" not in await house.machines()
    await house.press("alice", said, "finish")
    again = await house.planned()
    await house.press("bob", again, "approve")
    await house.chat.card("t1", lambda c: c.tone == "good")
    assert [each.state for each in await house.runs()] == [RunState.ERRORED, RunState.APPLIED]
