"""Questions about how something works: answered with what documents say, word for word, and where it stands."""

import asyncio
import re

from google.adk import Context

from agents.contracts import Quote, Reply
from agents.knowledge.wording import Worded, borne_out
from agents.nodes.hiring import ask
from agents.nodes.looking_up import MARK, quotes_of
from agents.nodes.team import Team
from agents.nodes.work import NoAnswer, Work
from agents.rules.page import fold
from agents.rules.shapes import Route
from iac.errors import Sentence, say

_ASKS = re.compile(
    r"\?|^\W*(?:how|why|what|when|where|which|who|can|could|does|do|is|are|should|difference|explain|"
    r"comment|pourquoi|quand|ou|qui|que|quel(?:le)?s?|qu'|est-ce|combien|peut-on|difference|explique[rz]?)\b"
)


async def document_for(ctx: Context, team: Team, work: Work, route: Route) -> Reply | None:
    """An answer for a question that the rules took for none of theirs, where documents have one; None else.

    A team's own words are in its own documents. What sounds off topic needs a sure hit; an open request comes first.
    """
    if route.intent not in {"unclear", "off_topic"} or work.known.pending or not _ASKS.search(fold(work.turn.text)):
        return None
    found = await asyncio.to_thread(work.settings.library.search, work.turn.text, work.language)
    is_sure = found.verdict == "found" or (route.intent == "unclear" and found.verdict == "maybe")
    return await document(ctx, team, work) if is_sure else None


async def document(ctx: Context, team: Team, work: Work) -> Reply:
    """Quotes with their sources; a model may put them into words, code decides whether they bear it out."""
    found = await asyncio.to_thread(work.settings.library.search, work.turn.text, work.language)
    quotes = quotes_of(found)
    if not quotes:
        return _reply(work, (say("knowledge.none" if found.forms else "knowledge.no_words", pages=found.pages),))
    text = await _worded(ctx, team, work, quotes) if found.verdict == "found" else ""
    frame = "knowledge.taken_from" if text else f"knowledge.{found.verdict}"
    return _reply(work, (say(frame),), quotes, text)


async def _worded(ctx: Context, team: Team, work: Work, quotes: tuple[Quote, ...]) -> str:
    """A model's words for the quotes, where there is a live model and they bear it out; empty otherwise."""
    if not work.settings.models:
        return ""
    rows = [{"number": number, **quote.model_dump()} for number, quote in enumerate(quotes, 1)]
    brief = {"question": work.turn.text, "language": work.language, "is_data": MARK, "passages": rows}
    try:
        worded = await ask(ctx, team.librarian, Worded, **brief)
    except NoAnswer:  # its budget is spent: the quotes stand alone
        return ""
    return borne_out(worded, [f"{q.title}\n{q.heading}\n{q.text}" for q in quotes], work.turn.text, work.language)


def _reply(work: Work, sentences: tuple[Sentence, ...], quotes: tuple[Quote, ...] = (), text: str = "") -> Reply:
    """A reply that leaves the request that stands as it is."""
    slots = work.known.kept(work.language)
    return Reply(language=work.language, sentences=sentences, text=text, quotes=quotes, slots=slots)
