"""What opens forms and what checks them, from the parts of the stages."""

from bot.flow.asking import Asking
from bot.flow.checking import Checking
from bot.wiring.parts import Parts
from bot.wiring.stages import refusing_of


def asking_of(parts: Parts) -> Asking:
    """What opens forms; it shares a reading of the cluster with whoever read a moment ago."""
    return Asking(parts.runs, parts.book, parts.recent, parts.words, parts.now)


def checking_of(parts: Parts) -> Checking:
    """What checks forms before they are stored."""
    return Checking(parts.runs, parts.book, parts.recent, refusing_of(parts), parts.now)
