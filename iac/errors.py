"""All errors of the machines room, as a tree; and the sentence, which is how every room says something to a person.

A ``Sentence`` names a message of the catalogues (``bot/chat/words``) and its values. It is never text: the
language is chosen at the very end, where a card is rendered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int | float | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message of the catalogues and the values that fill it; the key is ``room.message``."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


def say(key: str, **values: Value) -> Sentence:
    """Build a sentence: ``say("place.too_big", cores=4000, most=20)``."""
    return Sentence(key, values)


class ThreadformError(Exception):
    """Root of everything this product raises on purpose."""

    def __init__(self, sentence: Sentence) -> None:
        """Keep the sentence; its key and values are what a log line shows."""
        super().__init__(f"{sentence.key} {dict(sentence.values)}")
        self.sentence = sentence


class Refused(ThreadformError):
    """A considered "no": nothing is broken, and nothing was changed."""

    def __init__(self, key: str, **values: Value) -> None:
        """Refuse with the sentence ``key``."""
        super().__init__(say(key, **values))


class Broken(ThreadformError):
    """Something failed while ``act`` was being done; ``is_worth_retrying`` says whether the same again may help."""

    def __init__(self, act: str, why: str, *, key: str = "broken.act", is_worth_retrying: bool = False) -> None:
        """``act`` is what was being done, in English, for the log; ``why`` what the other side said."""
        super().__init__(say(key, act=act, why=why))
        self.act, self.why, self.is_worth_retrying = act, why, is_worth_retrying


class ClusterSilent(Broken):
    """The Proxmox VE API did not answer, or not in time."""

    def __init__(self, act: str, why: str) -> None:
        """``act`` is the call, ``why`` the transport's own words."""
        super().__init__(act, why, key="broken.cluster_silent", is_worth_retrying=True)


class ToolMissing(Broken):
    """A program this product needs is not there, or is too old; the sentence names the command that mends it."""

    def __init__(self, tool: str, why: str) -> None:
        """``tool`` is the program's name."""
        super().__init__(f"looking for {tool}", why, key="broken.tool_missing")


class TimedOut(Broken):
    """The one wall clock of an act ran out."""

    def __init__(self, act: str, seconds: float) -> None:
        """``seconds`` is the limit that was reached."""
        super().__init__(act, f"no end within {seconds:.0f} s", key="broken.timed_out", is_worth_retrying=True)
