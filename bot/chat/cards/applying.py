"""The card from the yes to the end of terraform: who said yes, and how far it is."""

from bot.chat.cards.changes import diff_part
from bot.chat.cards.planned import plan_parts
from bot.chat.cards.view import View
from bot.chat.port import Part, Text
from bot.domain.outcome import Progress


def approved_parts(view: View) -> list[Part]:
    """Said yes to; about to begin, or waiting for its turn."""
    at = view.moment(view.run.decided_at or view.run.updated_at)
    return [
        Text(view.say("card.approved", name=view.name(view.run.decided_by), at=at)),
        *plan_parts(view),
        *diff(view),
    ]


def applying_parts(view: View) -> list[Part]:
    """One line for each resource on its way."""
    head = Text(view.say("card.applying", name=view.name(view.run.decided_by)))
    return [head, *(progress_parts(view) or plan_parts(view)), *diff(view)]


def checking_parts(view: View) -> list[Part]:
    """Terraform is done; whether the guests are usable is being looked at."""
    return [Text(view.say("card.checking")), *progress_parts(view), *diff(view)]


def progress_parts(view: View) -> list[Part]:
    """How far each resource is; empty before the first word."""
    lines = "\n".join(f"- {step_text(view, step)}" for step in view.outcome.progress)
    return [Text(lines)] if lines else []


def step_text(view: View, step: Progress) -> str:
    """One resource on its way."""
    return view.say(f"card.step.{step.event}", address=step.address, time=view.duration(step.seconds))


def diff(view: View) -> list[Part]:
    """The diff that was approved, for whoever reads the thread later."""
    return [diff_part(view, view.outcome.plan)] if view.outcome.plan and view.outcome.plan.diff else []
