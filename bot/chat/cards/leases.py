"""What is said about leases: sentences, and the buttons that make them longer."""

from collections.abc import Sequence

from bot.chat.port import Button, Buttons, Card, Part, Text
from bot.chat.words import Words
from bot.domain.lease import EXTEND, Lease
from iac.errors import Sentence

Offer = tuple[Lease, float | None]
"""A lease, and by how many seconds it would be longer; None: by as much as one press gives."""


def lease_card(said: Sequence[Sentence], offers: Sequence[Offer], words: Words, language: str) -> Card:
    """Sentences about guests; whoever may keep one longer presses."""
    text = "\n".join(words.say(sentence, language) for sentence in said)
    buttons = tuple(
        Button(EXTEND, words.text("lease.button", language, guest=lease.guest), lease.value_for(more_s), "primary")
        for lease, more_s in offers
    )
    parts: tuple[Part, ...] = (Text(text), *([Buttons(buttons)] if buttons else []))
    return Card(plain=text, parts=parts, tone="waiting" if buttons else "neutral")
