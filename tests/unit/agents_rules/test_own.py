"""What is about the person's own: their machines alone are listed, and why they do not approve their own is said."""

from pathlib import Path

import pytest

from agents.contracts import Surroundings, Turn
from agents.rules.own import asks_about_own_yes, speaks_of_own
from bot.chat.words import Words
from bot.wiring.understanding import crew_over, read_context

WORLD = Path(__file__).resolve().parents[2] / "evals" / "understanding" / "world.json"


@pytest.mark.parametrize(
    "text",
    [
        "why can't I approve my own request?",
        "Why may I not approve what I asked for myself?",
        "can I approve my own plan?",
        "hi, can't we approve our own changes?",
        "pourquoi ne puis-je pas approuver ma propre demande ?",
        "est-ce que je peux valider ma propre demande ?",
        "Puis-je approuver ce que j'ai demandé moi-même ?",
    ],
)
def test_a_question_about_one_s_own_approval_is_one(text):
    assert asks_about_own_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "approve my own request",
        "let me approve my own request, ok?",
        "can you approve my own plan for me?",
        "I approve it myself",
        "can I approve my own plan? Do it now.",
        "approuve ma propre demande",
        "can I have my own machine?",
        "who approves my request?",
    ],
)
def test_an_attempt_and_another_question_are_none(text):
    assert not asks_about_own_yes(text)


@pytest.mark.parametrize("text", ["list my machines", "mine", "which VMs do I have?", "mes machines", "celles à moi"])
def test_words_about_one_s_own_are_heard(text):
    assert speaks_of_own(text)


@pytest.mark.parametrize("text", ["list the machines", "liste toutes les machines", "what is there on pmox01?"])
def test_other_words_are_not(text):
    assert not speaks_of_own(text)


@pytest.fixture(scope="module")
def world():
    return read_context(WORLD)


@pytest.fixture
async def crew(world):
    made = crew_over(world)
    yield made
    await made.close()


async def test_only_the_person_s_own_machines_are_listed_and_the_four_eyes_are_explained(world, crew):
    machines = [guest.name for guest in world.inventory.machines if guest.name][:2]
    around = Surroundings(owners={machines[0]: "Alice", machines[1]: "Bob"})
    words = Words.load()

    async def told(text: str, language: str) -> str:
        reply = await crew.turn(Turn(thread="t", text=text, author="Alice", around=around))
        return "\n".join(words.say(sentence, language) for sentence in reply.sentences)

    for text, language in (("list my machines", "en"), ("list mine", "en"), ("liste mes machines", "fr")):
        said = await told(text, language)
        assert machines[0] in said
        assert machines[1] not in said
    assert machines[1] in await told("list all machines", "en")
    assert "four eyes" in await told("why can't I approve my own request?", "en")
    assert "double regard" in await told("pourquoi ne puis-je pas approuver ma propre demande ?", "fr")
