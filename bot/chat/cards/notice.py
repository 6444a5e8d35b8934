"""A card in plain words, for a way out that has no threads, no buttons and no files."""

from bot.chat.port import Buttons, Card, Code, Diff, Fields, Form, Part, Quote, Text


def plain_text(card: Card) -> str:
    """What the card says; of a diff its summary, and nothing of what could be pressed or filled in."""
    said = [card.title, *(_text(part) for part in card.parts)]
    told = "\n\n".join(text for text in said if text.strip())
    return told if card.plain in told else f"{card.plain}\n\n{told}".strip()


def without_controls(card: Card) -> Card:
    """The card without what a second reader must not press: where it is decided is where it was asked."""
    parts = tuple(part for part in card.parts if not isinstance(part, Buttons | Form))
    return Card(card.plain, parts, card.title, card.tone)


def _text(part: Part) -> str:
    if isinstance(part, Text):
        return f"{part.fold}\n{part.md}".strip().replace("**", "")
    if isinstance(part, Fields):
        return "\n".join(f"{name}: {value}" for name, value in part.items)
    if isinstance(part, Diff):
        return part.summary
    if isinstance(part, Quote):
        return f"{part.text}\n{part.source} ({part.address})"
    return part.text if isinstance(part, Code) else ""
