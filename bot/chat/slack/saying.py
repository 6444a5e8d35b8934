"""Saying a card in a place: its messages, its edits and its files, each once, whatever broke in between."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from bot.chat.layout.files import File
from bot.chat.port import Card, Conversation, Message, TooFast
from bot.chat.slack.calling import Calls, No, Unsure
from bot.chat.slack.pieces import Out, files_behind, has, mark_of, marks_of, metadata, out_of
from bot.chat.slack.render import render
from bot.chat.slack.rendered import Post, Rendered
from bot.chat.slack.thread import Reading
from bot.chat.words import Words
from bot.ports import Clock
from iac.errors import Broken

log = structlog.get_logger()

BLOCKS_REFUSED: Final = frozenset({"invalid_blocks", "invalid_blocks_format"})
TOO_LONG: Final = frozenset({"msg_blocks_too_long", "msg_too_long", "metadata_too_large", "no_text"})
PAUSE_MOST_S: Final = 10.0
"""How long the next piece of a card waits where Slack asks for it; longer, and it is tried again later."""
PIECE_TRIES: Final = 3
LOOKS: Final = 4
"""How often a file is looked for that Slack may be about to share, a pause apart."""
LATELY_S: Final = 2 * 86_400.0
"""Twice as long as the outbox tries to say something."""
KEPT: Final = 1_000
NONE: Final = frozenset[str]()

Do = Callable[[], Awaitable[Any]]


@dataclass(slots=True)
class Saying:
    """Cards become messages here. ``own`` tells our user id."""

    calls: Calls
    words: Words
    own: Callable[[], Awaitable[str]]
    can_fold: bool = True
    now: Clock = time.time
    pause_s: float = 1.0
    _begun: dict[str, Out] = field(default_factory=dict)
    _files: dict[str, frozenset[str]] = field(default_factory=dict)

    async def post(self, to: Conversation, card: Card, key: str, about: Mapping[str, Any] | None = None) -> Message:
        """Say a card, or what of it is not out yet; ``about`` is the metadata of its first message."""
        begun = self._begun.get(key, Out())
        if begun.root:
            await patiently(lambda: self.replace(Message(to, begun.root), card))
        rendered, root = await self._rooted(to, card, begun.root, about or metadata(key, ""))
        conversation = Conversation(to.platform, to.space, to.channel, to.thread or root, to.is_direct)
        message = Message(conversation, root)
        await self._rest(message, rendered, key, begun.marks)
        self._begun.pop(key, None)
        return message

    async def find(self, to: Conversation, key: str) -> Message | None:
        """The message of a card that is out as a whole; of one that is not, ``post`` says the rest.

        Where Slack asks to wait that is ``Broken``, not ``TooFast``: what is in doubt stays in doubt.
        """
        own = await self.own()
        found = out_of(await self._lately(to), key, own)
        if not found.root:
            self._begun.pop(key, None)
            return None
        conversation = Conversation(to.platform, to.space, to.channel, to.thread or found.root, to.is_direct)
        if not to.thread:  # what is behind it stands in the thread that it began
            found = out_of(await self._lately(conversation), key, own)
        if found.is_whole:
            return Message(conversation, found.root)
        _keep(self._begun, key, found)
        return None

    async def _lately(self, to: Conversation) -> Sequence[Mapping[str, Any]]:
        """What was said there since whatever may be in doubt; nothing older is waited for by the outbox."""
        try:
            return await Reading(self.calls).thread(to, since=self.now() - LATELY_S)
        except TooFast as wait:
            raise Broken("looking for what was said on Slack", str(wait), is_worth_retrying=True) from wait

    async def replace(self, message: Message, card: Card) -> Rendered:
        """Put a card in the place of another; raises ``No`` where Slack does not let us."""
        where = {"channel": message.conversation.channel, "ts": message.id}
        return await self._said(card, lambda post: self.calls.call("chat.update", **where, **post.payload))

    async def edit(self, message: Message, card: Card, key: str) -> None:
        """``replace``, and the pieces that the new card has beside its first message."""
        rendered = await self.replace(message, card)
        if len(rendered.posts) > 1 or not {mark_of(file) for file in rendered.files} <= self._files.get(
            message.id, NONE
        ):
            await self._rest(message, rendered, key, await self._behind(message, key))

    async def _rooted(self, to: Conversation, card: Card, root: str, about: Mapping[str, Any]) -> tuple[Rendered, str]:
        """The card and its first message, which is said unless it is there."""
        if root:
            return render(card, self.words, can_fold=self.can_fold), root
        answers: list[Mapping[str, Any]] = []
        rendered = render(card, self.words, can_fold=self.can_fold)
        payload = about["event_payload"] | {"pieces": "\n".join(marks_of(rendered))}
        mark = {**about, "event_payload": payload}

        async def first(post: Post) -> None:
            answers.append(await self._message(to, post, mark))

        rendered = await self._said(card, first)
        return rendered, str(answers[-1]["ts"])

    async def _said(self, card: Card, say: Callable[[Post], Awaitable[Any]]) -> Rendered:
        """Render and say the first message; without collapsible blocks where the workspace does not know them."""
        for can_fold in (True, False) if self.can_fold else (False,):
            rendered = render(card, self.words, can_fold=can_fold)
            try:
                await say(rendered.posts[0])
            except No as no:
                if no.code in TOO_LONG or (no.code in BLOCKS_REFUSED and not can_fold):
                    raise ValueError(f"Slack does not take this card: {no}") from no
                if no.code not in BLOCKS_REFUSED:
                    raise
            else:
                self.can_fold = can_fold and self.can_fold
                return rendered
        raise AssertionError("the last try returns or raises")

    async def _message(self, to: Conversation, post: Post, about: Mapping[str, Any]) -> Mapping[str, Any]:
        place = {"channel": to.channel, "thread_ts": to.thread}
        quiet = {"unfurl_links": False, "unfurl_media": False}
        return await self.calls.call("chat.postMessage", **place, **quiet, metadata=about, **post.payload)

    async def _rest(self, message: Message, rendered: Rendered, key: str, out: frozenset[str]) -> None:
        """The pieces behind the first message that are not out yet."""
        for n, post in enumerate(rendered.posts[1:], 1):
            if not has(out, f"post:{n}"):
                await patiently(self._next(message.conversation, post, key, f"post:{n}"))
        for file in rendered.files:
            if not has(out, mark_of(file)):
                await patiently(self._attach(message, file, key))
        _keep(self._files, message.id, self._files.get(message.id, NONE) | {mark_of(file) for file in rendered.files})

    def _next(self, to: Conversation, post: Post, key: str, mark: str) -> Do:
        return lambda: self._message(to, post, metadata(key, mark))

    def _attach(self, message: Message, file: File, key: str) -> Do:
        to = message.conversation

        async def attach() -> None:
            try:
                await self.calls.upload(to.channel, to.thread or "", file.name, file.text, file.kind)
            except Unsure:
                if not await self._appears(message, file):
                    raise
            except No as no:
                log.warning("file.refused", name=file.name, why=str(no))
                await self._message(to, self._missing(file, no), metadata(key, f"no-file:{mark_of(file)}"))

        return attach

    async def _appears(self, message: Message, file: File) -> bool:
        """Whether a file turns up behind its message, where Slack did not say that it would."""
        for _ in range(LOOKS):
            ours = await self._ours(message.conversation, since=float(message.id))
            if mark_of(file) in files_behind(ours, message.id):
                return True
            await asyncio.sleep(self.pause_s)
        return False

    async def _ours(self, to: Conversation, *, since: float) -> Sequence[Mapping[str, Any]]:
        """Our own messages of a thread."""
        own = await self.own()
        return [each for each in await Reading(self.calls).thread(to, since=since) if each.get("user") == own]

    def _missing(self, file: File, no: No) -> Post:
        """A file that Slack does not let us share is missing with a reason, not silently."""
        language = self.words.language_of(file.text)
        said = self.words.text("slack.no_file", language, name=file.name, why=str(no))
        return render(Card(plain=said), self.words, language=language).posts[0]

    async def _behind(self, message: Message, key: str) -> frozenset[str]:
        """What is out of an edit: the files after the message, and what carries the key of the edit."""
        ours = await self._ours(message.conversation, since=float(message.id))
        return files_behind(ours, message.id) | out_of(ours, key, await self.own()).marks


async def patiently(do: Do) -> None:
    """A piece behind the first message: a short pause is waited for, or the first would be said again."""
    for _ in range(PIECE_TRIES):
        try:
            await do()
        except TooFast as wait:
            if wait.seconds > PAUSE_MOST_S:
                break
            await asyncio.sleep(wait.seconds)
        else:
            return
    raise Broken("saying the rest of a card on Slack", "Slack asks to wait", is_worth_retrying=True)


def _keep(kept: dict[str, Any], key: str, value: Any) -> None:
    """Remember the newest; what is forgotten is read again."""
    kept.pop(key, None)
    kept[key] = value
    while len(kept) > KEPT:
        del kept[next(iter(kept))]
