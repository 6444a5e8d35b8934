"""The whole product and the server die in turn: each wish becomes one card and one machine, and nothing is lost."""

import pytest
import pytest_asyncio

from tests.conformance.chat.house import machines, run_of
from tests.conformance.chat.on_mattermost import COMMAND, installed
from tests.conformance.chat.scenario import asking, discard, planned, seen
from tests.conformance.chat.waiting import until
from tests.fixtures.mattermost.calls import Fault, stored_then_502

pytestmark = [pytest.mark.terraform, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory, toolchain):
    async with installed(tmp_path_factory.mktemp("faults"), toolchain) as ready:
        yield ready


async def _runs(driver, name):
    return [run for run in await driver.app.runs.latest(100) if run.proposal["guests"][0]["name"] == name]


async def test_what_was_said_and_pressed_while_the_product_was_gone(site):
    async with site.alive() as before:
        first = await before.say("alice", asking("early1"))
        card = await planned(before, first)
    alice, bob = site.people["alice"], site.people["bob"]
    room = site.server.world.posts[first].channel_id
    late = await alice.say(f"@{COMMAND} {asking('late2')}", channel_id=room)
    assert not (await bob.press(card.raw, card.raw.actions()[0]["id"])).is_ok
    async with site.alive() as after:
        await planned(after, late.id)
        assert (await planned(after, first)).id == card.id
        decided = await discard(after, "bob", first, await planned(after, first))
        assert decided.id == card.id
        assert [len(await _runs(after, name)) for name in ("early1", "late2")] == [1, 1]
        assert [len(await after.bot_messages(thread)) for thread in (first, late.id)] == [1, 1]


async def test_a_server_that_restarts_and_stumbles_between_a_wish_and_its_report(site):
    async with site.alive() as driver:
        server = site.server
        server.fail("posts.create", stored_then_502(), Fault())
        thread = await driver.say("alice", asking("way3"))
        await server.stop()
        await server.start()
        card = await planned(driver, thread)
        await server.until(lambda: server.hub.connected(site.bot.id), "the product's websocket")
        server.fail("posts.patch", stored_then_502())
        await driver.press("bob", card, "approve")
        await server.stop()
        await until(lambda: _is_there(driver, "way3"), "the machine")
        await server.start()
        report = await seen(driver, thread, lambda each: "way3: ready" in each.text, "the report")
        assert report.id == card.id
        assert len(await driver.bot_messages(thread)) == 1
        assert (await run_of(driver.app, "way3")).state.value == "applied"


async def _is_there(driver, name):
    return name in await machines(driver.app)
