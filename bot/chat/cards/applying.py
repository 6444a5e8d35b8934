"""The card from the yes to the end of terraform: who said yes, and how far it is."""

from collections.abc import Mapping

from bot.chat.cards.changes import diff_part
from bot.chat.cards.planned import plan_parts
from bot.chat.cards.view import View
from bot.chat.port import Button, Buttons, Part, Text
from bot.domain.approval import button_value
from bot.domain.mending import STOP
from bot.domain.outcome import Progress
from iac.errors import Value

KINDS: Mapping[str, str] = {"proxmox_virtual_environment_vm": "vm", "proxmox_haresource": "ha"}
"""Resource types of our modules that have words of their own."""

STOPPING = "apply.stopping"
"""The remark that somebody has asked for a stop already."""


def approved_parts(view: View) -> list[Part]:
    """Said yes to; about to begin, or waiting for its turn."""
    return [approved_head(view), *plan_parts(view), *diff(view)]


def approved_head(view: View) -> Text:
    """Who said yes, and when."""
    return Text(by_all(view, "card.approved", at=view.moment(view.run.decided_at or view.run.updated_at)))


def applying_head(view: View) -> Text:
    """Whose yes is being carried out."""
    return Text(by_all(view, "card.applying"))


def applying_parts(view: View) -> list[Part]:
    """One line for each resource on its way."""
    stop = stop_buttons(view, view.say("card.confirm.stop"))
    return [applying_head(view), *(progress_parts(view) or plan_parts(view)), *diff(view), *stop]


def stop_buttons(view: View, confirm: str) -> list[Part]:
    """The way to stop it, until somebody has gone it; ``confirm`` says what that means."""
    if any(note.key == STOPPING for note in view.outcome.notes):
        return []
    words = view.say("card.button.stop"), button_value(view.run)
    return [Buttons((Button(STOP, *words, style="danger", confirm=confirm),))]


def by_all(view: View, key: str, **values: Value) -> str:
    """A sentence about whoever said yes; several people take another verb than one does."""
    names = view.deciders
    if len(names) == 1:
        return view.say(key, name=names[0], **values)
    return view.say(f"{key}_by_several", names=names, **values)


def checking_parts(view: View) -> list[Part]:
    """Terraform is done; whether the guests are usable is being looked at."""
    return [Text(view.say("card.checking")), *progress_parts(view), *diff(view)]


def progress_parts(view: View) -> list[Part]:
    """How far each resource is; empty before the first word."""
    lines = "\n".join(step_text(view, step) for step in view.outcome.progress)
    return [Text(lines)] if lines else []


def step_text(view: View, step: Progress) -> str:
    """One resource on its way."""
    return view.say(f"card.step.{step.event}", work=work_text(view, step.address), time=view.duration(step.seconds))


def work_text(view: View, address: str) -> str:
    """What is done to a resource, by the guest's name; its address where that says nothing to people."""
    plan = view.outcome.plan
    change = next((c for c in plan.changes if c.address == address), None) if plan else None
    key = f"card.work.{KINDS[change.kind]}.{change.action}" if change and change.kind in KINDS else ""
    if change is None or not view.words.has(key):
        return view.say("card.other_resource", address=address)
    return view.say("card.work", name=change.name, work=view.say(key))


def diff(view: View) -> list[Part]:
    """The diff that was approved, for whoever reads the thread later."""
    return [diff_part(view, view.outcome.plan)] if view.outcome.plan and view.outcome.plan.diff else []
