"""The builder: draft, deterministic review, mend, at most ten times; it ends on a typed Review."""

from google.adk import Context

from agents.contracts import Issue, Review
from agents.nodes.hiring import ask
from agents.nodes.team import Team
from agents.nodes.work import Work
from agents.rules.review import issues_of
from agents.rules.shapes import Draft, Objections
from iac.errors import say


async def build(ctx: Context, team: Team, work: Work, asked: Draft) -> tuple[Draft, Review]:
    """The draft that passed, with its review; the person's own words are the last draft when no other passes.

    The fixed rules approve. A reviewer's objections keep a draft from passing; they cannot approve one, and they
    cannot hold up the person's own words, which only the rules can refuse.
    """
    draft = await ask(ctx, team.drafter, Draft, asked=asked)
    for attempt in range(1, work.settings.max_reviews + 1):
        issues = issues_of(draft, asked, work.reality)
        if not issues and not await _objections(ctx, team, asked, draft):
            return draft, Review(is_approved=True, attempt=attempt)
        if draft == asked or attempt == work.settings.max_reviews:
            break  # the draft says what was asked: whatever is wrong with it, another draft cannot mend
        draft = await ask(ctx, team.refiner, Draft, asked=asked, draft=draft, issues=issues)
    return asked, _last_review(work, asked, attempt)


async def _objections(ctx: Context, team: Team, asked: Draft, draft: Draft) -> list[str]:
    said = await ask(ctx, team.reviewer, Objections, asked=asked, draft=draft)
    return said.objections


def _last_review(work: Work, asked: Draft, attempt: int) -> Review:
    issues: tuple[Issue, ...] = issues_of(asked, asked, work.reality)
    if not issues and attempt == work.settings.max_reviews:
        work.rejected.append(Issue(where="draft", problem=say("crew.review.own_draft", count=attempt)))
    return Review(is_approved=not issues, issues=issues, attempt=attempt)
