"""Removal in words: guests that this thread built become a proposal to destroy them; a person decides, by name."""

from agents.contracts import Choice, Proposal, Question, Reply, Review, RunLine
from agents.nodes.work import Work
from agents.rules.shapes import Wish
from agents.rules.telling import heard
from iac.errors import say
from iac.inventory import GIB, MIB, Guest
from iac.spec import GuestSpec

_BUILT = "applied"


async def remove(work: Work) -> Proposal | Reply:
    """The proposal, a question which guest is meant, or why it cannot be."""
    lines = [line for line in await work.desk.runs(work.turn.thread) if line.state == _BUILT]
    inventory = await work.inventory()
    built = {name for line in lines for name in line.guests}
    ours = [guest for guest in inventory.machines if guest.name in built]
    named = _named(work, ours)
    if not ours or any(name not in built for name in named):
        return _declined(work)
    if not named:
        return _which(work, ours)
    return _proposal(work, lines, [guest for guest in ours if guest.name in named])


def _named(work: Work, ours: list[Guest]) -> list[str]:
    """The guests that are meant: those the rules understood, and those of this thread that the words name."""
    understood = list(work.understood.slots.get("targets", ())) if work.understood else []
    said = " ".join([work.turn.text, *work.turn.answers.values()])
    words = set(said.lower().replace(",", " ").replace("?", " ").split())
    return list(dict.fromkeys([*understood, *(guest.name for guest in ours if guest.name.lower() in words)]))


def _proposal(work: Work, lines: list[RunLine], guests: list[Guest]) -> Proposal:
    gone = {guest.name for guest in guests}
    left = [g for g in work.known.wish.guests if not gone & set(g.names)]
    wish = Wish(guests=left, environment=work.known.wish.environment)
    return Proposal(
        language=work.language,
        intent="destroy",
        environment=next(line.environment for line in lines if gone & set(line.guests)),
        guests=tuple(_spec(guest) for guest in guests),
        strategy=(),
        review=Review(is_approved=True),
        slots=work.remember(wish, has_request=bool(left), proposed=sorted(set(work.known.proposed) - gone)),
    )


def _spec(guest: Guest) -> GuestSpec:
    """The guest as it stands; only its name decides what goes."""
    memory_mb, disk_gb = guest.memory_bytes // MIB, -(-guest.disk_bytes // GIB)
    return GuestSpec(name=guest.name, template="", cores=guest.cores, memory_mb=memory_mb, disk_gb=disk_gb)


def _which(work: Work, ours: list[Guest]) -> Reply:
    choices = tuple(Choice(label=guest.name, value=guest.name) for guest in ours)
    default = ours[0].name if len(ours) == 1 else ""
    question = Question(slot="name", ask=say("crew.remove.which"), choices=choices, default=default)
    slots = work.known.kept(work.language)
    return Reply(language=work.language, questions=(question,), slots=slots)


def _declined(work: Work) -> Reply:
    return Reply(
        language=work.language,
        sentences=(say("crew.delete"), *heard(work.acts()[:1])),
        slots=work.known.kept(work.language),
    )
