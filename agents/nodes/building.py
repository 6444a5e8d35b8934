"""The builder: draft, deterministic linter, review, mend, at most ten times; it ends on a typed Review."""

from collections.abc import Sequence

from google.adk import Context

from agents.contracts import Issue, Review
from agents.nodes.hiring import ask
from agents.nodes.linting import lint
from agents.nodes.team import Team
from agents.nodes.work import Work
from agents.rules.shapes import Draft, Objections
from iac.errors import say


async def build(ctx: Context, team: Team, work: Work, asked: Draft) -> tuple[Draft, Review]:
    """The draft that passed, with its review; the person's own words are the last draft when no other passes.

    The fixed rules approve. A reviewer's objections keep a draft from passing; they cannot approve one, and they
    cannot hold up the person's own words, which only the rules can refuse.
    """
    draft = await ask(ctx, team.drafter, Draft, asked=asked)
    issues: tuple[Issue, ...] = ()
    for attempt in range(1, work.settings.max_reviews + 1):
        issues = await lint(work, draft, asked)
        objections = [] if issues else await _objections(ctx, team, asked, draft)
        if not issues and (not objections or draft == asked):
            return draft, Review(is_approved=True, attempt=attempt)
        if draft == asked or attempt == work.settings.max_reviews:
            break  # the draft says what was asked: whatever is wrong with it, another draft cannot mend
        told = {"issues": issues, "objections": objections}
        draft = await ask(ctx, team.refiner, Draft, asked=asked, draft=draft, **told)
    return asked, await _last_review(work, (draft, asked), issues, attempt)


async def _objections(ctx: Context, team: Team, asked: Draft, draft: Draft) -> list[str]:
    said = await ask(ctx, team.reviewer, Objections, asked=asked, draft=draft)
    return said.objections


async def _last_review(work: Work, drafts: tuple[Draft, Draft], issues: Sequence[Issue], attempt: int) -> Review:
    """The review of the person's own words, when no draft passed; what was wrong with the last one is kept beside."""
    draft, asked = drafts
    own = tuple(issues) if draft == asked else await lint(work, asked, asked)
    if not own:
        problem = say("crew.review.own_draft", count=attempt)
        work.rejected += [Issue(where="draft", problem=problem), *issues]
    return Review(is_approved=not own, issues=own, attempt=attempt)
