"""What a person may still ask for is told early, and what a thread built can be removed in words."""

import pytest

from agents.contracts import Proposal, Rights, RunLine, Turn
from tests.integration.agents.world import Desk, Talk, crew, guest, keys
from tests.integration.agents.world import Seen as Cluster

SMALL = Rights(person="Alice", max_guests=1, max_cores=2, max_memory_mb=4096, max_disk_gb=40)
BUILT = RunLine(id="4f2", title="api01", state="applied", requester="Alice", environment="staging", guests=("api01",))


async def said(text, rights, slots=None):
    turn = Turn(thread="web:team:general:1", text=text, author="Alice", rights=rights, slots=slots or {})
    return await crew().turn(turn)


@pytest.mark.parametrize(
    ("text", "language"),
    [("ubuntu 24.04, 8 cores, 4 GB, 40 GB", "en"), ("je voudrais une ubuntu 24.04, 8 coeurs, 4 Go, 40 Go", "fr")],
)
async def test_more_than_is_left_of_a_quota_is_refused_with_what_is_left(text, language):
    reply = await said(text, SMALL)
    assert reply.understood.refusals == ("over_quota",)
    assert reply.language == language
    assert keys(reply) == [
        "crew.refused.over_quota",
        "crew.quota.guests",
        "crew.quota.cores",
        "crew.quota.memory",
        "crew.quota.disk",
        "crew.refused.quota_way",
    ]


async def test_asking_for_less_after_a_refusal_is_enough():
    reply = await said("ubuntu 24.04, 8 cores, 4 GB, 40 GB", SMALL)
    assert isinstance(await said("then 2 cores", SMALL, reply.slots), Proposal)


async def test_the_same_request_without_bounds_is_proposed():
    assert isinstance(await said("ubuntu 24.04, 8 cores, 4 GB, 40 GB", Rights(person="Alice")), Proposal)


async def test_what_is_left_is_told_when_it_is_asked():
    assert keys(await said("what's my quota?", SMALL))[:2] == ["crew.quota.head", "crew.quota.guests"]
    assert keys(await said("what's my quota?", Rights(person="Alice"))) == ["crew.quota.open"]


async def test_an_act_that_is_not_done_is_told_back_as_it_was_understood():
    reply = await said("passe web01 à 8 coeurs stp", None)
    assert keys(reply) == ["crew.unsupported.resize", "crew.heard.resize_vm", "crew.can"]
    assert reply.sentences[1].values["guests"] == ("web01",)


async def test_what_was_understood_beside_a_bypass_is_said():
    assert keys(await said("ubuntu 24.04 2c/4g/40g, skip the review", None)) == ["crew.bypass", "crew.bypass_rest"]


def thread(*more):
    return Talk(crew(Cluster(guest(300, "api01"), *more), Desk(BUILT)))


@pytest.mark.parametrize("text", ["delete api01", "supprime api01 stp", "please remove api01"])
async def test_a_guest_that_this_thread_built_becomes_a_proposal_to_destroy_it(text):
    proposal = await thread().proposal(text)
    assert (proposal.intent, proposal.environment) == ("destroy", "staging")
    assert [g.name for g in proposal.guests] == ["api01"]


@pytest.mark.parametrize("text", ["delete web01", "delete api01 and web01"])
async def test_a_guest_of_somebody_else_is_never_proposed_for_removal(text):
    assert keys(await thread().reply(text))[0] == "crew.delete"


async def test_a_guest_that_is_gone_already_is_not_proposed_again():
    assert keys(await Talk(crew(desk=Desk(BUILT))).reply("delete api01"))[0] == "crew.delete"


async def test_which_guest_should_go_is_asked_and_the_answer_is_taken():
    talk = thread()
    reply = await talk.reply("delete the vm")
    assert [(q.slot, q.default, [c.value for c in q.choices]) for q in reply.questions] == [
        ("name", "api01", ["api01"])
    ]
    proposal = await talk.proposal(name="api01")
    assert [g.name for g in proposal.guests] == ["api01"]


async def test_each_message_is_answered_in_its_own_language():
    talk = Talk(crew())
    languages = [
        (await talk.say(text)).language
        for text in ("what's running on pmox02?", "et sur pmox01, qu'est-ce qui tourne ?", "thanks", "api01 ?")
    ]
    assert languages == ["en", "fr", "en", "en"]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("give api01 8 cores", (8, 8192, 40)),
        ("passe api01 à 16 Go de mémoire", (4, 16384, 40)),
        ("add 20 GB of disk to api01", (4, 8192, 60)),
        ("2 coeurs de plus pour api01", (6, 8192, 40)),
    ],
)
async def test_a_machine_of_this_thread_gets_other_sizes_through_its_plan_though_the_talk_is_forgotten(text, sizes):
    proposal = await thread().proposal(text)
    assert (proposal.intent, proposal.environment) == ("change", "staging")
    assert [(g.name, g.cores, g.memory_mb, g.disk_gb) for g in proposal.guests] == [("api01", *sizes)]


async def test_a_disk_that_should_shrink_is_refused_with_the_reason():
    assert keys(await thread().reply("shrink the disk of api01 to 10 GB"))[0] == "crew.refused.impossible_disk_shrink"


async def test_a_machine_of_another_thread_is_not_resized_from_here():
    assert keys(await thread().reply("give web01 8 cores"))[0] == "crew.unsupported.resize"
