"""Text in a fence: whole while it is short, else its beginning, the count of what is left out, and a file. Pure."""

from bot.chat.layout import excerpt as layout
from bot.chat.slack.limits import EXCERPT, Block, weight
from bot.chat.slack.mrkdwn import escaped, inert, unfenced
from bot.chat.words import Words

FENCE = "```"


def fenced(text: str) -> str:
    """Text in a fence that nothing inside it ends."""
    return f"{FENCE}\n{text}\n{FENCE}"


def excerpt(text: str, most: int = EXCERPT) -> tuple[str, int]:
    """The first lines that fit, escaped, and how many lines are not among them."""
    return layout.excerpt(text, most, _shown, weight)


def more_lines(words: Words, language: str, hidden: int, name: str) -> str:
    """The line that says how much of a text stands in its file only."""
    if not hidden:
        return inert(words.text("slack.whole", language, name=name))
    return inert(words.text("layout.more_lines", language, count=hidden, name=name))


def section(text: str) -> Block:
    """A paragraph of mrkdwn in which Slack looks for no names or addresses of its own."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _shown(line: str) -> str:
    return escaped(unfenced(line.replace("\r", "")))
