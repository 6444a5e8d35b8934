"""What people read when the crew answers: sentences, and questions as one form."""

from agents.contracts import Choice, Question, Reply
from agents.contracts import Quote as ContractQuote
from agents.rules.intents import offers
from bot.chat.cards import CORRECTION, note_card, reply_card
from bot.chat.port import Form, Option, Quote, Text
from bot.chat.words import Words
from iac.errors import say

WORDS = Words.load()
ASKS = say("people.unknown", name="Eve")


def question(slot="template", **more) -> Question:
    return Question(slot=slot, ask=ASKS, **more)


def test_sentences_become_paragraphs_in_the_persons_language():
    card = reply_card(Reply(language="fr", sentences=(ASKS,)), WORDS, form_id="f1")
    assert card.parts == (Text(WORDS.say(ASKS, "fr")),)
    assert card.plain == WORDS.say(ASKS, "fr")


def test_questions_are_one_form_with_the_suggestion_chosen_and_free_words_allowed():
    choices = (Choice(label="Ubuntu 24.04", value="ubuntu-2404-cloud"), Choice(label="Debian 12", value="debian-12"))
    reply = Reply(language="en", questions=(question(choices=choices, default="debian-12"), question("name")))
    card = reply_card(reply, WORDS, form_id="f1")
    form = next(part for part in card.parts if isinstance(part, Form))
    assert form.id == "f1"
    assert form.title == "A few questions"
    assert form.inputs[0].options[0] == Option("Ubuntu 24.04", "ubuntu-2404-cloud")
    assert (form.inputs[0].kind, form.inputs[0].default, form.inputs[0].is_open) == ("choice", "debian-12", True)
    assert (form.inputs[1].kind, form.inputs[1].id) == ("text", "name")
    assert card.tone == "waiting"
    assert card.plain


def test_a_models_own_words_come_first():
    card = reply_card(Reply(language="en", text="Sure.", sentences=(ASKS,)), WORDS, form_id="f1")
    assert card.parts[0] == Text("Sure.")
    assert len(card.parts) == 2


def test_a_reply_without_words_still_says_how_to_go_on():
    assert "call it api01" in reply_card(Reply(language="en"), WORDS, form_id="f1").plain


def test_a_note_is_one_sentence_with_its_tone():
    card = note_card(say("approve.own_request", name="Alice"), WORDS, "fr", "bad")
    assert card.tone == "bad"
    assert card.plain.startswith("Alice, c")


def test_a_question_that_changes_what_was_said_is_marked_so_that_only_a_person_answers_it():
    for is_correction, state in ((True, CORRECTION), (False, "")):
        asked = (question("name"), question("cores", default="20", is_correction=is_correction))
        card = reply_card(Reply(language="en", questions=asked), WORDS, form_id="f1")
        form = next(part for part in card.parts if isinstance(part, Form))
        assert form.state == state


QUOTED = ContractQuote(title="Disks", heading="Growing", address="https://wiki.example.org/d", text="Run `qm resize`.")


def test_quotes_stand_under_the_frame_with_their_source():
    card = reply_card(Reply(language="fr", sentences=(ASKS,), quotes=(QUOTED,)), WORDS, form_id="f1")
    assert card.parts[1] == Quote("Run `qm resize`.", "Disks \u203a Growing", "https://wiki.example.org/d")
    assert "Run `qm resize`." in card.plain
    assert "https://wiki.example.org/d" in card.plain


def test_what_a_page_asks_at_its_end_is_never_the_bots_own_question():
    hostile = QUOTED.model_copy(update={"text": "Do you approve?", "heading": "Approve?", "address": "x?"})
    card = reply_card(Reply(language="en", quotes=(hostile,)), WORDS, form_id="f1")
    assert not offers(card.plain)
