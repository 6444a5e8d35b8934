"""A chat that does not start is named with its reason, takes nothing else down, and is heard once it can be."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.cli.serve import works
from bot.settings import Settings
from bot.wiring.app import App, build
from tests.fixtures.house import _RUNNERS, settings_for
from tests.fixtures.ports import free_port
from tests.fixtures.slack.fake import ALICE, OPS, open_slack
from tests.fixtures.slack.workspace import APP_TOKEN, BOT_TOKEN

pytestmark = [pytest.mark.terraform]


@contextlib.asynccontextmanager
async def _served(settings: Settings) -> AsyncIterator[App]:
    """``threadform web``, in this process."""
    async with build(settings) as app:
        for listening in app.listening:
            listening.pause_s = 0.05
        working = [asyncio.create_task(work) for work in works(app, settings, "web")]
        try:
            yield app
        finally:
            await app.chat.close()
            for work in working:
                work.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            _RUNNERS.append(app.runner)


async def _parts(client: httpx.AsyncClient, url: str) -> dict[str, str]:
    """What /ready says of each part, as soon as it answers."""
    while True:
        with contextlib.suppress(httpx.TransportError):
            return dict((await client.get(f"{url}/ready")).json()["parts"])
        await asyncio.sleep(0.02)


async def test_a_slack_that_refuses_the_token_is_named_and_the_page_goes_on_until_it_is_put_right(tmp_path, toolchain):
    async with open_slack() as slack, httpx.AsyncClient(timeout=60) as client:
        slack.faults.always("auth.test", error="invalid_auth")
        given = {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN, "slack_url": slack.api}
        settings = settings_for(tmp_path, toolchain, web_port=free_port(), **given)
        url = f"http://127.0.0.1:{settings.web_port}"
        async with _served(settings) as app:
            await slack.until(lambda: slack.count("auth.test") > 1, "it is tried again")
            said = (await _parts(client, url))["chat slack"]
            assert "invalid_auth" in said
            assert "THREADFORM_SLACK_BOT_TOKEN" in said
            assert BOT_TOKEN not in said
            assert (await client.get(f"{url}/health")).status_code == httpx.codes.OK
            slack.faults.heal()
            await slack.connected()
            await (await slack.say(ALICE, OPS, "a machine")).acked()
            assert (await _parts(client, url))["chat slack"] == "ready"
            assert list(app.chats) == ["web", "slack"]


async def test_without_a_chat_in_the_settings_nothing_of_one_is_imported():
    program = (
        "import sys, bot.wiring.app\n"
        "found = [m for m in sys.modules if m.startswith(('slack_', 'bot.chat.slack', 'bot.chat.m'))]\n"
        "sys.exit(str(found) if found else 0)\n"
    )
    ended = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    assert await ended.wait() == 0
