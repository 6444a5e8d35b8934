"""Slack, tried for real: the tokens, each scope, a card with a file, its reading back, an edit and a deletion."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from bot.chat.port import Conversation
from bot.chat.slack.adapter import SlackChat
from bot.chat.slack.calling import Calls, No
from bot.chat.slack.manifest import SCOPES
from bot.chat.slack.starting import HINTS, Places, Standing, begin, check_socket, why
from bot.chat.slack.thread import Reading
from bot.chat.words import Words
from bot.cli.doctor import Line
from bot.cli.live import tried
from bot.cli.trial import Trial
from bot.ports import Joined
from bot.settings import Settings
from bot.wiring.slack import slack_of
from iac.errors import Broken

LINES = 400
LOOKS = 15
"""Slack shares a file a while after it said that it has."""
AGAIN = "threadform slack manifest; paste it under App Manifest, then Reinstall to Workspace"
TOKEN = "copy the Bot User OAuth Token under Install App into THREADFORM_SLACK_BOT_TOKEN"  # noqa: S105 - a hint
APP_TOKEN = "make an App-Level Token with connections:write under Basic Information"  # noqa: S105 - a hint
INVITE = "/invite the bot into the channel of THREADFORM_SLACK_TEST_CHANNEL"
DELETE = "delete the message by hand; workspaces may forbid apps to delete what they said"


class NoThreads:
    """Nothing is remembered of a trial."""

    async def join(self, conversation: Conversation, at: float) -> None:
        """Not kept."""

    async def has(self, conversation: Conversation) -> bool:
        """None."""
        del conversation
        return False

    async def recent(self, platform: str, since: float, limit: int) -> Sequence[Joined]:
        """None."""
        del platform, since, limit
        return ()

    async def mark(self, name: str, value: str) -> None:
        """Not kept."""

    async def marked(self, name: str) -> str:
        """None."""
        del name
        return ""


async def try_(settings: Settings) -> AsyncIterator[Line]:
    """Everything that can be tried without a person pressing something."""
    chat = slack_of(settings, Words.load(), NoThreads())
    try:
        try:
            standing, listed = await _begun(chat.calls)
        except Broken as fault:
            yield Line("slack, bot token", fault.why, is_ok=False, mend=TOKEN)
            return
        own = standing.own
        yield Line("slack, bot token", f"user {own.user} of workspace {own.team}", is_ok=True)
        for line in _scopes(listed):
            yield line
        yield await _way_in(settings)
        async for line in _messages(chat, own.team, settings.slack_test_channel):
            yield line
    finally:
        await chat.close()


async def _begun(calls: Calls) -> tuple[Standing, str]:
    """Who we are, and the scopes of the token: those that are missing are findings here, not the end."""
    try:
        standing = await begin(calls, Places(), needed=())
        return standing, (await calls.whoami())[1]
    except No as no:
        raise Broken("asking Slack who we are", why(no)) from no


def _scopes(listed: str) -> Sequence[Line]:
    """Each scope that is missing, with what it is for."""
    if not listed:
        return [Line("slack, scopes", "Slack did not list them", is_ok=True)]
    has = {scope.strip() for scope in listed.split(",")}
    missing = [scope for scope in SCOPES if scope not in has]
    more = sorted(has - SCOPES.keys())
    found = f"{len(SCOPES) - len(missing)} of {len(SCOPES)}" + (f"; not needed: {', '.join(more)}" if more else "")
    lines = [Line(f"slack, scope {scope}", f"missing: {SCOPES[scope]}", is_ok=False, mend=AGAIN) for scope in missing]
    return [*lines, *([] if missing else [Line("slack, scopes", found, is_ok=True)])]


async def _way_in(settings: Settings) -> Line:
    """How Slack reaches us. No socket is opened: it would be given events that are another process's."""
    if settings.slack_mode == "http":
        return Line("slack, signing secret", "set; Slack calls /slack/events with it", is_ok=True)
    token = settings.slack_app_token
    calls = Calls(token.get_secret_value() if token else "", settings.slack_url)

    async def asked() -> str:
        await check_socket(calls)
        return "Slack offers a socket"

    try:
        return await tried("slack, app token", asked(), APP_TOKEN)
    finally:
        await calls.close()


async def _messages(chat: SlackChat, team: str, channel: str) -> AsyncIterator[Line]:
    """One card through its whole life, in a channel that is there for that."""
    if not channel:
        mend = "set THREADFORM_SLACK_TEST_CHANNEL to the id of a channel that it was invited to"
        yield Line(
            "slack, messages", "not tried: there is no channel to try in", is_ok=False, mend=mend, is_needed=False
        )
        return
    trial = SlackTrial(chat, Conversation("slack", team, channel))
    for name, act, mend in (
        ("a post with a file", trial.post, INVITE),
        ("reading it back by its key", trial.find, AGAIN),
        ("the attached file", trial.file, AGAIN),
        ("an edit in its place", trial.edit, "allow message editing for apps in the workspace's settings"),
        ("a deletion", trial.delete, DELETE),
    ):
        line = await tried(f"slack, {name}", act(), mend)
        yield line
        if not line.is_ok and trial.message is None:
            return


class SlackTrial(Trial):
    """With its file, and its deletion."""

    def __init__(self, chat: SlackChat, where: Conversation) -> None:
        """As every trial."""
        super().__init__(chat, where, pause_s=chat.saying.pause_s)
        self.calls, self.reading = chat.calls, Reading(chat.calls)

    async def file(self) -> str:
        """The whole diff, beside its excerpt."""
        found = [file for message in await self._thread() for file in message.get("files") or ()]
        if not found:
            raise Broken("looking for the file", "it is not in the thread")
        return f"{found[0].get('name')}, shown as {found[0].get('filetype') or 'unknown'}"

    async def delete(self) -> str:
        """Leave nothing behind."""
        try:
            for message in await self._thread():
                for file in message.get("files") or ():
                    await self.calls.call("files.delete", file=file["id"])
            await self.calls.call("chat.delete", channel=self.where.channel, ts=self.posted.id)
        except No as no:
            raise Broken("deleting", f"{why(no)}; {HINTS.get(no.code, 'the message is still there')}") from no
        return "nothing is left"

    async def _thread(self) -> Sequence[Any]:
        return await self.reading.thread(self.posted.conversation)
