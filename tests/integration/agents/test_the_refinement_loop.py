"""Draft, lint, review, mend: whatever a drafter gets wrong is found, named, and mended or laid aside."""

import json

import pytest

from agents.crew import AdkCrew, Beside, CrewSettings
from iac.spec import Limits
from tests.integration.agents.gemini import FakeGemini
from tests.integration.agents.world import Desk, Seen, Talk, keys, sizes

FULL = "ubuntu 24.04 4c/8g/60g named api01"
TWO = "two debian 12, 2c/4g/40g, named app01 and app02"
EXPECTED = [("ubuntu-2404-cloud", 4, 8192, 60)]
MOST = 10


class Manifests:
    """Terraform's reading: takes everything, or has this against the draft."""

    def __init__(self, *faults):
        self.told, self.asked = faults, 0

    async def faults(self, guests):
        self.asked += 1
        return self.told


def talk(gemini=None, manifests=None):
    models = (gemini.link(),) if gemini else ()
    settings = CrewSettings(Limits(), models=models)
    return Talk(AdkCrew(settings, Seen(), Desk(), Beside(manifests=manifests)))


def asked_of(payload):
    return json.loads(payload["contents"][0]["parts"][0]["text"])


def wrong_once(change):
    """A drafter that makes one mistake, and a refiner that mends it when it is told."""

    def drafter(payload):
        draft = asked_of(payload)["asked"]
        change(draft)
        return draft

    return FakeGemini({"drafter": drafter})


def guest(**values):
    return lambda draft: draft["guests"][0].update(values)


