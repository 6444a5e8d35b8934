"""The second ways out, tried for real: each mail and push says that it is a test. A way never tried is no way."""

import time
from collections.abc import AsyncIterator

from bot.chat.port import Card
from bot.cli.doctor import Line
from bot.cli.live import tried
from bot.ports import Notice, SecondWay
from bot.settings import Settings
from bot.wiring.second import direct_ways

MENDS = {
    "mail": "check THREADFORM_MAIL_URL, _MAIL_FROM and _MAIL_TO",
    "push": "check THREADFORM_PUSH_URL and _PUSH_TOKEN",
}
SAID = "A test by threadform doctor --live: had a chat not answered, you would have read it here."


async def try_(settings: Settings) -> AsyncIterator[Line]:
    """Each way that a rule names; another chat is tried by the lines of its own platform."""
    for name, way in direct_ways(settings):
        yield await tried(f"second way, {name}", _sent(way), MENDS[name])


async def _sent(way: SecondWay) -> str:
    card = Card("Threadform doctor: a test")
    await way.send(Notice(f"doctor:{time.time()}", "info", card.plain, SAID, card))
    return "it was taken; look whether it came"
