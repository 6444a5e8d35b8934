"""What a card becomes on Slack, as values: posts that follow each other, and the files beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat.layout.files import File
from bot.chat.slack.limits import Block


@dataclass(frozen=True, slots=True)
class Post:
    """One message: its blocks, and the text of its notification, escaped."""

    blocks: tuple[Block, ...]
    text: str

    @property
    def payload(self) -> Mapping[str, Any]:
        """What ``chat.postMessage`` and ``chat.update`` are given beside the place: nothing in it calls or unfolds."""
        return {"blocks": list(self.blocks), "text": self.text, "parse": "none", "link_names": False}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A card on Slack. The first post is the card, which an edit replaces; a card with a title is always one post.

    The posts after it, and the files, follow in its thread, in this order; each has a key of its own.
    """

    posts: tuple[Post, ...]
    files: tuple[File, ...] = ()
