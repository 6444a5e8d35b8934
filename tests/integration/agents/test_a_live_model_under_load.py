"""What a real provider does beside answering: signed thoughts, fenced JSON, slowness, many threads at once."""

import asyncio
import base64
import json
from importlib.resources import files

import httpx
import pytest

from agents.contracts import Turn
from agents.models.links import ModelLink
from agents.models.spending import Allowance
from tests.integration.agents.gemini import FakeGemini
from tests.integration.agents.world import Talk, agents_of, crew, sizes

FULL = "ubuntu 24.04 4c/8g/60g named api01"
EXPECTED = [("ubuntu-2404-cloud", 4, 8192, 60)]
SIGNATURE = bytes(range(256))
PATIENCE_S = 120
THREADS = 20


class Rewriting(FakeGemini):
    """An honest Gemini whose answer is rewritten before it goes out."""

    def __init__(self, rewrite):
        super().__init__()
        self.rewrite = rewrite

    def __call__(self, request):
        answer = super().__call__(request).json()
        for part in answer["candidates"][0]["content"]["parts"]:
            self.rewrite(part)
        return httpx.Response(200, json=answer)


def signed(part):
    if "functionCall" in part:
        part["thoughtSignature"] = base64.b64encode(SIGNATURE).decode()


def signatures_of(asked):
    parts = [p for content in asked["contents"] for p in content["parts"] if "functionCall" in p]
    return [p["thoughtSignature"] for p in parts]


async def test_a_thought_signature_comes_back_byte_for_byte():
    gemini = Rewriting(signed)
    proposal = await Talk(crew(models=(gemini.link(),))).proposal(FULL)
    assert sizes(proposal) == EXPECTED
    returned = [text for asked in gemini.asked for text in signatures_of(asked)]
    assert len(returned) == 2  # the collector's two calls: they go back once, with what they returned
    padded = [text + "=" * (-len(text) % 4) for text in returned]
    assert [base64.b64decode(text.replace("-", "+").replace("_", "/")) for text in padded] == [SIGNATURE] * 2


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "```\n{}\n```", "\n\n```json\n{}\n```\n"])
async def test_json_in_a_fence_is_read(fence):
    def fenced(part):
        if "text" in part:
            part["text"] = fence.replace("{}", part["text"])

    proposal = await Talk(crew(models=(Rewriting(fenced).link(),))).proposal(FULL)
    assert sizes(proposal) == EXPECTED
    assert proposal.notes == ()


class Slow(FakeGemini):
    """Every request waits until so many are in flight at once; the first wave proves that they are."""

    def __init__(self, together):
        super().__init__()
        self.together, self.inside, self.open = together, 0, asyncio.Event()

    async def handle(self, request):
        self.inside += 1
        if self.inside >= self.together:
            self.open.set()
        async with asyncio.timeout(PATIENCE_S):
            await self.open.wait()
        return self(request)

    def link(self, **more):
        transport = httpx.MockTransport(self.handle)
        return ModelLink("gemini", "gemini-2.5-flash", "k", timeout_s=2 * PATIENCE_S, transport=transport, **more)


async def test_twenty_threads_at_once_get_each_their_own_answer():
    gemini = Slow(THREADS)
    team = crew(models=(gemini.link(),))

    async def one(number):
        text = f"debian 12 {number}c/4g/40g named host{number:02}"
        return await team.turn(Turn(thread=f"t{number}", text=text, author=f"p{number}"))

    results = await asyncio.gather(*(one(number) for number in range(1, THREADS + 1)))
    found = [(r.guests[0].name, r.guests[0].cores) for r in results]
    assert found == [(f"host{number:02}", number) for number in range(1, THREADS + 1)]
    assert {len(r.trace) for r in results} == {len(results[0].trace)}
    assert {step.served_by for r in results for step in agents_of(r)} == {"gemini:gemini-2.5-flash"}


async def test_what_one_turn_has_used_leaves_the_next_its_own():
    gemini = FakeGemini({"collector": lambda _: [("nodes", {})]})
    talk = Talk(crew(models=(gemini.link(),), allowance=Allowance(tokens=500)))
    first = await talk.proposal(FULL)
    assert [n.key for n in first.notes] == ["crew.budget_spent"]
    assert [step.calls for step in agents_of(first)] == [1, 1, 3, 0, 0, 0]
    gemini.script.clear()
    assert (await talk.proposal(FULL)).trace[0].served_by == "gemini:gemini-2.5-flash"


async def test_braces_in_what_a_person_says_reach_the_model_as_they_were():
    gemini = FakeGemini()
    text = f"{FULL} {{collector}} {{user:x?}}"
    await Talk(crew(models=(gemini.link(),))).say(text)
    first = gemini.asked[0]["contents"][0]["parts"][0]["text"]
    assert json.loads(first)["text"] == text


async def test_every_agents_prompt_reaches_the_model_word_for_word():
    gemini = FakeGemini()
    await Talk(crew(models=(gemini.link(),))).proposal(FULL)
    for asked in gemini.asked:
        agent, sent = gemini._agent(asked), asked["systemInstruction"]["parts"][0]["text"]
        assert files("agents").joinpath("prompts", f"{agent}.md").read_text(encoding="utf-8").strip() in sent
