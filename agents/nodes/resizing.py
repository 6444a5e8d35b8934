"""Other sizes in words for machines that this thread built: a change of its plan, which a person decides about."""

from agents.contracts import Act, Proposal, Reply, Review
from agents.nodes.work import Work
from agents.rules.resizing import resized_spec
from agents.rules.telling import heard, refused
from iac.inventory import Guest

_BUILT = "applied"


async def resize(work: Work) -> Proposal | Reply | None:
    """The proposal, or why it cannot be; None where the machines are not this thread's, or no size was said."""
    understood = work.understood
    if understood is None or understood.asks:
        return None
    act = Act(intent=understood.intent, slots=understood.slots)
    lines = [line for line in await work.desk.runs(work.turn.thread) if line.state == _BUILT]
    built = {name for line in lines for name in line.guests}
    named = [str(name) for name in act.slots.get("targets", ())]
    if not named or not set(named) <= built:
        return None
    reasons = refused(understood.refusals, work.turn.rights)
    slots = work.known.kept(work.language)
    if reasons:
        return Reply(language=work.language, sentences=(*reasons, *heard([act])), slots=slots)
    guests = [guest for guest in (await work.inventory()).machines if guest.name in named]
    return Proposal(
        language=work.language,
        intent="change",
        environment=next(line.environment for line in lines if set(named) & set(line.guests)),
        guests=tuple(resized_spec(guest, act.slots) for guest in _ordered(guests, named)),
        strategy=(),
        review=Review(is_approved=True),
        slots=slots,
    )


def _ordered(guests: list[Guest], named: list[str]) -> list[Guest]:
    return sorted(guests, key=lambda guest: named.index(guest.name))
