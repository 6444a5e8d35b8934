"""The card of acts on guests that stand: what each costs, by exactly which calls it is done, and what came of it."""

from bot.chat.cards.applying import applying_head, approved_head, stop_buttons
from bot.chat.cards.deciding import buttons, voting_parts
from bot.chat.cards.endings import broke, errors_parts
from bot.chat.cards.planned import asked_parts, facts
from bot.chat.cards.report import decision
from bot.chat.cards.view import View, deed_text
from bot.chat.port import Button, Buttons, Code, Diff, Part, Text
from bot.domain.approval import button_value
from bot.domain.mending import FINISH
from bot.domain.outcome import Progress
from iac.acts import Step

CALLS_SHOWN = 6
"""Up to so many calls stand open; more of them fold."""


def acts_title(view: View) -> str:
    """The title's key of acts that wait for a decision."""
    acts = view.outcome.acts
    if acts and acts.lost:
        return "acts_loss"
    return "acts_interrupt" if acts and acts.interrupted else "planned"


def planned_acts(view: View) -> list[Part]:
    """Everything an approver reads, in the order they ask for it."""
    return [Text(_lead(view)), *_steps(view), *_calls(view), facts(view), *voting_parts(view), buttons(view)]


def approved_acts(view: View) -> list[Part]:
    """Said yes to; about to begin, or waiting for its turn."""
    return [approved_head(view), *_steps(view), *_calls(view)]


def applying_acts(view: View) -> list[Part]:
    """One line for each step that has begun."""
    lines = "\n".join(_going(view, step) for step in view.outcome.progress)
    shown: list[Part] = [Text(lines)] if lines else _steps(view)
    return [applying_head(view), *shown, *_calls(view), *stop_buttons(view, view.say("acts.confirm.stop"))]


def report_acts(view: View) -> list[Part]:
    """What was done, how long each took, who asked and who decided."""
    return [*_did(view), decision(view), *_calls(view)]


def no_acts(view: View) -> list[Part]:
    """Everything is as it was asked already."""
    already = view.outcome.acts.already if view.outcome.acts else ()
    so = view.items(view.say("acts.no_changes"), (view.sentence(each) for each in already))
    return [so] if so else [Text(view.say("acts.no_changes")), *asked_parts(view)]


def errored_acts(view: View) -> list[Part]:
    """What was done before it broke, what was not begun, Proxmox VE's own words, and the way on."""
    if view.outcome.acts is None:
        return [*broke(view), *asked_parts(view)]
    value = button_value(view.run)
    finish = Buttons((Button(FINISH, view.say("card.button.finish"), value, style="primary"),))
    way = [Text(view.say("acts.errored_way", run=view.run.id))]
    return [*broke(view), *_did(view), *_untouched(view), *errors_parts(view, "acts.errors"), *way, finish]


def _lead(view: View) -> str:
    """The one sentence for whoever reads no further."""
    acts = view.outcome.acts
    if acts and acts.lost:
        return view.say("acts.harm", guests=acts.lost)
    return view.say("acts.interrupts", guests=acts.interrupted) if acts and acts.interrupted else view.say("acts.safe")


def _steps(view: View) -> list[Part]:
    steps = view.outcome.acts.steps if view.outcome.acts else ()
    listed = view.items(view.say("acts.will"), (_step(view, step) for step in steps))
    return [listed] if listed else []


def _step(view: View, step: Step) -> str:
    """One step with its place and what it costs the guest."""
    told = {"deed": deed_text(view, step.deed, step.name), "vmid": str(step.vmid), "node": step.node}
    costs = [view.say(f"acts.cost.{cost}") for cost in step.costs]
    if step.deed.has_memory:
        costs.append(view.say("acts.with_memory"))
    return view.say("acts.step_costs", **told, costs="; ".join(costs)) if costs else view.say("acts.step", **told)


def _calls(view: View) -> list[Part]:
    """The calls to the letter: what is approved is this, not a sentence about it."""
    lines = [step.call.line for step in view.outcome.acts.steps] if view.outcome.acts else []
    if not lines:
        return []
    if len(lines) > CALLS_SHOWN:
        return [Diff(view.say("acts.calls_many", count=len(lines)), "\n".join(lines), f"{view.run.id}-calls.txt")]
    return [Text(view.say("acts.calls", count=len(lines))), Code("\n".join(lines))]


def _of(view: View, step: Progress) -> str:
    """What a word is about."""
    steps = view.outcome.acts.steps if view.outcome.acts else ()
    at = step.address.partition(":")[2]
    known = steps[int(at)] if at.isdigit() and int(at) < len(steps) else None
    return deed_text(view, known.deed, known.name) if known else view.say("card.other_resource", address=step.address)


def _going(view: View, step: Progress) -> str:
    return view.say(f"card.step.{step.event}", work=_of(view, step), time=view.duration(step.seconds))


def _did(view: View) -> list[Part]:
    """The last word about each step that was begun."""
    steps = view.outcome.ending.steps if view.outcome.ending else ()
    lines = "\n".join(_ended(view, step) for step in steps)
    return [Text(lines)] if lines else []


def _ended(view: View, step: Progress) -> str:
    line = _going(view, step)
    told = {"so already": view.say("acts.so_already")}.get(step.text, step.text.partition("\n")[0])
    return f"{line} ({told})" if told and step.event == "done" else line


def _untouched(view: View) -> list[Part]:
    """The steps that were not begun, where somebody lived to tell which."""
    if view.outcome.acts is None or view.outcome.ending is None:
        return []
    begun = len(view.outcome.ending.steps)
    rest = view.outcome.acts.steps[begun:]
    listed = view.items(view.say("acts.not_begun"), (deed_text(view, step.deed, step.name) for step in rest))
    return [listed] if listed else []
