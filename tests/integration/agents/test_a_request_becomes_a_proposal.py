"""The main job, offline: a sentence in English or French becomes a typed proposal, or one card of questions."""

import pytest

from tests.integration.agents.world import Seen, Talk, crew, guest, keys, sizes

UBUNTU, DEBIAN, ROCKY = "ubuntu-2404-cloud", "debian-12-cloud", "rocky-9-cloud"
ENGLISH = "4c/8g ubuntu 24.04, 60 GB, call it api01"
FRENCH = "je veux une VM ubuntu 24.04 avec 4 coeurs, 8 Go et 60 Go de disque pour staging, appelle-la api01"


@pytest.fixture
def talk():
    return Talk(crew())


async def test_a_complete_request_is_a_proposal_with_its_place_and_reasons(talk):
    proposal = await talk.proposal(ENGLISH)
    assert (proposal.intent, proposal.environment, proposal.language) == ("create", "dev", "en")
    assert sizes(proposal) == [(UBUNTU, 4, 8192, 60)]
    assert proposal.guests[0].name == "api01"
    assert proposal.review.is_approved
    (strategy,) = proposal.strategy
    assert strategy.node == "pmox01"
    assert strategy.reasons
    assert {v.node for v in strategy.verdicts} == {"pmox01", "pmox02", "pmox03", "pmox04"}


async def test_the_french_sentence_of_the_readme_works_in_french(talk):
    proposal = await talk.proposal(FRENCH)
    assert (proposal.environment, proposal.language) == ("staging", "fr")
    assert sizes(proposal) == [(UBUNTU, 4, 8192, 60)]


async def test_every_agent_leaves_its_step_in_the_trace(talk):
    proposal = await talk.proposal(ENGLISH)
    agents = [step.agent for step in proposal.trace]
    assert agents == ["manager", "validator", "collector", "analyser", "drafter", "linter", "reviewer"]
    assert {step.served_by for step in proposal.trace} == {"rules"}
    assert set(proposal.trace[2].tools) == {"nodes", "templates", "storages", "networks", "guests"}


async def test_the_cluster_is_read_once_a_turn():
    cluster = Seen()
    await Talk(crew(cluster)).proposal(ENGLISH)
    assert cluster.reads == 1


@pytest.mark.parametrize(
    ("correction", "expected"),
    [
        ("make it 16 GB instead", (UBUNTU, 4, 16384, 60)),
        ("plutôt 16 Go", (UBUNTU, 4, 16384, 60)),
        ("non, 2 coeurs", (UBUNTU, 2, 8192, 60)),
        ("100 GB of disk please", (UBUNTU, 4, 8192, 100)),
        ("use debian 12 instead", (DEBIAN, 4, 8192, 60)),
        ("double the memory", (UBUNTU, 4, 16384, 60)),
        ("2 more cores", (UBUNTU, 6, 8192, 60)),
        ("ajoute 20 Go de disque", (UBUNTU, 4, 8192, 80)),
    ],
)
async def test_a_correction_changes_one_thing_and_keeps_the_rest(talk, correction, expected):
    await talk.proposal(ENGLISH)
    proposal = await talk.proposal(correction)
    assert sizes(proposal) == [expected]
    assert proposal.guests[0].name == "api01"


@pytest.mark.parametrize(
    ("asked", "then", "each"),
    [
        ("3 debian 12 vms 2c/4g 20 GB", "make it 8 GB of memory", ("debian-12-cloud", 2, 8192, 20)),
        ("trois VM debian 12 2c/4g 20 Go", "plutôt 8 Go de RAM", ("debian-12-cloud", 2, 8192, 20)),
        ("3 debian 12 vms with 4 GB", "4 cores, 30 GB disk", ("debian-12-cloud", 4, 4096, 30)),
    ],
)
async def test_a_later_word_about_several_machines_keeps_their_number(talk, asked, then, each):
    await talk.say(asked)
    assert sizes(await talk.proposal(then)) == [each] * 3


async def test_a_request_can_be_renamed_and_sent_to_another_node_or_environment(talk):
    await talk.proposal(ENGLISH)
    assert (await talk.proposal("call it web02")).guests[0].name == "web02"
    assert (await talk.proposal("put it on pmox03")).guests[0].node == "pmox03"
    assert (await talk.proposal("plutôt en prod")).environment == "prod"


async def test_one_of_several_guests_can_be_changed_by_its_name(talk):
    await talk.proposal("deux rocky 9 2c/4g/40g nommées app01 et app02")
    proposal = await talk.proposal("make app02 8 cores")
    assert [(g.name, g.cores) for g in proposal.guests] == [("app01", 2), ("app02", 8)]


async def test_two_kinds_of_guests_in_one_sentence(talk):
    proposal = await talk.proposal("il me faut deux VM : une rocky 9 en 4c/8g/60g et une debian 12 en 2c/4g/30g")
    assert sizes(proposal) == [(ROCKY, 4, 8192, 60), (DEBIAN, 2, 4096, 30)]
    assert len({g.name for g in proposal.guests}) == 2


async def test_a_count_and_a_prefix_name_every_guest(talk):
    proposal = await talk.proposal("three debian 12 machines, 1 vcpu, 2 GB ram, 20 GB disk, prefix chaos-")
    assert [g.name for g in proposal.guests] == ["chaos-1", "chaos-2", "chaos-3"]


