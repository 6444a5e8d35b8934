"""What the fixed rules make of one message: a new wish, an answer to what was asked, or a change of what stands."""

from agents.nodes.work import Work
from agents.rules.amending import amended, answered
from agents.rules.page import fold
from agents.rules.pending import bare_values, takes_defaults, typed_values
from agents.rules.shapes import Wish

_CLONE = (
    "clone", "copy of", "copie", "from template", "from the template", "a partir du template", "depuis le template",
)  # fmt: skip


def understood(work: Work, *, is_new: bool) -> Wish:
    """What fixed rules read in the message, over what is known."""
    reading, known = work.reading(), work.known
    if is_new:
        return _with_clone(work, reading.wish)
    wish = amended(known.wish, reading) if not reading.is_empty else known.wish
    values = bare_values(work.turn.text, known.pending, reading)
    values |= {s: v for s, v in typed_values(work.turn.answers).items() if s not in {"names", "environment"}}
    wish = answered(wish, values)
    wish = _with_names(wish, work)
    if known.pending and (takes_defaults(work.turn.text) or work.turn.answers):
        wish = answered(wish, typed_values(known.pending)) if takes_defaults(work.turn.text) else wish
    return wish


def _with_names(wish: Wish, work: Work) -> Wish:
    """Typed answers for the two things that are not a value of one group: names and the environment."""
    answers = typed_values(work.turn.answers)
    if "environment" in answers:
        wish = wish.model_copy(update={"environment": answers["environment"]})
    pending = work.known.pending
    names = answers.get("names") or ([pending["name"]] if "name" in pending and takes_defaults(work.turn.text) else [])
    if not names or not wish.guests:
        return wish
    first = next((g for g in wish.guests if not g.names), wish.guests[0])
    renamed = first.model_copy(update={"names": list(names)})
    return wish.model_copy(update={"guests": [renamed if g is first else g for g in wish.guests]})


def _with_clone(work: Work, wish: Wish) -> Wish:
    folded = fold(work.turn.text)
    words = (
        "clone",
        "copy of",
        "copie",
        "from template",
        "from the template",
        "a partir du template",
        "depuis le template",
    )
    if not any(word in folded for word in words):
        return wish
    return wish.model_copy(update={"guests": [g.model_copy(update={"is_clone": True}) for g in wish.guests]})
