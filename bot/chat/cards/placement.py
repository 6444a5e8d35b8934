"""Where each guest goes, why there and not elsewhere, and what it does to the cluster."""

from agents.contracts import NodeVerdict, StrategicPlan
from bot.chat.cards.view import View
from bot.chat.port import Text

VERDICTS_SHOWN = 4
"""Nodes that are explained one by one; the others are counted, so that the card fits a phone."""


def placement_parts(view: View) -> list[Text]:
    """Where every new guest goes and the first reason; the effect on the cluster; the other reasons, folded."""
    chosen = [plan for plan in view.proposal.strategy if not view.outcome.plan or plan.guest in view.created]
    effects = dict.fromkeys(view.sentence(effect) for plan in chosen for effect in plan.effects)
    parts = (
        *(_where(view, plan) for plan in chosen),
        view.items(view.say("card.effects"), effects),
        *(_why(view, plan) for plan in chosen),
    )
    return [part for part in parts if part]


def _where(view: View, plan: StrategicPlan) -> Text:
    """The node and the reason that decided, in one sentence."""
    if not plan.reasons:
        return Text(view.say("card.where_only", guest=plan.guest, node=plan.node))
    return Text(view.say("card.where", guest=plan.guest, node=plan.node, reason=view.sentence(plan.reasons[0])))


def _why(view: View, plan: StrategicPlan) -> Text | None:
    """Everything else that speaks for the node, then what spoke against the others."""
    reasons = list(dict.fromkeys(f"- {view.sentence(reason)}" for reason in plan.reasons[1:]))
    lines = [*reasons, *_elsewhere(view, plan)]
    return Text("\n".join(lines), view.say("card.why", guest=plan.guest, node=plan.node)) if lines else None


def _elsewhere(view: View, plan: StrategicPlan) -> list[str]:
    others = [verdict for verdict in plan.verdicts if verdict.node != plan.node]
    lines = [f"- {_verdict(view, verdict)}" for verdict in others[:VERDICTS_SHOWN]]
    if len(others) > VERDICTS_SHOWN:
        lines.append(f"- {view.say('card.and_more', count=len(others) - VERDICTS_SHOWN)}")
    return [view.say("card.elsewhere"), *lines] if lines else []


def _verdict(view: View, verdict: NodeVerdict) -> str:
    """Why not on that node; a reason that names the node itself needs no name before it."""
    reason = view.sentence(verdict.reason)
    return reason if verdict.node in reason else view.say("card.verdict", node=verdict.node, reason=reason)
