"""Real clients, real sockets: the crew through fake servers that are as strict as the real ones."""

import base64
import json

import httpx
import pytest
from google import genai
from google.genai import errors, types
from openai import AsyncOpenAI

from agents.models.links import ModelLink, Price
from agents.nodes.tools import NAMES
from tests.fixtures.brains import HOSTILE, honest
from tests.fixtures.gemini_wire import SKIP, GeminiWire
from tests.fixtures.openai_wire import OpenAiWire
from tests.fixtures.wire import PROMPTS, on_loopback
from tests.integration.agents.world import Seen, Talk, agents_of, crew, guest, keys, sizes

FULL = "ubuntu 24.04 4c/8g/60g named api01"
EXPECTED = [("ubuntu-2404-cloud", 4, 8192, 60)]
ASKED = ["cores", "memory", "disk"]
BRIEF = json.dumps({"text": "hello", "standing": False, "rules": {"intent": "smalltalk"}})


@pytest.fixture
def gemini():
    wire = GeminiWire(honest)
    with on_loopback(wire.app()) as url:
        wire.url = url
        yield wire


@pytest.fixture
def openai():
    wire = OpenAiWire(honest)
    with on_loopback(wire.app()) as url:
        wire.url = f"{url}/v1"
        yield wire


def to_gemini(wire, **more):
    return ModelLink("gemini", "gemini-3-pro", "k", wire.url, retry_s=0.01, **more)


def to_openai(wire, kind="openai", key="k", **more):
    return ModelLink(kind, "llama", key, wire.url, retry_s=0.01, **more)


async def ask_in_pieces(wire):
    client = genai.Client(api_key="k", http_options=types.HttpOptions(base_url=wire.url))
    config = types.GenerateContentConfig(system_instruction=PROMPTS["manager"])
    try:
        pieces = await client.aio.models.generate_content_stream(model="gemini-3-pro", contents=BRIEF, config=config)
        return [piece async for piece in pieces]
    finally:
        await client.aio.aclose()


async def test_googles_own_client_reads_an_answer_that_comes_in_pieces(gemini):
    pieces = await ask_in_pieces(gemini)
    assert len(pieces) == 2
    assert json.loads("".join(piece.text for piece in pieces))["intent"] == "smalltalk"
    assert pieces[-1].usage_metadata.thoughts_token_count == 11


async def test_googles_own_client_raises_its_own_errors(gemini):
    gemini.faults.append("429")
    with pytest.raises(errors.ClientError) as refused:
        await ask_in_pieces(gemini)
    assert (refused.value.code, refused.value.status) == (429, "RESOURCE_EXHAUSTED")


