"""The cards of runs that ended without an apply, or in the middle of one: what happened, what exists, the way on."""

from bot.chat.cards.applying import diff, progress_parts
from bot.chat.cards.planned import asked_parts
from bot.chat.cards.view import View
from bot.chat.port import Button, Buttons, Code, Diff, Part, Text
from bot.domain.approval import button_value
from bot.domain.mending import FINISH, UNDO
from bot.domain.outcome import Left
from bot.domain.recovery import created_by

STOPPED = frozenset({"apply.stopped", "apply.stopped_by"})
ERROR_LINES_SHOWN = 12
"""Terraform's words up to this many lines stand open; more of them fold."""


def no_changes_parts(view: View) -> list[Part]:
    """Everything is as asked already."""
    return [Text(view.say("card.no_changes")), *asked_parts(view)]


def discarded_parts(view: View) -> list[Part]:
    """Laid aside, and by whom."""
    if view.run.decided_by is None:
        return [Text(view.say("card.discarded_nobody")), *_why(view), *diff(view)]
    at = view.moment(view.run.decided_at or view.run.updated_at)
    said = view.say("card.discarded", name=view.name(view.run.decided_by), at=at)
    reason = [Text(view.say("card.discard_reason", reason=view.outcome.reason))] if view.outcome.reason else []
    return [Text(said), *reason, *_why(view), *diff(view)]


def superseded_parts(view: View) -> list[Part]:
    """A newer request took its place."""
    return [Text(view.say("card.superseded")), *asked_parts(view)]


def expired_parts(view: View) -> list[Part]:
    """Nobody decided in time."""
    return [Text(view.say("card.expired")), *asked_parts(view)]


def refused_parts(view: View) -> list[Part]:
    """The reason in a sentence, and the way on."""
    why = _why(view) or [Text(view.say("card.refused"))]
    return [*why, *_reasons(view), Text(view.say("card.refused_way")), *asked_parts(view)]


def errored_parts(view: View) -> list[Part]:
    """What broke, what exists now, terraform's own words, and the way on."""
    there = now_parts(view) if view.outcome.standing is not None else _exists(view)
    return [*broke(view), *there, *errors_parts(view), *_way(view), *diff(view), *mend_buttons(view)]


def broke(view: View) -> list[Part]:
    """What broke; somebody's stop is the whole of it."""
    if view.outcome.error and view.outcome.error.key in STOPPED:
        return _why(view)
    return [Text(view.say("card.errored_apply" if has_begun(view) else "card.errored_plan")), *_why(view)]


def _way(view: View) -> list[Part]:
    """The way on; none while what exists is still being found out, which the remark below says."""
    if _is_looking(view):
        return []
    mended = [part for part in mend_buttons(view) if isinstance(part, Buttons)]
    is_both = any(len(part.items) > 1 for part in mended)
    key = "card.errored_mend" if is_both else "card.errored_way"
    return [Text(view.say(key, run=view.run.id))]


def _is_looking(view: View) -> bool:
    """Whether the cluster is being searched for what the apply left."""
    return has_begun(view) and view.outcome.standing is None and bool(view.outcome.notes)


def mend_buttons(view: View) -> list[Part]:
    """Finish the rest and undo what was made, once it is known what there is."""
    standing = view.outcome.standing
    if standing is None:
        return []
    value = button_value(view.run)
    finish = Button(FINISH, view.say("card.button.finish"), value, style="primary")
    is_there = any(guest.spec.name in standing for guest in created_by(view.outcome))
    undo = (Button(UNDO, view.say("card.button.undo"), value),) if is_there else ()
    return [Buttons((finish, *undo))]


def now_parts(view: View) -> list[Part]:
    """What exists after an apply that broke, what does not, and what is there without being ours to know."""
    standing = frozenset(view.outcome.standing or ())
    left = view.outcome.left
    made = [guest.spec.name for guest in created_by(view.outcome)]
    gone = [c.name for c in view.outcome.plan.changes if c.action == "delete"] if view.outcome.plan else []
    named = {one.guest for one in left}
    said = {
        "card.now.exists": [name for name in made if name in standing],
        "card.now.missing": [name for name in made if name not in standing and name not in named],
        "card.now.removed": [name for name in dict.fromkeys(gone) if name not in standing],
    }
    lines: list[Part] = [Text(view.say(key, guests=tuple(names))) for key, names in said.items() if names]
    if not said["card.now.exists"] and not said["card.now.removed"] and not left and made:
        lines = [Text(view.say("card.now.nothing"))]
    rows = (_left_text(view, one) for one in left)
    return [*lines, *filter(None, [view.items(view.say("card.now.left"), rows)])]


def _left_text(view: View, one: Left) -> str:
    why = view.sentence(one.why)
    return view.say("card.now.left_guest", guest=one.guest, vmid=str(one.vmid), node=one.node, why=why)


def has_begun(view: View) -> bool:
    """Whether terraform was let at the machines before it broke."""
    return view.outcome.ending is not None or bool(view.outcome.progress) or view.run.decided_by is not None


def errors_parts(view: View, key: str = "card.errors") -> list[Part]:
    """The words of terraform, or of Proxmox VE, whole: open while they are few, folded when they are many."""
    text = "\n\n".join(error.strip() for error in (view.outcome.ending.errors if view.outcome.ending else ()))
    lines = len(text.splitlines())
    if not lines:
        return []
    if lines > ERROR_LINES_SHOWN:
        return [Diff(view.say(f"{key}_long", count=lines), text, f"{view.run.id}-errors.txt")]
    return [Text(view.say(key)), Code(text)]


def _why(view: View) -> list[Part]:
    return [Text(view.sentence(view.outcome.error))] if view.outcome.error else []


def _reasons(view: View) -> list[Part]:
    """What stands below the first sentence: one reason a node, or every other rule that was broken."""
    lines = "\n".join(f"- {view.sentence(note)}" for note in view.outcome.notes)
    return [Text(lines)] if lines else []


def _exists(view: View) -> list[Part]:
    if not has_begun(view) or _is_looking(view):
        return []
    done = [step for step in view.outcome.progress if step.event == "done"]
    head = view.say("card.exists", count=len(done)) if done else view.say("card.exists.unknown")
    return [Text(head), *progress_parts(view)]
