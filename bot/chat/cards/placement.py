"""Where each guest goes, why there and not elsewhere, what it does to the cluster, and the numbers behind it."""

from collections.abc import Iterable, Iterator, Sequence

from agents.contracts import NodeVerdict, StrategicPlan
from bot.chat.cards.view import View
from bot.chat.port import Text
from iac.placement import GROUPS, WEIGHTS, grouped

VERDICTS_SHOWN = 4
"""Nodes that are explained one by one; the others are counted, so that the card fits a phone."""

TOLD_ALONE = 3
"""Guests that are told one by one; more of them are told by node, with one page of reasons for all."""


def placement_parts(view: View) -> list[Text]:
    """Where every new guest goes and the first reason; the effect on the cluster; reasons and numbers, folded."""
    chosen = [plan for plan in view.proposal.strategy if not view.outcome.plan or plan.guest in view.created]
    effects = dict.fromkeys(view.sentence(effect) for plan in chosen for effect in plan.effects)
    is_many = len(chosen) > TOLD_ALONE
    parts = (
        *(_where_many(view, chosen) if is_many else (_where(view, plan) for plan in chosen)),
        view.items(view.say("card.effects"), effects),
        *((_why_many(view, chosen),) if is_many else (_why(view, plan) for plan in chosen)),
        _numbers(view, chosen),
    )
    return [part for part in parts if part]


def _where(view: View, plan: StrategicPlan) -> Text:
    """The node and the reason that decided, in one sentence."""
    if not plan.reasons:
        return Text(view.say("card.where_only", guest=plan.guest, node=plan.node))
    return Text(view.say("card.where", guest=plan.guest, node=plan.node, reason=view.sentence(plan.reasons[0])))


def _where_many(view: View, plans: Sequence[StrategicPlan]) -> Iterator[Text]:
    """Every node once, with all that go there."""
    nodes = dict.fromkeys(sorted(plan.node for plan in plans))
    lines = (f"**{node}**: {view.words_join([p.guest for p in plans if p.node == node])}" for node in nodes)
    listed = view.items(view.say("card.where_many"), lines)
    yield from (listed,) if listed else ()


def _why(view: View, plan: StrategicPlan) -> Text | None:
    """Everything else that speaks for the node, then what spoke against the others."""
    reasons = list(dict.fromkeys(f"- {view.sentence(reason)}" for reason in plan.reasons[1:]))
    lines = [*reasons, *_elsewhere(view, _others(plan))]
    return Text("\n".join(lines), view.say("card.why", guest=plan.guest, node=plan.node)) if lines else None


def _why_many(view: View, plans: Sequence[StrategicPlan]) -> Text | None:
    """What decided for each guest, once what they share, then what ruled a node out for any of them."""
    told = {p.guest: view.sentence(p.reasons[0]) for p in plans if p.reasons}
    decided = [f"- {view.say('card.verdict', node=guest, reason=reason)}" for guest, reason in told.items()]
    shared = dict.fromkeys(f"- {view.sentence(r)}" for plan in plans for r in plan.reasons[2:])
    ruled_out = {v.reason.key + v.node: v for plan in plans for v in plan.verdicts if v.score is None}
    lines = [*decided, *shared, *_elsewhere(view, list(ruled_out.values()))]
    return Text("\n".join(lines), view.say("card.why_many")) if lines else None


def _others(plan: StrategicPlan) -> list[NodeVerdict]:
    return [verdict for verdict in plan.verdicts if verdict.node != plan.node]


def _elsewhere(view: View, others: Sequence[NodeVerdict]) -> list[str]:
    lines = [f"- {_verdict(view, verdict)}" for verdict in others[:VERDICTS_SHOWN]]
    lines += _left_out(view, len(others))
    return [view.say("card.elsewhere"), *lines] if lines else []


def _left_out(view: View, count: int) -> list[str]:
    return [f"- {view.say('card.and_more', count=count - VERDICTS_SHOWN)}"] if count > VERDICTS_SHOWN else []


def _verdict(view: View, verdict: NodeVerdict) -> str:
    """Why not on that node; a reason that names the node itself needs no name before it."""
    reason = view.sentence(verdict.reason)
    return reason if verdict.node in reason else view.say("card.verdict", node=verdict.node, reason=reason)


# ---------------------------------------------------------------- the numbers


def _numbers(view: View, plans: Sequence[StrategicPlan]) -> Text | None:
    """The points of every node that could have taken the guest; of many guests only those of the chosen nodes."""
    is_many = len(plans) > TOLD_ALONE
    lines: list[str] = []
    for plan in plans:
        scored = [v for v in plan.verdicts if v.points and (v.node == plan.node or not is_many)]
        if scored and len(plans) > 1:
            lines.append(f"**{plan.guest}**")
        lines += [f"- {_points(view, verdict)}" for verdict in scored[:VERDICTS_SHOWN]]
        lines += _left_out(view, len(scored))
    return Text("\n".join(lines), view.say("card.numbers")) if lines else None


def _points(view: View, verdict: NodeVerdict) -> str:
    """One node: the sum, then each of the four things with the most it may give."""
    return view.say(
        "card.points",
        node=verdict.node,
        score=verdict.score or 0.0,
        parts=view.words_join(list(_groups(view, grouped(verdict.points).items()))),
    )


def _groups(view: View, given: Iterable[tuple[str, float]]) -> Iterator[str]:
    for group, points in given:
        yield view.say(f"card.points.{group}", points=points, most=sum(WEIGHTS[name] for name in GROUPS[group]))
