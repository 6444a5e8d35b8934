"""What is said about a lease: a sentence, and the button that makes it longer."""

from bot.chat.port import Button, Buttons, Card, Text
from bot.chat.words import Words
from bot.domain.lease import EXTEND, Lease
from iac.errors import Sentence


def lease_card(sentence: Sentence, lease: Lease, words: Words, language: str) -> Card:
    """One sentence about one guest; whoever may keep it longer presses."""
    said = words.say(sentence, language)
    button = Button(EXTEND, words.text("lease.button", language, guest=lease.guest), lease.value, "primary")
    return Card(plain=said, parts=(Text(said), Buttons((button,))), tone="waiting")
