"""The bot's own tab among Slack's agents: what may be asked for, and that it is at work. None is insisted on."""

from dataclasses import dataclass
from typing import Final

import structlog

from bot.chat.port import Conversation, TooFast
from bot.chat.slack.calling import Calls, No
from bot.chat.slack.reading import Opened
from bot.chat.words import Words, preferred
from iac.errors import Broken

log = structlog.get_logger()

PROMPTS: Final = ("new", "there", "help")


@dataclass(slots=True)
class Tab:
    """Prompts and status."""

    calls: Calls
    words: Words
    can_status: bool = True

    async def greet(self, opened: Opened) -> None:
        """Suggest what may be asked for, in the language of that person's Slack."""
        try:
            found = await self.calls.read("users.info", user=opened.user, include_locale="true")
            language = preferred(str(found["user"].get("locale") or "en"))
            said = [{key: self._text(prompt, key, language) for key in ("title", "message")} for prompt in PROMPTS]
            await self.calls.call("assistant.threads.setSuggestedPrompts", channel_id=opened.channel, prompts=said)
        except (No, TooFast, Broken) as fault:
            log.info("prompts.not_set", why=str(fault))

    async def status(self, to: Conversation, text: str | None) -> None:
        """Show that something is going on; Slack takes it away with the next message of ours."""
        if not to.thread or not self.can_status:
            return
        try:
            where = {"channel_id": to.channel, "thread_ts": to.thread}
            await self.calls.call("assistant.threads.setStatus", **where, status=text or "")
        except No as no:
            # A workspace without agents has no such thing: it is not asked for with every message.
            self.can_status = no.code not in ("missing_scope", "unknown_method", "feature_not_enabled")
        except (TooFast, Broken) as fault:
            log.info("status.not_set", why=str(fault))

    def _text(self, prompt: str, part: str, language: str) -> str:
        return self.words.text(f"slack.manifest.prompt.{prompt}{'' if part == 'title' else '.text'}", language)
