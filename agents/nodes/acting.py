"""Acts in words become a proposal of deeds; what is missing is asked in one message, with choices."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from agents.contracts import Act, Choice, Proposal, Question, Reply, Review
from agents.nodes.understanding import understand_act
from agents.nodes.work import Work
from agents.rules.acting import OF_ONE, VERBS, deeds_of, environment_of, snapshot_meant
from agents.rules.answering import named_guests
from agents.rules.consoles import asks_for_console, console_of
from agents.rules.telling import heard, refused
from iac.acts.reading import Kept
from iac.errors import Sentence, say
from iac.inventory import Inventory

MOST_CHOICES = 20
"""A longer list is no choice: the name is typed."""


async def act(work: Work) -> Proposal | Reply:
    """The proposal, what must be known before it, or why it cannot be."""
    inventory, understood = await work.inventory(), work.understood
    if understood is None:
        return _reply(work, (say("crew.unclear"),))
    asked = Act(intent=understood.intent, slots=understood.slots)
    reasons = refused(understood.refusals, work.turn.rights)
    if reasons:
        return _reply(work, (*reasons, *heard([asked])))
    if any("schedule_at" in each.slots for each in (asked, *understood.further)):
        return _reply(work, (say("acts.later"),))
    asked, taken = await _with_snapshot(work, asked)
    questions = tuple(_questions(understood.asks, asked, taken, inventory))
    if questions:
        return _asking(work, asked, questions)
    return _proposal(work, [asked, *understood.further], inventory)


async def album_shown(work: Work) -> Reply | None:
    """The snapshots of the machines that were named; None where the list is of something else."""
    slots = work.understood.slots if work.understood else {}
    names = [str(name) for name in slots.get("targets", ())]
    guests = [guest for guest in (await work.inventory()).machines if guest.name in names]
    if slots.get("resource") != "snapshot" or not guests or work.album is None:
        return None
    taken = await work.album.snapshots(guests)
    return _reply(work, tuple(line for guest in guests for line in _shown(guest.name, taken.get(guest.name, ()))))


async def console_shown(work: Work) -> Reply | None:
    """Where the console of the machine is that was named; None where nobody asked for one."""
    if not asks_for_console(work.turn.text):
        return None
    guests = [guest for guest in named_guests(work.turn.text, await work.inventory()) if not guest.is_template]
    page = work.settings.page
    if not guests:
        return None
    if not page:
        return _reply(work, (say("acts.no_console"),))
    return _reply(work, tuple(say("acts.console", guest=g.name, link=console_of(page, g)) for g in guests))


def _shown(guest: str, taken: Sequence[Kept]) -> Iterator[Sentence]:
    if not taken:
        yield say("acts.no_snapshots", guest=guest)
        return
    yield say("acts.snapshots", guest=guest, count=len(taken))
    for kept in taken:
        day = datetime.fromtimestamp(kept.taken_at, UTC).strftime("%Y-%m-%d %H:%M")
        yield say("acts.snapshot_with_memory" if kept.has_memory else "acts.snapshot", name=kept.name, day=day)


def answered(work: Work, asked: Act) -> None:
    """The typed answers to what was asked, in the slots of the act."""
    answers = dict(work.turn.answers)
    if "targets" in answers:
        answers["targets"] = [answers["targets"]]  # type: ignore[assignment]  # the one slot that is a list
    understand_act(work, Act(intent=asked.intent, slots={**asked.slots, **answers}))


async def _with_snapshot(work: Work, asked: Act) -> tuple[Act, Sequence[Kept]]:
    """The act with its snapshot, and those there are where that is still open."""
    names = [str(name) for name in asked.slots.get("targets", ())]
    guests = [guest for guest in (await work.inventory()).machines if guest.name in names]
    if asked.intent not in OF_ONE or "snapshot_name" in asked.slots or len(guests) != 1 or work.album is None:
        return asked, ()
    taken = (await work.album.snapshots(guests)).get(guests[0].name, ())
    meant = snapshot_meant(work.turn.text, taken)
    return (
        (asked.model_copy(update={"slots": {**asked.slots, "snapshot_name": meant}}), ()) if meant else (asked, taken)
    )


def _questions(asks: Sequence[str], asked: Act, taken: Sequence[Kept], inventory: Inventory) -> Iterator[Question]:
    machines = [guest.name for guest in inventory.machines]
    here = {guest.node for guest in inventory.machines if guest.name in asked.slots.get("targets", ())}
    nodes = [node.name for node in inventory.online_nodes if not node.is_in_maintenance]
    choices = {"targets": machines, "to_node": [name for name in nodes if name not in here or len(here) > 1]}
    choices["node"] = [node.name for node in inventory.nodes]
    for slot in asks:
        if slot in choices:
            yield _question(slot, say(f"acts.ask.{slot}"), choices[slot])
    if taken:
        guest = str(asked.slots["targets"][0])
        yield _question("snapshot_name", say("acts.ask.snapshot_name", guest=guest), [kept.name for kept in taken])


def _question(slot: str, ask: Sentence, names: Sequence[str]) -> Question:
    few = names if len(names) <= MOST_CHOICES else ()
    return Question(slot=slot, ask=ask, choices=tuple(Choice(label=name, value=name) for name in few))


def _asking(work: Work, asked: Act, questions: tuple[Question, ...]) -> Reply:
    """What is asked is remembered with the act, so that the answer completes it."""
    work.known = work.known.model_copy(update={"act": asked, "act_asks": [q.slot for q in questions]})
    return Reply(
        language=work.language,
        sentences=(say("acts.ask.head"), *heard([asked])),
        questions=questions,
        slots=work.known.kept(work.language),
    )


def _proposal(work: Work, acts: Sequence[Act], inventory: Inventory) -> Proposal:
    """Everything that was asked of guests that stand, in that order; the rest is named, so that it is not lost."""
    done = [each for each in acts if each.intent in VERBS]
    rest = [each for each in acts if each.intent not in VERBS]
    deeds = tuple(deed for each in done for deed in deeds_of(each, work.turn.text))
    names = [deed.guest for deed in deeds]
    settings = work.settings
    return Proposal(
        language=work.language,
        intent="acts",
        environment=environment_of(names, inventory, settings.environments, work.environment),
        acts=deeds,
        strategy=(),
        review=Review(is_approved=True),
        notes=(say("acts.apart"), *heard(rest)) if heard(rest) else (),
        slots=work.known.kept(work.language),
    )


def _reply(work: Work, sentences: tuple[Sentence, ...]) -> Reply:
    return Reply(language=work.language, sentences=sentences, slots=work.known.kept(work.language))
