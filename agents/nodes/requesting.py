"""A request for guests, from words to a proposal: validate, look, ask or analyse, build."""

from collections.abc import Sequence

from google.adk import Context

from agents.contracts import Issue, Proposal, Question, Reply, Review, StrategicPlan
from agents.nodes.building import build
from agents.nodes.early import asked_at_once, told_alone
from agents.nodes.hiring import ask
from agents.nodes.team import Team
from agents.nodes.understanding import understood, wish_understood
from agents.nodes.work import Work
from agents.rules.amending import without
from agents.rules.asking import questions_for, questions_from
from agents.rules.drafting import GPU, cloned, draft_of, named, specs_of
from agents.rules.evidence import borne_out
from agents.rules.pending import SLOT_OF
from agents.rules.review import findings_of, new_specs, placed
from agents.rules.shapes import Analysis, Draft, Facts, Pick, Wish
from agents.rules.telling import refused
from iac.errors import Refused, Sentence, say
from iac.grounding import Finding
from iac.placement import NothingFits

LEASE = "lease"
"""How long it is wanted is kept by the product, from what was understood."""


async def request(ctx: Context, team: Team, work: Work, *, is_new: bool) -> Reply | Proposal:
    """Answer one message of a request: with questions, with what cannot be, or with a proposal."""
    if is_new:
        work.begin()
    wish = await _validated(ctx, team, work, is_new=is_new)
    inventory = await work.inventory()
    wish_understood(work, wish)
    if work.turn.rights is not None and work.understood and "over_quota" in work.understood.refusals:
        slots = work.remember(wish, has_request=True)
        return Reply(language=work.language, sentences=refused(["over_quota"], work.turn.rights), slots=slots)
    wish = cloned(wish, inventory)
    too_many = _too_many(wish, work)
    if too_many:
        return _reply(work, wish, (too_many,))
    questions = questions_for(wish, inventory, work.settings.limits)
    if questions:
        wish, cannot, questions = asked_at_once(work, wish, inventory, questions)
        return _asking(work, wish, (*cannot, _head(wish)), questions)
    taken = {g.name for g in inventory.guests} - set(work.known.proposed)
    said = set(wish_names(wish))
    wish = named(wish, f"{work.turn.thread}#{work.known.requests}", taken)
    made = [name for name in wish_names(wish) if name not in said]
    work.known = work.known.model_copy(update={"made": sorted({*work.known.made, *made})})
    asked = draft_of(wish, inventory, wish.environment or work.environment)
    return await _grounded(ctx, team, work, (wish, asked))


async def _validated(ctx: Context, team: Team, work: Work, *, is_new: bool) -> Wish:
    """The wish as it stands after this message; a model may fill gaps that the person's words bear out."""
    ours = understood(work, is_new=is_new)
    seen = work.seen
    names = {"templates": seen.templates, "nodes": seen.nodes, "storages": seen.storages, "networks": seen.networks}
    theirs = await ask(ctx, team.validator, Wish, text=work.turn.text, known=work.known.wish, rules=ours, names=names)
    return borne_out(ours, theirs, work.turn.text if is_new else work.said())


async def _grounded(ctx: Context, team: Team, work: Work, made: tuple[Wish, Draft]) -> Reply | Proposal:
    """Look at the cluster, say what cannot be, place the rest, build."""
    wish, asked = made
    facts = await ask(ctx, team.collector, Facts, asked=asked)
    findings = findings_of(asked, work.reality)
    if findings:
        return _impossible(work, wish, findings)
    try:
        placements = placed(asked, work.reality)
    except Refused as no:
        return _reply(work, wish, (no.sentence, *(no.reasons if isinstance(no, NothingFits) else ())))
    new = new_specs(asked, work.reality)
    candidates = [Pick(guest=s.name, node=p.node) for s, p in zip(new, placements, strict=True)]
    await ask(ctx, team.analyser, Analysis, asked=asked, facts=facts, candidates=candidates)
    draft, review = await build(ctx, team, work, asked)
    if not review.is_approved:
        return _reply(work, wish, tuple(issue.problem for issue in review.issues))
    strategy = tuple(StrategicPlan.of(s.name, p) for s, p in zip(new, placements, strict=True))
    return _proposal(work, (wish, draft), review, strategy)


def wish_names(wish: Wish) -> list[str]:
    """All names of a wish."""
    return [name for guest in wish.guests for name in guest.names]


def _proposal(work: Work, made: tuple[Wish, Draft], review: Review, strategy: tuple[StrategicPlan, ...]) -> Proposal:
    wish, draft = made
    specs = specs_of(draft)
    names = [spec.name for spec in specs]
    given = {LEASE, *([GPU] if any(spec.devices for spec in specs) else [])}
    notes = tuple(say(f"crew.left_out.{extra}") for extra in wish.left_out if extra not in given)
    is_change = set(names) <= work.reality.standing
    if is_change and wish.http != work.known.wish.http:
        notes = (*notes, say("crew.left_out.http"))
    return Proposal(
        language=work.language,
        intent="change" if is_change else "create",
        environment=draft.environment,
        guests=specs,
        strategy=strategy,
        review=review.model_copy(update={"issues": tuple[Issue, ...](work.rejected)}),
        notes=notes,
        slots=work.remember(wish, proposed=sorted({*work.known.proposed, *names}), has_request=True),
    )


def _impossible(work: Work, wish: Wish, found: Sequence[tuple[str, Finding]]) -> Reply:
    """Every contradiction at once: as a question where something else would do, as a sentence where not."""
    questions = questions_from(finding for _, finding in found)
    return _asking(work, without(wish, found), told_alone(found, questions), questions)


def _too_many(wish: Wish, work: Work) -> Sentence | None:
    count = sum(group.count for group in wish.guests)
    most = work.settings.limits.max_guests
    return say("crew.review.too_many", count=count, most=most) if count > most else None


def _head(wish: Wish) -> Sentence:
    is_known = any(getattr(g, slot) is not None for g in wish.guests for slot in SLOT_OF.values())
    count = sum(group.count for group in wish.guests) or 1
    return say("crew.ask.more" if is_known else "crew.ask.all", count=count)


def _asking(work: Work, wish: Wish, heads: tuple[Sentence, ...], questions: tuple[Question, ...]) -> Reply:
    pending = {q.slot: q.default for q in questions}
    slots = work.remember(wish, pending=pending, has_request=work.known.has_request)
    return Reply(language=work.language, sentences=heads, questions=questions, slots=slots)


def _reply(work: Work, wish: Wish, sentences: tuple[Sentence, ...]) -> Reply:
    return Reply(language=work.language, sentences=sentences, slots=work.remember(wish))
