"""The crew behind one door: a ``Turn`` in, a ``Reply`` or a ``Proposal`` out. ADK is loaded only when it is needed."""

import hashlib
import sys
from typing import TYPE_CHECKING

import structlog
from pydantic import ValidationError

from agents.contracts import Desk, Proposal, Reply, RunLine, Turn
from agents.models.links import ModelLink
from agents.nodes.beside import Beside
from agents.nodes.settings import CrewSettings
from agents.rules.language import language_of
from agents.rules.page import squeezed
from agents.rules.reading import MOST_READ
from agents.rules.remembered import Remembered, remembered
from iac.errors import Sentence, ThreadformError, say
from iac.inventory import Cluster

if TYPE_CHECKING:
    from agents.nodes.engine import Engine

__all__ = ["AdkCrew", "Beside", "CrewSettings", "Desk", "ModelLink", "RunLine"]

log = structlog.get_logger()


class AdkCrew:
    """Five agents on google-adk. Build it at the start; it loads itself with ``warm`` or with the first turn."""

    def __init__(self, settings: CrewSettings, cluster: Cluster, desk: Desk, beside: Beside | None = None) -> None:
        """``cluster`` is the reading eye, ``desk`` what is known about runs; both are only read."""
        self._settings, self._cluster, self._desk, self._beside = settings, cluster, desk, beside or Beside()
        self._engine: Engine | None = None

    async def warm(self) -> None:
        """Load ADK and hire the agents (about a second), so that the first turn is as quick as the others."""
        self._ready()

    async def close(self) -> None:
        """Give back what a live model was reached by; nothing where no turn was taken."""
        if self._engine is not None:
            await self._engine.close()

    async def turn(self, turn: Turn) -> Reply | Proposal:
        """Answer one turn. Every failure becomes a Reply with one clear sentence; nothing is ever changed here."""
        known = remembered(turn.slots)
        unreadable = _unreadable(turn)
        if unreadable is not None:
            return _reply(turn, known, unreadable)
        try:
            return await self._ready().answer(_squeezed(turn), known, (self._settings, self._cluster, self._desk))
        except ThreadformError as no:
            log.info("turn.refused", thread=turn.thread, why=str(no))
            return _reply(turn, known, no.sentence)
        except Exception as fault:  # noqa: BLE001 - the one door of the crew: a fault is told with an id, and logged
            return _reply(turn, known, _fault(turn, fault))

    def _ready(self) -> "Engine":
        if self._engine is None:
            close_a2a_trap()
            from agents.nodes.engine import Engine  # noqa: PLC0415 - ADK takes a second and 80 MB: not before it is needed

            self._engine = Engine(self._settings, self._beside)
        return self._engine


def close_a2a_trap() -> None:
    """Without ``a2a-sdk`` ADK tries to load this module again for every node it runs; None here ends the search."""
    sys.modules.setdefault("google.adk.agents.remote_a2a_agent", None)  # type: ignore[arg-type]


def _unreadable(turn: Turn) -> Sentence | None:
    """A message that is too long, or no text at all, is answered before anybody reads it."""
    if len(turn.text) > MOST_READ:
        return say("crew.too_long", count=len(turn.text), most=MOST_READ)
    odd = sum(not (c.isprintable() or c.isspace()) or c == "\N{REPLACEMENT CHARACTER}" for c in turn.text)
    if odd * 5 > len(turn.text):
        return say("crew.binary")
    return say("crew.empty") if not turn.text.strip() and not turn.answers else None


def _squeezed(turn: Turn) -> Turn:
    """The turn with no endless gap in anything that people said."""
    past = tuple(each.model_copy(update={"text": squeezed(each.text)}) for each in turn.history)
    answers = {slot: squeezed(text) for slot, text in turn.answers.items()}
    return turn.model_copy(update={"text": squeezed(turn.text), "history": past, "answers": answers})


def _fault(turn: Turn, fault: Exception) -> Sentence:
    """The sentence for a failure. The id is the same for the same turn and fault, so that a log can be searched."""
    kind = type(fault).__name__
    reference = hashlib.sha256(f"{turn.thread}\n{turn.text}\n{kind}".encode()).hexdigest()[:8]
    log.error("turn.failed", thread=turn.thread, reference=reference, kind=kind, exc_info=fault)
    if kind in {"NoAnswer", "NoModelAnswered", "LlmCallsLimitExceededError"} or isinstance(fault, ValidationError):
        return say("crew.no_answer", reference=reference)
    return say("crew.fault", reference=reference)


def _reply(turn: Turn, known: Remembered, sentence: Sentence) -> Reply:
    """A reply that leaves everything that is remembered as it was."""
    language = turn.language or language_of(turn.text, known.language)
    return Reply(language=language, sentences=(sentence,), slots=known.kept(language))