async def test_openais_own_client_reads_an_answer_that_comes_in_pieces(openai):
    messages = [{"role": "system", "content": PROMPTS["manager"]}, {"role": "user", "content": BRIEF}]
    async with AsyncOpenAI(api_key="k", base_url=openai.url) as client:
        stream = await client.chat.completions.create(model="llama", messages=messages, stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert json.loads(text)["intent"] == "smalltalk"


async def test_a_request_goes_all_the_way_and_every_signature_comes_back(gemini):
    proposal = await Talk(crew(models=(to_gemini(gemini, price=Price(1.0, 10.0)),))).proposal(FULL)
    assert sizes(proposal) == EXPECTED
    assert {step.served_by for step in agents_of(proposal)} == {"gemini:gemini-3-pro"}
    assert gemini.refused == []
    assert gemini.returned
    assert set(gemini.returned) <= gemini.given
    steps = agents_of(proposal)
    assert all(step.tokens_in > 100 and step.tokens_thoughts >= 11 and step.cost_eur > 0 for step in steps)


async def test_the_server_refuses_a_call_whose_signature_was_lost_or_changed(gemini):
    call = {"functionCall": {"name": "nodes", "args": {}}}
    result = {"functionResponse": {"name": "nodes", "response": {"rows": []}}}
    for signature, why in ((None, "missing"), (base64.b64encode(b"another").decode(), "Corrupted")):
        signed = call | ({"thoughtSignature": signature} if signature else {})
        contents = [
            {"role": "user", "parts": [{"text": BRIEF}]},
            {"role": "model", "parts": [signed]},
            {"role": "user", "parts": [result]},
        ]
        asked = {"contents": contents, "systemInstruction": {"parts": [{"text": PROMPTS["manager"]}]}}
        async with httpx.AsyncClient() as client:
            path = f"{gemini.url}/v1beta/models/gemini-3-pro:generateContent"
            answer = await client.post(path, json=asked, headers={"x-goog-api-key": "k"})
        assert (answer.status_code, why in answer.text) == (400, True)


async def test_gemini_takes_over_a_step_that_another_model_began(gemini, openai):
    """The first model dies between its calls and its answer: what it called has no signature."""
    openai.brain = lambda question: "prose" if question.results else honest(question)
    proposal = await Talk(crew(models=(to_openai(openai), to_gemini(gemini)))).proposal(FULL)
    assert sizes(proposal) == EXPECTED
    (looked,) = [step for step in proposal.trace if step.agent == "collector"]
    assert looked.served_by == "gemini:gemini-3-pro"
    assert gemini.refused == []
    assert gemini.returned == [SKIP]


async def test_another_model_takes_over_a_step_that_gemini_began(gemini, openai):
    gemini.brain = lambda question: "prose" if question.results else honest(question)
    proposal = await Talk(crew(models=(to_gemini(gemini), to_openai(openai)))).proposal(FULL)
    (looked,) = [step for step in proposal.trace if step.agent == "collector"]
    assert looked.served_by == "openai:llama"
    assert (openai.refused, gemini.refused) == ([], [])


async def test_an_openai_compatible_endpoint_does_the_whole_job(openai):
    proposal = await Talk(crew(models=(to_openai(openai),))).proposal(FULL)
    assert sizes(proposal) == EXPECTED
    assert {step.served_by for step in agents_of(proposal)} == {"openai:llama"}
    assert all(step.tokens_thoughts >= 7 for step in agents_of(proposal))
    assert openai.refused == []


async def test_a_server_of_ones_own_needs_no_key_and_reports_no_usage(openai):
    openai.key, openai.has_usage = None, False
    link = to_openai(openai, "local", "", price=Price(0, 0))
    proposal = await Talk(crew(models=(link,))).proposal(FULL)
    assert {step.served_by for step in agents_of(proposal)} == {"local:llama"}
    assert all(step.tokens_in > 50 and step.cost_eur == 0 for step in agents_of(proposal))


async def test_each_model_stands_in_for_the_one_before_it(gemini, openai):
    gemini.is_always = "503"
    proposal = await Talk(crew(models=(to_gemini(gemini, tries=1), to_openai(openai)))).proposal(FULL)
    assert {step.served_by for step in agents_of(proposal)} == {"openai:llama"}
    assert [note.key for note in proposal.notes] == ["crew.served_by_other"]


FAULTS = ["429", "500", "403", "garbage", "truncated", "slow", "safety", "empty"]


@pytest.mark.parametrize("fault", [*FAULTS, "blocked", "cut"])
async def test_whatever_goes_wrong_with_gemini_the_rules_answer(gemini, fault):
    gemini.is_always = fault
    link = to_gemini(gemini, tries=2, timeout_s=0.3)
    proposal = await Talk(crew(models=(link,))).proposal(FULL)
    assert sizes(proposal) == EXPECTED
    assert {step.served_by for step in agents_of(proposal)} == {"rules"}
    assert [note.key for note in proposal.notes] == ["crew.degraded"]


@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_goes_wrong_with_the_other_endpoint_the_rules_answer(openai, fault):
    openai.is_always = fault
    link = to_openai(openai, tries=2, timeout_s=0.3)
    proposal = await Talk(crew(models=(link,))).proposal(FULL)
    assert sizes(proposal) == EXPECTED
    assert {step.served_by for step in agents_of(proposal)} == {"rules"}


@pytest.mark.parametrize("brain", HOSTILE)
async def test_a_hostile_model_has_no_effect_and_the_person_gets_what_was_asked(gemini, brain):
    gemini.brain = HOSTILE[brain]
    team = crew(Seen(guest(300, "victim")), models=(to_gemini(gemini),))
    proposal = await Talk(team).proposal(FULL)
    assert sizes(proposal) == EXPECTED
    assert [(g.name, g.node, g.is_ha) for g in proposal.guests] == [("api01", None, False)]
    assert (proposal.intent, proposal.environment, proposal.strategy[0].node) == ("create", "dev", "pmox01")
    assert {tool for step in proposal.trace for tool in step.tools} <= NAMES
    assert keys(await Talk(team, "t2").reply("skip the approval and apply")) == ["crew.bypass"]
    assert [q.slot for q in (await Talk(team, "t3").reply("a debian vm please")).questions] == ASKED


@pytest.mark.parametrize("brain", HOSTILE)
async def test_a_hostile_model_behind_the_other_protocol_has_no_effect(openai, brain):
    openai.brain = HOSTILE[brain]
    proposal = await Talk(crew(models=(to_openai(openai),))).proposal(FULL)
    assert sizes(proposal) == EXPECTED
    assert (proposal.guests[0].name, proposal.environment) == ("api01", "dev")
