"""The report: the last form of an applied run's card. Done means usable; what is missing is said."""

from bot.chat.cards.applying import diff
from bot.chat.cards.guests import size, template_name
from bot.chat.cards.planned import plan_parts
from bot.chat.cards.view import View
from bot.chat.port import Button, Buttons, Code, Fields, Part, Text
from bot.domain.approval import button_value
from bot.domain.mending import UNDO
from bot.domain.outcome import Usable
from bot.domain.recovery import created_by
from iac.spec import PlacedGuest

AT_ONCE_S = 1.0
"""Nobody waited that long."""


def report_parts(view: View) -> list[Part]:
    """Guest by guest, then who asked, who decided and how long it took."""
    parts = [part for usable in view.outcome.usable for part in _guest_parts(view, usable)]
    if not parts:
        parts = [Text(view.say("card.applied")), *plan_parts(view)]
    return [*parts, decision(view), *diff(view), *_undo(view)]


def _undo(view: View) -> list[Part]:
    """The way back, where the run made something."""
    if not created_by(view.outcome):
        return []
    return [Buttons((Button(UNDO, view.say("card.button.undo"), button_value(view.run)),))]


def is_checking(view: View) -> bool:
    """Whether guests were created whose check has not ended yet."""
    return bool(view.created & {g.spec.name for g in view.outcome.guests}) and not view.outcome.usable


def is_removal(view: View) -> bool:
    """Whether the plan did nothing but destroy."""
    plan = view.outcome.plan
    return plan is not None and set(plan.counts) == {"delete"}


def _guest_parts(view: View, usable: Usable) -> list[Part]:
    guest = next((g for g in view.outcome.guests if g.spec.name == usable.guest), None)
    parts: list[Part] = [Text(_verdict(view, usable)), Fields(_facts(view, usable, guest))]
    if usable.ssh_line:
        parts.append(Code(usable.ssh_line))
    if usable.said:
        parts += [Text(view.say("report.said", guest=usable.guest)), Code("\n".join(usable.said))]
    return parts


def _verdict(view: View, usable: Usable) -> str:
    page = _page(view, usable)
    held = view.words_join(_held(view, usable, page))
    if usable.is_usable:
        return view.say("card.usable", guest=usable.guest, held=held or view.say("card.held.nothing"))
    missing = tuple(_missing(view, what, page, usable.http_status or 0) for what in usable.missing)
    lines = [view.say("card.not_usable", guest=usable.guest, missing=missing)]
    if held:
        lines.append(view.say("card.held", held=held))
    return "\n".join([*lines, *_ways(view, usable)])


def _ways(view: View, usable: Usable) -> tuple[str, ...]:
    """The way on for each thing that time alone will not mend; else that it may need more of it."""
    keys = (f"report.way.{what}" for what in usable.missing)
    return tuple(view.say(key) for key in keys if view.words.has(key)) or (view.say("card.not_usable_way"),)


def _page(view: View, usable: Usable) -> str:
    """Where the page is that was asked for, as people type it."""
    guest = next((g for g in view.outcome.guests if g.spec.name == usable.guest), None)
    reserved = guest.address.ip if guest and guest.address else usable.guest
    return f"http://{usable.address or reserved}{guest.spec.http or ''}" if guest else ""


def _held(view: View, usable: Usable, page: str) -> tuple[str, ...]:
    times = (("agent", usable.agent_s), ("cloud_init", usable.cloud_init_s), ("ssh", usable.ssh_s))
    held = tuple(_held_text(view, what, seconds) for what, seconds in times if seconds is not None)
    if usable.http_s is None:
        return held
    time = view.duration(usable.http_s)
    return (*held, view.say("report.held.http", page=page, status=usable.http_status or 0, time=time))


def _held_text(view: View, what: str, seconds: float) -> str:
    """What held, and after how long where that was worth waiting for."""
    if seconds < AT_ONCE_S:
        return view.say(f"card.held_at_once.{what}")
    return view.say(f"card.held.{what}", time=view.duration(seconds))


def _missing(view: View, what: str, page: str, status: int) -> str:
    """What did not hold, in words; a name that has none is shown as it is rather than hidden."""
    if what.startswith("http"):
        return view.say(f"report.missing.{what}", page=page, status=status)
    key = f"card.missing.{what}"
    return view.say(key) if view.words.has(key) else what


def _facts(view: View, usable: Usable, guest: PlacedGuest | None) -> tuple[tuple[str, str], ...]:
    reserved = guest.address.ip if guest and guest.address else None
    address = usable.address or reserved
    rows = [(view.say("card.address"), address)] if address else []
    if guest:
        machine = f"{template_name(guest.spec.template)}, {size(view, guest.spec)}"
        rows += [
            (view.say("card.user"), guest.user),
            (view.say("card.node"), guest.node),
            (view.say("card.machine"), machine),
        ]
    return tuple(rows)


def decision(view: View) -> Fields:
    """Who asked, who decided, how long it took."""
    rows = [
        (view.say("card.asked_by"), view.name(view.run.requester)),
        (view.say("card.decided_by"), view.words_join(view.deciders)),
    ]
    if view.cost:
        rows.append((view.say("card.cost"), view.cost))
    if view.lifetime:
        rows.append((view.say("card.lives"), view.lifetime))
    if view.outcome.ending:
        rows.append((view.say("card.took"), view.duration(view.outcome.ending.seconds)))
    return Fields(tuple(rows))
