"""The linter of a draft: fixed rules first, then terraform's reading of what would be written. No model is asked."""

import time
from collections.abc import Sequence

from agents.contracts import Issue
from agents.models.building import RULES
from agents.nodes.work import Work
from agents.plugins.journal import NOTES
from agents.rules.drafting import specs_of
from agents.rules.review import issues_of
from agents.rules.shapes import Draft
from iac.errors import Sentence, Value, say

LINTER = "linter"
MOST, LONGEST = 10, 80
"""Issues of one draft that the trace keeps one by one, and letters of a value in them."""


async def lint(work: Work, draft: Draft, asked: Draft) -> tuple[Issue, ...]:
    """Everything wrong with a draft, kept as a step of the trace.

    The rules hold it against what the person's words come to, the limits, the names that exist and the placement;
    only a draft that passes them is shown to terraform.
    """
    began = time.perf_counter()
    issues = issues_of(draft, asked, work.reality) or await _faults(work, draft)
    NOTES.get().add(LINTER, began, RULES, noted(issues))
    return issues


def noted(issues: Sequence[Issue]) -> tuple[Sentence, ...]:
    """What is kept of them: a draft is a model's, and may hold names of any length, and any number of them."""
    kept = tuple(Sentence(i.problem.key, {k: _short(v) for k, v in i.problem.values.items()}) for i in issues[:MOST])
    return (*kept, say("crew.review.more", count=len(issues) - MOST)) if len(issues) > MOST else kept


def _short(value: Value) -> Value:
    return f"{value[:LONGEST]}…" if isinstance(value, str) and len(value) > LONGEST else value


async def _faults(work: Work, draft: Draft) -> tuple[Issue, ...]:
    if work.manifests is None:
        return ()
    faults = await work.manifests.faults(specs_of(draft))
    return tuple(Issue(where="manifest", problem=say("crew.review.manifest", why=fault)) for fault in faults)