async def test_a_name_is_never_asked_for_and_is_the_same_every_time():
    text = "debian 12, 2 cores, 4 GB, 40 GB"
    first, second = [(await Talk(crew()).proposal(text)).guests[0].name for _ in range(2)]
    other = (await Talk(crew(), thread="web:team:general:2").proposal(text)).guests[0].name
    assert first == second != other
    assert first.startswith("debian-")


async def test_a_new_request_in_the_same_thread_gets_another_name(talk):
    first = await talk.proposal("debian 12, 2 cores, 4 GB, 40 GB")
    second = await talk.proposal("create another debian vm, 2 cores, 4 GB, 40 GB")
    assert first.guests[0].name != second.guests[0].name


async def test_a_guest_of_this_thread_that_exists_is_changed_and_not_made_again():
    talk = Talk(crew())
    await talk.proposal(ENGLISH)
    talk.crew = crew(Seen(guest(300, "api01", "pmox01")))
    proposal = await talk.proposal("make it 16 GB")
    assert (proposal.intent, proposal.strategy) == ("change", ())
    assert sizes(proposal) == [(UBUNTU, 4, 16384, 60)]


async def test_a_clone_takes_the_sizes_of_its_source(talk):
    proposal = await talk.proposal("à partir du template 100, fais-moi vpn01 sur pmox02")
    assert sizes(proposal) == [(UBUNTU, 2, 2048, 10)]
    assert (proposal.guests[0].name, proposal.guests[0].node) == ("vpn01", "pmox02")


async def test_what_a_plan_does_not_take_over_is_said(talk):
    proposal = await talk.proposal(ENGLISH + ", ip 10.20.0.31/24, for two weeks")
    assert [n.key for n in proposal.notes] == ["crew.left_out.ip"]


async def test_how_long_it_is_wanted_goes_into_the_plan(talk):
    proposal = await talk.proposal(ENGLISH + ", for two weeks")
    assert proposal.notes == ()
    assert proposal.understood.slots["ttl_hours"] == 336


async def test_everything_missing_is_asked_on_one_card_with_choices_and_a_default(talk):
    reply = await talk.reply("could you make me a linux machine?")
    assert [q.slot for q in reply.questions] == ["image", "cores", "memory", "disk"]
    assert all(q.default in [c.value for c in q.choices] for q in reply.questions)
    assert [c.value for c in reply.questions[0].choices] == [DEBIAN, ROCKY, UBUNTU]


async def test_only_what_is_missing_is_asked(talk):
    reply = await talk.reply("une VM ubuntu 24.04 avec 4 Go de RAM et 50 Go de disque sur pmox03")
    assert [q.slot for q in reply.questions] == ["cores"]
    proposal = await talk.proposal("2")
    assert sizes(proposal) == [(UBUNTU, 2, 4096, 50)]
    assert (proposal.guests[0].node, proposal.language) == ("pmox03", "fr")


@pytest.mark.parametrize("yes", ["yes", "oui", "ok", "go ahead", "d'accord", "use the defaults", "par défaut"])
async def test_a_plain_yes_takes_the_suggested_values(talk, yes):
    await talk.reply("a debian vm please")
    assert sizes(await talk.proposal(yes)) == [(DEBIAN, 2, 4096, 40)]


@pytest.mark.parametrize("answer", ["4, 8, 60", "4 cores, 8 GB, 60 GB", "4c/8g/60g", "4 8 60"])
async def test_bare_answers_fill_what_was_asked_in_order(talk, answer):
    await talk.reply("a debian vm please")
    assert sizes(await talk.proposal(answer)) == [(DEBIAN, 4, 8192, 60)]


async def test_typed_choices_of_the_card_complete_the_request(talk):
    await talk.reply("I need a vm")
    proposal = await talk.proposal(image=ROCKY, cores="2", memory="4 GB", disk="40 GB")
    assert sizes(proposal) == [(ROCKY, 2, 4096, 40)]


async def test_half_an_answer_leaves_the_other_half_open(talk):
    await talk.reply("I need a vm")
    assert [q.slot for q in (await talk.reply("debian, 2 cores")).questions] == ["memory", "disk"]
    assert keys(await talk.reply("blorp"))[0] == "crew.unclear_answer"
    assert sizes(await talk.proposal("4 GB and 40 GB")) == [(DEBIAN, 2, 4096, 40)]


async def test_a_question_in_between_forgets_nothing(talk):
    await talk.reply("a debian vm with 2 cores and 4 GB of ram")
    assert keys(await talk.reply("list the templates"))[0] == "answer.templates"
    assert sizes(await talk.proposal("60")) == [(DEBIAN, 2, 4096, 60)]


async def test_cancelling_forgets_the_request(talk):
    await talk.reply("a debian vm please")
    assert keys(await talk.reply("never mind")) == ["crew.cancel"]
    assert keys(await talk.reply("60"))[0] == "crew.unclear"


@pytest.mark.parametrize("name", ["deb02", "dev02", "tomcat01", "enroll01", "isis01", "into-db", "to-do01", "derby"])
@pytest.mark.parametrize(
    "request_", ["2c/4g debian 12, 20 GB, call it {}", "une vm debian 12, 2 coeurs, 4 Go, 20 Go, appelle-la {}"]
)
async def test_a_name_that_begins_like_a_small_word_is_kept_whole(name, request_):
    proposal = await Talk(crew()).proposal(request_.format(name))
    assert [guest.name for guest in proposal.guests] == [name]
