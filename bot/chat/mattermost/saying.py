"""Saying something on Mattermost: posts once for each key, edits that keep what others put there, files whole."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bot.chat.layout.files import File
from bot.chat.mattermost.faults import Denied, Gone
from bot.chat.mattermost.knobs import OURS, Nonce, Stamp, props_of
from bot.chat.mattermost.known import Known
from bot.chat.mattermost.limits import FILES, LEAST_MESSAGE, MESSAGE
from bot.chat.mattermost.posts import Post
from bot.chat.mattermost.render import render
from bot.chat.mattermost.rendered import Rendered
from bot.chat.mattermost.seal import Seal
from bot.chat.mattermost.taking import Taking
from bot.chat.port import Card, Conversation, How, Message, Text
from bot.chat.words import Words

log = structlog.get_logger()

PENDING = 26
"""Letters of what names a post until the server names it."""
TOO_LONG = "message_length"
NO_THREAD = "api.post.create_post.root_id.app_error"
FILED_MOST = 2_000


def _nonce() -> str:
    return secrets.token_hex(8)


def _mark(file: File) -> str:
    """What a file is known by: its name and everything in it."""
    return hashlib.sha256(f"{file.name}:{file.text}".encode()).hexdigest()[:16]


@dataclass
class Saying:
    """One bot's voice. ``press_url`` is where the server tells us of presses."""

    known: Known
    words: Words
    seal: Seal
    taking: Taking
    press_url: str
    nonce: Nonce = _nonce
    most: int = MESSAGE
    _filed: set[str] = field(default_factory=set)

    async def post(self, to: Conversation, card: Card, *, key: str, again: str = "") -> Message:
        """Something new, in its thread or as the beginning of one; ``again``: see ``Stamp``."""
        made = await self.create(Stamp(key, to, self.press_url, again=again), to.channel, to.thread or "", card)
        self.taking.join(made.root)
        await self._file(made, self.rendered(card).files[FILES:], key)
        return self._message(to, made)

    async def create(self, stamp: Stamp, channel: str, root: str, card: Card) -> Post:
        """One post of ours, once for its key; what is too long for this server is shortened and put into a file.

        Raises ValueError where its thread was deleted: there is nothing left to say it in.
        """
        try:
            return await self._create(stamp, channel, root, card)
        except Denied as no:
            if no.error == NO_THREAD:
                raise ValueError(f"the thread {root} was deleted") from no
            if TOO_LONG not in no.error or self.most <= LEAST_MESSAGE:
                raise
            log.info("mattermost.takes_less", most=LEAST_MESSAGE)
            self.most = LEAST_MESSAGE
            return await self._create(stamp, channel, root, card)

    async def find(self, to: Conversation, key: str) -> Message | None:
        """What was posted under that key."""
        posts = await (self.known.thread(to.thread) if to.thread else self.known.recent(to.channel))
        found = await self.ours(posts, key)
        return self._message(to, found) if found else None

    async def ours(self, posts: Sequence[Post], key: str) -> Post | None:
        """The post of ours with that key."""
        me = await self.known.me()
        return next((p for p in posts if p.user_id == me.id and p.key == key and not p.delete_at), None)

    async def edit(self, message: Message, card: Card, *, key: str) -> How:
        """Replace a card where it stands; where the server lets nobody, say it below."""
        standing = await self.known.post(message.id)
        try:
            if standing is None:
                raise Gone("reading a card", "it was deleted", 404)
            await self._patch(standing, message, card)
        except Denied as no:
            log.info("mattermost.edit_refused", key=key, why=no.why)
            await self._say_instead(message.conversation, card, key)
            return How.DEGRADED
        await self._file(standing, self.rendered(card).files, standing.key or key)
        return How.NATIVE

    def rendered(self, card: Card) -> Rendered:
        """The card as this server takes it."""
        return render(card, self.words, most=self.most)

    async def _create(self, stamp: Stamp, channel: str, root: str, card: Card) -> Post:
        rendered = self.rendered(card)
        beside = rendered.files[:FILES]
        ids = [await self.known.api.upload(channel, file.name, file.text) for file in beside]
        stamped = replace(stamp, files=tuple(map(_mark, beside)))
        props = props_of(rendered, stamped, self.seal, self.nonce)
        return await self._send(
            stamp.key,
            {"channel_id": channel, "root_id": root, "message": rendered.message, "props": props, "file_ids": ids},
        )

    async def _send(self, key: str, body: dict[str, Any]) -> Post:
        me = await self.known.me()
        pending = f"{me.id}:{hashlib.sha256(key.encode()).hexdigest()[:PENDING]}"
        return Post.model_validate(await self.known.api.create_post({**body, "pending_post_id": pending}))

    async def _patch(self, standing: Post, message: Message, card: Card) -> None:
        """A patch replaces all properties: those of others are sent along."""
        rendered = self.rendered(card)
        stamp = Stamp(standing.key or message.id, message.conversation, self.press_url, standing.files)
        props = {**standing.props, **props_of(rendered, stamp, self.seal, self.nonce)}
        await self.known.api.put(f"/posts/{standing.id}/patch", {"message": rendered.message, "props": props})

    async def _file(self, standing: Post, files: Sequence[File], key: str) -> None:
        """Put files that an edit brought below the card, each once: a patch takes none."""
        for file in files:
            name = f"{key}:file:{_mark(file)}"
            if _mark(file) in standing.files or name in self._filed:
                continue
            if await self.ours(await self.known.thread(standing.root), name) is None:
                put = await self.known.api.upload(standing.channel_id, file.name, file.text)
                body = {"channel_id": standing.channel_id, "root_id": standing.root, "message": ""}
                await self._send(name, {**body, "props": {OURS: {"key": name}}, "file_ids": [put]})
            if len(self._filed) >= FILED_MOST:
                self._filed.clear()
            self._filed.add(name)

    async def _say_instead(self, to: Conversation, card: Card, key: str) -> None:
        """A card that stands in for an edit, once for the edit, by whose key it is said again."""
        name = f"instead:{key}"
        if await self.find(to, name) is None:
            await self.post(to, self._updated(card), key=name, again=key)

    def _updated(self, card: Card) -> Card:
        """A card that stands in for an edit says that it does."""
        language = self.rendered(card).language
        note = Text(self.words.text("mattermost.updated", language))
        return replace(card, parts=(note, *(card.parts or (Text(card.plain),))))

    def _message(self, to: Conversation, post: Post) -> Message:
        return Message(replace(to, thread=to.thread or post.root), post.id)
