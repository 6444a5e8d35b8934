"""Where each guest goes, why there and not elsewhere, and what it does to the cluster."""

from agents.contracts import NodeVerdict, StrategicPlan
from bot.chat.cards.view import View
from bot.chat.port import Text

VERDICTS_SHOWN = 4
"""Nodes that are explained one by one; the others are counted, so that the card fits a phone."""


def placement_parts(view: View) -> list[Text]:
    """The reasons for every guest that gets a place."""
    chosen = [plan for plan in view.proposal.strategy if not view.outcome.plan or plan.guest in view.created]
    parts = [part for plan in chosen for part in (_where(view, plan), _elsewhere(view, plan))]
    effects = dict.fromkeys(view.sentence(effect) for plan in chosen for effect in plan.effects)
    return [part for part in (*parts, view.items(view.say("card.effects"), effects)) if part]


def _where(view: View, plan: StrategicPlan) -> Text | None:
    head = view.say("card.where", guest=plan.guest, node=plan.node)
    return view.items(head, dict.fromkeys(view.sentence(reason) for reason in plan.reasons)) or Text(head.rstrip(" :"))


def _elsewhere(view: View, plan: StrategicPlan) -> Text | None:
    others = [verdict for verdict in plan.verdicts if verdict.node != plan.node]
    lines = [_verdict(view, verdict) for verdict in others[:VERDICTS_SHOWN]]
    if len(others) > VERDICTS_SHOWN:
        lines.append(view.say("card.and_more", count=len(others) - VERDICTS_SHOWN))
    return view.items(view.say("card.elsewhere"), lines)


def _verdict(view: View, verdict: NodeVerdict) -> str:
    """Why not on that node; a reason that names the node itself needs no name before it."""
    reason = view.sentence(verdict.reason)
    return reason if verdict.node in reason else view.say("card.verdict", node=verdict.node, reason=reason)
