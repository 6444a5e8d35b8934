"""``threadform doctor --live``: every chat of the settings is tried for real, and what was posted is deleted again.

A platform is one more row of ``_TRIALS``: a module beside this one with ``try_(settings)``, which yields findings.
"""

import importlib
from collections.abc import AsyncIterator, Awaitable
from typing import Final

from bot.chat.port import TooFast
from bot.chat.words import Words
from bot.cli.doctor import Line
from bot.settings import Settings
from iac.errors import Broken, ThreadformError

_TRIALS: Final = {
    "slack_bot_token": "bot.cli.live_slack",
    "mattermost_token": "bot.cli.live_mattermost",
    "matrix_url": "bot.cli.live_matrix",
    "second_ways": "bot.cli.live_second",
}
"""The setting with which a chat is connected, and what tries it."""


async def live_lines(settings: Settings) -> AsyncIterator[Line]:
    """The findings of every chat that is configured."""
    modules = [module for name, module in _TRIALS.items() if getattr(settings, name)]
    if not modules:
        yield Line("chats", "none is connected beside the page; docs/slack.md says how", is_ok=True)
    for module in modules:
        async for line in importlib.import_module(module).try_(settings):
            yield line


async def tried(name: str, act: Awaitable[str], mend: str) -> Line:
    """What came of one step, and the way on where it did not work."""
    try:
        return Line(name, await act, is_ok=True)
    except TooFast as wait:
        return Line(name, str(wait), is_ok=False, mend="try again in a minute")
    except Broken as fault:
        return Line(name, fault.why, is_ok=False, mend=mend)
    except ThreadformError as no:
        return Line(name, Words.load().say(no.sentence, "en"), is_ok=False, mend=mend)
    except (ValueError, LookupError) as fault:
        return Line(name, str(fault), is_ok=False, mend=mend)
