"""Cards: what a run, a reply or a note looks like, as values that every platform renders in its own way. Pure."""

from bot.chat.cards.replies import CORRECTION, note_card, reply_card
from bot.chat.cards.runs import run_card

__all__ = ["CORRECTION", "note_card", "reply_card", "run_card"]
