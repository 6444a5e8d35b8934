"""The cards that the product makes: every state of a run, every question, every sentence, in both languages."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from agents.contracts import Choice, NodeVerdict, Question, Reply
from bot.chat.cards import corrected, edit_card, names_card, note_card, reply_card, run_card
from bot.chat.cards.view import Around
from bot.chat.port import Card
from bot.chat.words import LANGUAGES, Words
from bot.chat.words.catalogue import fields_of, load_catalogue
from bot.domain.edit import MOST_GUESTS, Editable, values_of
from bot.domain.outcome import Outcome
from bot.domain.run import RunState
from iac.errors import Sentence, say
from iac.spec import GuestSpec
from tests.fixtures import runs

WORDS = Words.load()
HOSTILE = "<!channel> *a* & `b` <@U1>"
LONG_DIFF = "".join(
    f'  # module.vm["api{i:02}"]\n+ resource "vm" {{\n+   name   = "api{i:02}"\n+   memory = 4096\n' for i in range(900)
)
LOSS = Outcome(
    plan=runs.plan(runs.change("delete", "old01"), runs.change("replace", "db01"), runs.change("update", "web01"))
)
LARGE = replace(runs.PLANNED, plan=runs.plan(*(runs.change(name=f"api{i:02}") for i in range(60)), diff=LONG_DIFF))
MANY = tuple(
    NodeVerdict(node=f"pmox{n:02}", score=None, reason=say("place.offline", node=f"pmox{n:02}")) for n in range(12)
)
TEMPLATES = tuple(Choice(label=name, value=name) for name in ("ubuntu-2404-cloud", "debian-13"))
QUESTIONS = (
    Question(slot="template", ask=say("ask_slot.image"), choices=TEMPLATES, default="debian-13"),
    Question(slot="cores", ask=say("ask_slot.cores"), default="4"),
)


def real_cards() -> Iterator[tuple[str, Card]]:
    """Language and card."""
    for language in LANGUAGES:
        yield from ((language, card) for card in [*_runs(language), *_private(language)])
        yield from ((language, card) for card in _sentences(language))


def run_cards(language: str) -> Iterator[Card]:
    """The card of a run in every state, with everything that was ever known."""
    yield from _runs(language)


def _runs(language: str) -> Iterator[Card]:
    outcomes = (*runs.OUTCOMES, LOSS, LARGE, replace(runs.BROKEN, error=say("approve.expired", run="r1")))
    wishes = (
        runs.proposal(language),
        runs.proposal(language, intent="destroy"),
        runs.proposal(language, strategy=(runs.STRATEGY.model_copy(update={"verdicts": MANY}),)),
    )
    crowd = Around({f"web:p{n}": f"Person {n}" for n in range(9)}, 2, tuple(f"Person {n}" for n in range(9)))
    for state, outcome, wish in product(RunState, outcomes, wishes):
        for around in (runs.NAMES, crowd):
            yield run_card(runs.run(state, language), wish, outcome, around, WORDS)


def _private(language: str) -> Iterator[Card]:
    yield reply_card(Reply(language=language, sentences=(say("crew.help"),), questions=QUESTIONS), WORDS, form_id="f1")
    yield reply_card(Reply(language=language, questions=QUESTIONS[:1]), WORDS, form_id="f2")
    yield reply_card(Reply(language=language, text=HOSTILE), WORDS, form_id="f3")
    yield names_card(say("card.harm", counts="1", guests=("db01",)), ("db01",), "confirm:r1:ab", WORDS, language)
    specs = tuple(GuestSpec(f"api{n:02}", "ubuntu-2404-cloud", 4, 8192, 60) for n in range(MOST_GUESTS))
    editable = Editable(specs, frozenset(s.name for s in specs), tuple(f"pmox{n:02}" for n in range(12)))
    form = edit_card("edit:r1:ab", editable, values_of(editable), WORDS, language)
    yield form
    yield corrected(form, say("approve.expired", run="r1"), WORDS, language)


def _sentences(language: str) -> Iterator[Card]:
    """Every sentence there is as a private word, with hostile values in it."""
    for pattern in load_catalogue(language).values():
        values = {name: 3 if name == "count" else HOSTILE for name in fields_of(pattern)}
        yield note_card(Sentence("one.sentence", values), Words({language: {"one.sentence": pattern}}), language, "bad")
