"""Slack, played by the fake: how soon an event is acknowledged, and a message until its card beside the web page."""

import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from iac.terraform.toolchain import Toolchain
from tests.bench.served import serving
from tests.bench.table import Table, both, percentile
from tests.conformance.chat.driver import Driver
from tests.conformance.chat.house import working
from tests.conformance.chat.on_slack import PEOPLE, SlackDriver, slack_settings
from tests.conformance.chat.on_web import entered
from tests.conformance.chat.scenario import asking, planned
from tests.fixtures.slack.carrying import Delivery
from tests.fixtures.slack.fake import ALICE, FakeSlack, open_slack
from tests.fixtures.slack.workspace import APP_TOKEN, BOT_TOKEN

RATE, RATE_S = 50, 8.0
ROOMS = 50
ROUNDS = 7
ACK_GOAL_MS = 500
LATER_GOAL_MS = 1_100
"""Slack takes one message a second and channel: the card that follows its first word waits that long."""
PATIENCE_S = 60.0


def measure(table: Table, home: Path, toolchain: Toolchain) -> None:
    asyncio.run(_measure(table, home, toolchain))


async def _measure(table: Table, home: Path, toolchain: Toolchain) -> None:
    table.heading(f"Slack (the fake, Socket Mode): an event until its acknowledgement, at {RATE} a second")
    ours = await _ours(home / "served", toolchain)
    bare = await _bare()
    ms = [seconds * 1000 for seconds in ours]
    also = f"p50 {percentile(ms, 50):.0f}, most {max(ms):.0f} ms, {len(ms)} events"
    table.goal(f"ack at {RATE} events a second, p99", percentile(ms, 99), ACK_GOAL_MS, " ms", also)
    table.line("Bolt alone, which stores nothing, in the same run (p50, p99)", both(bare, 50, 99))
    table.heading(f"A message until its card on the web page and on Slack (the fake), in turn ({ROUNDS} rounds)")
    web, slack = await _cards(home / "cards", toolchain)
    table.line("message -> card on the web page (p50, p95)", both(web))
    table.line("message -> card on Slack (p50, p95)", both(slack))
    ratio = statistics.median(slack) / statistics.median(web)
    later = (statistics.median(slack) - statistics.median(web)) * 1000
    table.goal("so much later on Slack, p50", later, LATER_GOAL_MS, " ms", f"x {ratio:.2f}")


async def _ours(home: Path, toolchain: Toolchain) -> Sequence[float]:
    """The product in a process of its own; what is acknowledged is stored."""
    async with open_slack() as slack:
        said = {"BOT_TOKEN": BOT_TOKEN, "APP_TOKEN": APP_TOKEN, "URL": slack.api}
        environment = {f"THREADFORM_SLACK_{name}": value for name, value in said.items()}
        people = json.dumps([person.model_dump(mode="json") for person in PEOPLE])
        async with serving(home, toolchain, THREADFORM_PEOPLE=people, **environment):
            return await _at_rate(slack)


async def _bare() -> Sequence[float]:
    """The same transport, with nobody behind it."""
    async with open_slack() as slack:

        async def intake() -> BoltResponse:
            return BoltResponse(status=200, body="")

        client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api)
        app = AsyncApp(client=client, request_verification_enabled=False, before_authorize=intake)
        handler = AsyncSocketModeHandler(app, APP_TOKEN, web_client=client)
        await handler.connect_async()
        try:
            return await _at_rate(slack)
        finally:
            await handler.close_async()


async def _at_rate(slack: FakeSlack) -> Sequence[float]:
    """Mentions in many channels, each timed from when it is sent until it is acknowledged."""
    rooms = [f"C0BENCH{number}" for number in range(ROOMS)]
    for room in rooms:
        slack.workspace.channel(room, ALICE)
    slack.mention_kinds, slack.tells_own = ("app_mention",), False
    await slack.connected()
    deliveries: list[Delivery] = []
    began = time.monotonic()
    for number in range(int(RATE * RATE_S)):
        await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
        deliveries += (await slack.say(ALICE, rooms[number % ROOMS], "help")).deliveries
    async with asyncio.timeout(PATIENCE_S):
        for delivery in deliveries:
            await delivery.over.wait()
    assert all(delivery.is_acked for delivery in deliveries), "Slack was not answered"
    assert {delivery.tries for delivery in deliveries} == {1}, "Slack had to ask again"
    return [delivery.seconds for delivery in deliveries]


async def _cards(home: Path, toolchain: Toolchain) -> tuple[list[float], list[float]]:
    """One product on both, asked in turn."""
    async with open_slack() as slack, working(slack_settings(home, toolchain, slack)) as app:
        await app.warm()
        await slack.connected()
        async with entered(app, ("alice", "bob")) as page:
            web, said = [], []
            for number in range(ROUNDS + 1):
                for driver, took in ((page, web), (SlackDriver(app, slack), said)):
                    seconds = await _card(driver, f"b{number:02d}{len(took):02d}{'s' if took is said else 'w'}")
                    took.append(seconds)
            return web[1:], said[1:]  # the first round warms both sides


async def _card(driver: Driver, name: str) -> float:
    began = time.monotonic()
    thread = await driver.say("alice", asking(name))
    card = await planned(driver, thread)
    took = time.monotonic() - began
    await driver.press("alice", card, "discard")
    return took
