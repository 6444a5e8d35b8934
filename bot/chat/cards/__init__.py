"""Cards: what a run, a reply or a note looks like, as values that every platform renders in its own way. Pure."""

from bot.chat.cards.asking import (
    ANSWER_MOST,
    REASON,
    REQUEST,
    form_card,
    opening_of,
    reason_form,
    request_form,
    wrong_answers,
)
from bot.chat.cards.deciding import TYPED, names_card
from bot.chat.cards.editing import corrected, edit_card
from bot.chat.cards.leases import Offer, lease_card
from bot.chat.cards.notice import plain_text, without_controls
from bot.chat.cards.replies import CORRECTION, Line, Told, link_card, note_card, reply_card, words_card
from bot.chat.cards.runs import run_card
from bot.chat.cards.trace import trace_card
from bot.chat.cards.view import Around

__all__ = [
    "ANSWER_MOST",
    "CORRECTION",
    "REASON",
    "REQUEST",
    "TYPED",
    "Around",
    "Line",
    "Offer",
    "Told",
    "corrected",
    "edit_card",
    "form_card",
    "lease_card",
    "link_card",
    "names_card",
    "note_card",
    "opening_of",
    "plain_text",
    "reason_form",
    "reply_card",
    "request_form",
    "run_card",
    "trace_card",
    "without_controls",
    "words_card",
    "wrong_answers",
]
