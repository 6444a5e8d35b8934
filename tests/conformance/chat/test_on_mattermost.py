"""The scenario on Mattermost: the fake server between people and the product."""

import pytest_asyncio

from bot.chat.mattermost.guard import SIGNED
from bot.store.audit import Audit
from tests.conformance.chat.house import machines, run_of
from tests.conformance.chat.on_mattermost import MattermostDriver, on_mattermost
from tests.conformance.chat.scenario import Scenario, _told, asking, planned, seen
from tests.conformance.chat.waiting import until


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def driver(tmp_path_factory, toolchain):
    async with on_mattermost(tmp_path_factory.mktemp("mattermost"), toolchain) as ready:
        yield ready


class TestOnMattermost(Scenario):
    """All of it, and what this platform asks beside a click."""

    async def test_a_click_and_a_typed_name_destroy_a_machine(self, driver: MattermostDriver) -> None:
        thread = await driver.say("alice", asking("gone11"))
        await driver.press("bob", await planned(driver, thread), "approve")
        await seen(driver, thread, lambda each: "gone11: ready" in each.text, "the report")
        await driver.say("alice", "delete gone11", thread)
        card = await planned(driver, thread)
        await driver.press("carol", card, "approve")
        await until(lambda: _told(driver, "carol", "a click alone is not enough"), "a private word to carol")
        assert "gone11" in await machines(driver.app)
        await driver.say("carol", "gone11", thread)
        await seen(driver, thread, lambda each: "gone11: destroyed" in each.text, "the report of the loss")
        assert "gone11" not in await machines(driver.app)
        run = await run_of(driver.app, "gone11")
        trail = await Audit(driver.app.database).of_run(run.id)
        evidence = [row.entry.facts["evidence"] for row in trail if "evidence" in row.entry.facts]
        assert evidence == [SIGNED, f"{SIGNED} + typed reply"]
