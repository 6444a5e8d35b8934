"""The whole product on the fake Slack, ended between what it stored and what it would have done."""

import asyncio
import contextlib

from bot.wiring.app import build
from tests.conformance.chat.on_slack import slack_settings
from tests.fixtures.slack.fake import ALICE, OPS, open_slack
from tests.fixtures.slack.workspace import BOT_USER, read


@contextlib.asynccontextmanager
async def living(settings, *, works: bool):
    """One life of the product; without its worker it only hears."""
    async with build(settings) as app:
        tasks = [asyncio.create_task(listening.keep(app.sink)) for listening in app.listening]
        if works:
            tasks.append(asyncio.create_task(app.worker.run(app.consumer)))
        try:
            yield app
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_was_acknowledged_before_a_death_is_answered_once_after_it(tmp_path, toolchain):
    async with open_slack() as slack:
        settings = slack_settings(tmp_path, toolchain, slack)
        async with living(settings, works=False):
            await slack.connected()
            said = await (await slack.say(ALICE, OPS, "help")).acked()
        assert len(slack.thread(OPS, said.ts)) == 1
        async with living(settings, works=True):
            await slack.connected()
            for delivery in said.deliveries:
                assert (await slack.redeliver(delivery)).is_acked
            await slack.message(OPS, lambda each: each["user"] == BOT_USER, thread=said.ts)
            after = await (await slack.say(ALICE, OPS, "help", thread=said.ts)).acked()
            await slack.until(lambda: len(_answers(slack, said.ts)) > 1, "the answer to what came after")
            assert len(_answers(slack, said.ts)) == 2
            assert after.thread == said.ts


def _answers(slack, root):
    return [read(each) for each in slack.thread(OPS, root) if each["user"] == BOT_USER]
