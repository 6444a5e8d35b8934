"""Who served a turn, as one word; and what the thread is told when that changes. Pure."""

from collections.abc import Iterable, Sequence

from agents.models.building import RULES
from agents.models.chain import WRONG
from agents.models.spending import SPENT
from agents.plugins.journal import Note
from iac.errors import Sentence, say

FULL, OTHER, FIXED, BUDGET = "full", "other", "rules", "budget"


def served_as(notes: Iterable[Note], first: str) -> str:
    """``full``: by the first model; ``other``: by a later one; ``rules``; ``budget``: by the rules, to save.

    Empty where no model was asked. A single answer that was wrong and left to the rules is no lesser service: the rules
    judge every answer. A turn in which no answer could be taken is.
    """
    asked = [note for note in notes if note.skipped or note.served_by not in ("", RULES)]
    fixed = [note for note in asked if note.served_by == RULES]
    if any(_ends(note.skipped, SPENT) for note in fixed):
        return BUDGET
    if any(not _ends(note.skipped, WRONG) for note in fixed) or (fixed and len(fixed) == len(asked)):
        return FIXED
    others = {note.served_by for note in asked} - {first, RULES}
    return OTHER if others else FULL if asked else ""


def notice(before: str, now: str, notes: Sequence[Note]) -> Sentence | None:
    """What is said where the service changed, once; None where it is as it was."""
    if not now or now == (before or FULL):
        return None
    if now == OTHER:
        names = (note.served_by.partition(":")[2] for note in notes if note.served_by not in ("", RULES))
        return say("crew.served_by_other", model=next(names))
    return say({FULL: "crew.recovered", FIXED: "crew.degraded", BUDGET: "crew.budget_spent"}[now])


def _ends(skipped: Sequence[str], why: str) -> bool:
    return bool(skipped) and all(each.endswith(why) for each in skipped)
