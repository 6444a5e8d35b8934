"""The linter of a draft: fixed rules first, then terraform's reading of what would be written. No model is asked."""

import time

from agents.contracts import Issue
from agents.models.building import RULES
from agents.nodes.work import Work
from agents.plugins.journal import NOTES
from agents.rules.drafting import specs_of
from agents.rules.review import issues_of
from agents.rules.shapes import Draft
from iac.errors import say

LINTER = "linter"


async def lint(work: Work, draft: Draft, asked: Draft) -> tuple[Issue, ...]:
    """Everything wrong with a draft, kept as a step of the trace.

    The rules hold it against what the person's words come to, the limits, the names that exist and the placement;
    only a draft that passes them is shown to terraform.
    """
    began = time.perf_counter()
    issues = issues_of(draft, asked, work.reality) or await _faults(work, draft)
    NOTES.get().add(LINTER, began, RULES, tuple(issue.problem for issue in issues))
    return issues


async def _faults(work: Work, draft: Draft) -> tuple[Issue, ...]:
    if work.manifests is None:
        return ()
    faults = await work.manifests.faults(specs_of(draft))
    return tuple(Issue(where="manifest", problem=say("crew.review.manifest", why=fault)) for fault in faults)