MISTAKES = {
    "another environment": (lambda d: d.update(environment="prod"), "crew.review.unasked"),
    "an environment that is none": (lambda d: d.update(environment="mars"), "crew.review.environment"),
    "another name": (guest(name="api02"), "crew.review.unasked"),
    "a name that is taken": (guest(name="web01"), "crew.review.unasked"),
    "a name that is none": (guest(name='${file("x")}'), "crew.review.unasked"),
    "another size": (guest(cores=8), "crew.review.unasked"),
    "more than the limit": (guest(memory_mb=10**9), "crew.review.unasked"),
    "a template that is none": (guest(template="kali"), "crew.review.unasked"),
    "a node that is none": (guest(node="moon"), "crew.review.unasked"),
    "a storage nobody asked for": (guest(storage="ceph-vm"), "crew.review.unasked"),
    "a network that is none": (guest(network="vmbr9"), "crew.review.unasked"),
    "a pool nobody asked for": (guest(pool="prod"), "crew.review.unasked"),
    "high availability nobody asked for": (guest(is_ha=True), "crew.review.unasked"),
    "one guest too many": (lambda d: d["guests"].append(d["guests"][0]), "crew.review.twice"),
    "far too many guests": (lambda d: d.update(guests=d["guests"] * 90), "crew.review.too_many"),
    "no guest at all": (lambda d: d.update(guests=[]), "crew.review.unasked"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_a_mistake_of_the_drafter_is_named_and_mended(mistake):
    change, key = MISTAKES[mistake]
    proposal = await talk(wrong_once(change)).proposal(FULL)
    assert sizes(proposal) == EXPECTED
    assert (proposal.guests[0].name, proposal.environment) == ("api01", "dev")
    assert (proposal.review.is_approved, proposal.review.attempt, proposal.review.issues) == (True, 2, ())
    lints = [step for step in proposal.trace if step.agent == "linter"]
    assert [bool(step.found) for step in lints] == [True, False]
    assert key in {sentence.key for sentence in lints[0].found}


async def test_what_was_wrong_is_what_the_refiner_is_told():
    gemini = wrong_once(guest(cores=8))
    await talk(gemini).proposal(FULL)
    (mended,) = [asked for asked in gemini.asked if gemini._agent(asked) == "refiner"]
    told = asked_of(mended)
    assert told["issues"][0]["where"] == "guests.api01.cores"
    assert told["draft"]["guests"][0]["cores"] == 8


async def test_two_guests_that_were_swapped_are_told_apart():
    def swap(draft):
        first, second = draft["guests"]
        first["name"], second["name"] = second["name"], first["name"]
        first["cores"] = 9

    proposal = await talk(wrong_once(swap)).proposal(TWO)
    assert [(g.name, g.cores) for g in proposal.guests] == [("app01", 2), ("app02", 2)]


async def test_a_loop_that_never_converges_ends_after_ten_with_what_was_wrong_and_the_persons_own_words():
    stubborn = {"environment": "prod", "guests": []}
    proposal = await talk(FakeGemini({"drafter": stubborn, "refiner": stubborn})).proposal(FULL)
    assert sizes(proposal) == EXPECTED
    found = [issue.problem.key for issue in proposal.review.issues]
    assert found == ["crew.review.own_draft", "crew.review.unasked", "crew.review.unasked"]
    assert proposal.review.attempt == MOST
    drafts = [step for step in proposal.trace if step.agent in {"drafter", "refiner"}]
    assert len(drafts) == MOST


async def test_a_reviewer_that_objects_has_its_objections_put_to_the_refiner():
    seen = []

    def reviewer(payload):
        seen.append(payload)
        return {"objections": ["the name is not to my taste"] if len(seen) == 1 else []}

    def drafter(payload):
        return asked_of(payload)["asked"]

    gemini = FakeGemini({"reviewer": reviewer, "drafter": drafter})
    proposal = await talk(gemini).proposal(FULL)
    assert proposal.review.is_approved
    assert sizes(proposal) == EXPECTED


async def test_no_reviewer_can_hold_up_the_persons_own_words():
    gemini = FakeGemini({"reviewer": {"objections": ["never"]}})
    proposal = await talk(gemini).proposal(FULL)
    assert (proposal.review.is_approved, proposal.review.attempt) == (True, 1)


async def test_what_terraform_has_against_a_draft_is_a_sentence_and_nothing_is_proposed():
    manifests = Manifests("Error: Unsupported block type")
    reply = await talk(manifests=manifests).reply(FULL)
    assert keys(reply) == ["crew.review.manifest"]
    assert reply.sentences[0].values["why"] == "Error: Unsupported block type"
    assert manifests.asked == 1


async def test_terraform_reads_only_drafts_that_passed_the_rules():
    manifests = Manifests()
    await talk(wrong_once(guest(cores=8)), manifests).proposal(FULL)
    assert manifests.asked == 1


async def test_offline_one_draft_is_linted_once_and_right():
    proposal = await talk(manifests=Manifests()).proposal(FULL)
    assert [step.agent for step in proposal.trace][-3:] == ["drafter", "linter", "reviewer"]
    assert proposal.trace[-2].found == ()


async def test_the_trace_keeps_no_megabyte_of_a_models_names():
    guests = [{"name": "x" * 3_000, "template": "t", "cores": 1, "memory_mb": 1, "disk_gb": 1}] * 18
    huge = {"environment": "y" * 3_000, "guests": guests}
    proposal = await talk(FakeGemini({"drafter": huge, "refiner": huge})).proposal(FULL)
    assert sizes(proposal) == EXPECTED
    kept = json.dumps([step.model_dump(mode="json") for step in proposal.trace])
    assert "x" * 200 not in kept
    assert len(kept) < 40_000
    assert all(len(step.found) <= 11 for step in proposal.trace)


async def test_the_trace_holds_no_word_of_a_prompt_a_message_or_a_secret():
    gemini = wrong_once(guest(cores=8))
    proposal = await talk(gemini).proposal(f"{FULL}, for the zebra project")
    kept = json.dumps([step.model_dump(mode="json") for step in proposal.trace])
    prompts = [asked["systemInstruction"]["parts"][0]["text"] for asked in gemini.asked]
    assert "zebra" not in kept
    assert all(line not in kept for prompt in prompts for line in prompt.splitlines() if len(line) > 20)
