"""What a person is told about their use of language models, and what ``threadform usage`` prints."""

import json

import pytest

from agents.models.purse import Spent
from bot.__main__ import main
from bot.chat.words import Words
from bot.domain.budget import Budget, Used, usage_of
from bot.settings import Settings
from bot.store.database import open_database
from bot.store.upgrading import upgrade
from bot.store.usage import SqlUsage

ALICE = Used("web:alice", "gemini:g", 3, 2_000, 400, 100, 12_340_000, 0)
BOB = Used("web:bob", "openai:m", 1, 50, 50, 0, 0, 1)
NOW = 1_795_000_000.0


def told(budget, person, *used, language="en"):
    words = Words.load()
    return [words.say(sentence, language) for sentence in usage_of(budget, person, used)]


def test_who_used_nothing_where_nothing_is_bounded_hears_nothing():
    assert told(Budget(), "web:carol", ALICE, BOB) == []


def test_what_was_used_is_told_beside_what_may_be():
    assert told(Budget(person_tokens=50_000, person_eur=5), "web:alice", ALICE, BOB)[1:] == [
        "- tokens: 2,500 of 50,000",
        "- cost: 0.01 of 5 EUR",
    ]


def test_a_price_that_is_not_known_is_said_so():
    assert told(Budget(), "web:bob", ALICE, BOB)[-1] == "- cost: 0 EUR, and 1 answers whose price is not known"


def test_a_month_that_is_spent_for_everybody_is_told_to_everybody():
    assert "épuisé" in told(Budget(month_tokens=2_600), "web:carol", ALICE, BOB, language="fr")[-1]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("THREADFORM_HOME", str(tmp_path))
    return tmp_path


async def use(*spent):
    upgrade(Settings().database)
    database = open_database(Settings().database)
    for each in spent:
        await SqlUsage(database, Budget(), lambda: NOW).pay(each)
    await database.close()


async def test_the_command_prints_the_month_by_person_and_model(home, capsys):
    await use(
        Spent(person="web:alice", model="gemini:g", tokens_in=2_000, tokens_out=400, cost_eur=0.01),
        Spent(person="web:nobody", model="openai:m", tokens_in=50, cost_eur=None),
    )
    lines = _printed(["usage", "--month", "2026-11"], capsys)
    assert lines[1].split() == ["Alice", "gemini:g", "1", "2,000", "400", "0", "0.0100"]
    assert lines[2].split() == ["web:nobody", "openai:m", "1", "50", "0", "0", "not", "known"]
    assert lines[3].startswith("together: 2,450 tokens, EUR 0.0100; some answers have no price")
    as_json = json.loads("\n".join(_printed(["usage", "--month", "2026-11", "--json"], capsys)))
    assert [line["cost_eur"] for line in as_json] == [0.01, None]


async def test_a_month_without_use_is_said_in_a_sentence(home, capsys):
    await use()
    assert _printed(["usage", "--month", "2026-10"], capsys) == ["No live model was used in 2026-10."]


def test_what_is_no_month_is_refused(home, capsys):
    assert main(["usage", "--month", "november"]) == 2
    assert "write it as 2026-11" in capsys.readouterr().err


def test_looking_makes_no_database(home, capsys):
    assert main(["usage"]) == 1
    assert "threadform migrate" in capsys.readouterr().err
    assert list(home.iterdir()) == []


def _printed(argv, capsys):
    capsys.readouterr()
    import threading

    # A command has an event loop of its own, and this test has one already.
    thread = threading.Thread(target=main, args=(argv,))
    thread.start()
    thread.join()
    return capsys.readouterr().out.rstrip().split("\n")
