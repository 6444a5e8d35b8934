"""What is said about a freeze that ends. Pure."""

from bot.domain.errors import Sentence, say


def lifted(name: str, waiting: int) -> Sentence:
    """By whom, and how many runs had waited for it."""
    return say("freeze.lifted", name=name, count=waiting) if waiting else say("freeze.lifted_alone", name=name)
