"""How I got here: the card of the steps, and the button that asks for it."""

import pytest

from agents.contracts import TraceStep
from bot.chat.cards import trace_card
from bot.chat.port import Buttons, Text
from bot.chat.words import Words
from bot.domain.run import RunState
from bot.domain.tracing import TELLING
from iac.errors import say
from tests.fixtures import runs

OFFLINE = (
    TraceStep(agent="manager", served_by="rules", did="routed", ms=0.4, prompt="2"),
    TraceStep(agent="collector", served_by="rules", did="looked", ms=3.2, tools=("nodes", "guests", "nodes")),
    TraceStep(agent="drafter", served_by="rules", did="drafted", ms=1),
    TraceStep(agent="linter", served_by="rules", did="checked", ms=2),
)
LIVE = TraceStep(
    agent="manager", served_by="gemini:g", did="routed", ms=1234, tokens=125, tokens_in=100, tokens_out=20,
    tokens_thoughts=5, calls=2, cost_eur=0.0004, prompt="2",
)  # fmt: skip
FOUND = (say("crew.review.unasked", slot="cores"),)
LOOP = (
    TraceStep(agent="drafter", served_by="gemini:g", did="drafted", calls=1),
    TraceStep(agent="linter", served_by="rules", did="checked", found=FOUND),
    TraceStep(agent="refiner", served_by="gemini:g", did="refined", calls=1),
    TraceStep(agent="linter", served_by="rules", did="checked"),
)


def shown(*steps, language="en"):
    return [part for part in trace_card(steps, Words.load(), language).parts if isinstance(part, Text)]


def text(*steps, language="en"):
    return "\n".join(f"{part.fold}\n{part.md}" for part in shown(*steps, language=language))


def test_offline_every_step_stands_in_order_with_its_time():
    assert text(*OFFLINE).strip().split("\n") == [
        "7 ms in all, by fixed rules: no language model was asked.",
        "",
        "- **Routed the message** (fixed rules, 1 ms)",
        "- **Looked at the cluster** (fixed rules, 3 ms)",
        "- looked with `nodes`, `guests`",
        "- **Wrote a draft** (fixed rules, 1 ms)",
        "- **Checked the draft** (fixed rules, 2 ms)",
    ]


def test_a_live_step_says_who_how_long_how_many_tokens_and_what_it_cost():
    said = text(LIVE)
    assert "(g, 1.2 s; tokens read 100, said 20, thought 5; less than €0.01; prompt 2)" in said
    assert "2 answers of language models, 125 tokens" in said


def test_it_is_told_in_french():
    said = text(LIVE, language="fr").replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "**Message aiguillé** (g, 1,2 s ; jetons lus 100, dits 20, pensés 5 ; moins de 0,01 €" in said


@pytest.mark.parametrize(
    ("cost", "words"),
    [(None, "price not known"), (0.0, "no cost"), (0.009, "less than €0.01"), (1.239, "€1.24")],
)
def test_a_price_is_never_guessed(cost, words):
    assert f"; {words};" in text(LIVE.model_copy(update={"cost_eur": cost}))


def test_a_sum_with_one_unknown_price_is_unknown():
    assert "250 tokens, price not known" in text(LIVE, LIVE.model_copy(update={"cost_eur": None}))


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("resting", "it rests after failures"),
        ("wrong answer", "its answers were wrong"),
        ("TimeoutError", "it did not answer in time"),
        ("503", "its endpoint answered 503"),
        ("JSONDecodeError", "JSONDecodeError"),
    ],
)
def test_who_did_not_answer_is_named_with_the_reason(why, words):
    step = OFFLINE[0].model_copy(update={"skipped": (f"gemini:g: {why}",)})
    assert f"- `gemini:g` was not used: {words}" in text(step)


def test_several_drafts_are_folded_with_what_was_found_in_each():
    head, steps, drafts = shown(LIVE, *LOOP)
    assert "Wrote a draft" not in head.md + steps.md
    assert drafts.fold == "2 drafts until the end of the loop"
    assert "- found: The draft differed from what you asked (cores), so it was not used." in drafts.md


def test_an_agent_that_nobody_knows_is_told_all_the_same():
    assert "Asked the librarian" in text(TraceStep(agent="librarian", served_by="rules", did="read"))


def test_the_longest_loop_fits_a_message():
    steps = (LIVE, *(LOOP * 10))
    assert sum(len(part.md) for part in shown(*steps)) < 12_000


def card_of(state, trace=OFFLINE):
    from tests.unit.chat.test_run_card import card_of

    return card_of(state, proposal=runs.proposal(trace=trace))


def actions(card):
    return [button.action for part in card.parts if isinstance(part, Buttons) for button in part.items]


@pytest.mark.parametrize("state", list(RunState))
def test_a_card_that_stands_still_offers_to_tell_how_it_came_about(state):
    assert ("trace" in actions(card_of(state))) is (state in TELLING)


def test_it_is_the_last_button_of_a_decision_and_carries_the_run():
    buttons = next(part for part in card_of("planned").parts if isinstance(part, Buttons))
    assert [button.action for button in buttons.items] == ["approve", "edit", "discard", "trace"]
    assert buttons.items[-1].value == buttons.items[0].value
    assert buttons.items[-1].style == "default"


def test_a_run_without_steps_offers_nothing():
    assert "trace" not in actions(card_of("planned", trace=()))
