"""Commands in a thread: an admin freezes and releases, everybody may ask what they hold, nobody else is obeyed."""

from dataclasses import replace

import pytest

from agents.models.purse import Spent
from bot.chat.port import Actor, Commanded
from bot.domain.budget import Budget
from bot.domain.quota import Quota, Quotas
from bot.domain.run import RunState
from bot.settings import PersonSetting
from bot.store.freezes import SqlFreezes
from bot.store.usage import SqlUsage
from bot.wiring.people import book_of
from tests.fixtures.flow import HERE
from tests.fixtures.ruled import PEOPLE

ERIN = PersonSetting(id="test:erin", name="Erin", roles=("requester", "admin"))


@pytest.fixture
def command(flow):
    """Say a command; the last message it caused: kind, key, card."""
    flow.commanding = replace(flow.commanding, people=book_of((*PEOPLE, ERIN)))

    async def call(person, name, text=""):
        who = Actor("test", person, person.title())
        key = f"c{next(flow.keys)}"
        await flow.commanding.command(Commanded(key, HERE, who, name=name, text=text))
        return (await flow.messages())[-1]

    return call


async def test_an_admin_freezes_in_the_open_and_releases_again(flow, command):
    kind, _, card = await command("erin", "freeze", "storage move")
    assert kind == "post"
    assert "Erin has frozen all changes (storage move)" in card
    assert (await SqlFreezes(flow.database).current()).by == "test:erin"
    kind, _, card = await command("erin", "unfreeze")
    assert kind == "post"
    assert "lifted the freeze" in card
    assert await SqlFreezes(flow.database).current() is None


async def test_a_second_freeze_names_the_first(flow, command):
    await SqlFreezes(flow.database).freeze("test:bob", "", 1.0)
    assert "frozen by Bob already" in (await command("erin", "freeze"))[2]


@pytest.mark.parametrize("person", ["alice", "bob", "mallory"])
@pytest.mark.parametrize("name", ["freeze", "unfreeze", "geler", "dégeler"])
async def test_nobody_else_is_obeyed_and_the_no_is_private(flow, command, person, name):
    await SqlFreezes(flow.database).freeze("test:erin", "", 1.0) if "un" in name or "dé" in name else None
    before = await SqlFreezes(flow.database).current()
    kind, _, _ = await command(person, name)
    assert kind == "whisper"
    assert await SqlFreezes(flow.database).current() == before


@pytest.mark.parametrize(("name", "text"), [("quota", ""), ("threadform", "quota")])
async def test_a_command_without_a_language_is_answered_as_the_person_last_asked(flow, command, name, text):
    assert "machines: 0" in (await command("alice", name, text))[2]
    flow.world.answer = flow.world.answer.model_copy(update={"language": "fr"})
    await flow.planned("alice")
    assert "mémoire" in (await command("alice", name, text))[2]
    assert "memory" in (await command("bob", name, text))[2]


async def test_when_it_is_lifted_what_waits_is_rung_for_at_once(flow, command):
    run = await flow.approved()
    await command("erin", "freeze")
    await flow.applying.apply(run.id)
    assert (await flow.newest()).state is RunState.APPROVED
    flow.world.rung.clear()
    assert "1 approved run" in (await command("erin", "unfreeze"))[2]
    assert ("apply", run.id) in flow.world.rung


async def test_what_a_person_holds_is_told_to_them_alone(flow, command):
    await flow.planned()
    flow.commanding = replace(flow.commanding, quotas=Quotas(anybody=Quota("", guests=3, memory_mb=16384)))
    kind, _, card = await command("alice", "quota")
    assert kind == "whisper"
    for line in ("machines: 1 of 3", "cores: 4", "memory: 8 of 16 GB", "disk: 60 GB"):
        assert line in card


async def test_what_a_persons_requests_used_of_live_models_is_told_to_them_alone(flow, command):
    usage = SqlUsage(flow.database, Budget(person_tokens=5_000), flow.world.now)
    await usage.pay(Spent(person="test:alice", model="gemini:g", tokens_in=1_200, cost_eur=0.02))
    flow.commanding = replace(flow.commanding, usage=usage, budget=usage.budget)
    kind, _, card = await command("alice", "quota")
    assert kind == "whisper"
    assert "tokens: 1,200 of 5,000" in card
    assert "cost: 0.02 EUR" in card


async def test_the_word_decides_the_language(command):
    assert "a gelé tous les changements" in (await command("erin", "geler", "maintenance"))[2]
    assert "just write what you need" in (await command("erin", "help"))[2]


@pytest.mark.parametrize(("name", "text"), [("nuke", ""), ("threadform", "explode all"), ("freeze", "x" * 301)])
async def test_what_is_no_command_does_nothing_and_says_what_there_is(flow, command, name, text):
    kind, _, _ = await command("erin", name, text)
    assert kind == "whisper"
    assert await SqlFreezes(flow.database).current() is None


async def test_a_platform_s_own_command_carries_ours(flow, command):
    await command("erin", "/threadform", "freeze moving house")
    assert (await SqlFreezes(flow.database).current()).reason == "moving house"


async def test_a_command_heard_twice_is_answered_once(flow):
    flow.commanding = replace(flow.commanding, people=book_of((*PEOPLE, ERIN)))
    event = Commanded("same", HERE, Actor("test", "erin", "Erin"), name="freeze", text="why")
    for _ in range(2):
        await flow.commanding.command(event)
    answers = [card for _, key, card in await flow.messages() if key == "answer:same"]
    assert len(answers) == 1
    assert "has frozen" in answers[0]
