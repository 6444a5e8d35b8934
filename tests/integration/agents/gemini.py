"""A Gemini that runs in memory: the real client class talks to it, no socket is opened."""

import json

import httpx

from agents.models.links import ModelLink


class FakeGemini:
    """Answers each agent with what ``script`` says; an agent without a line gets the first of its own brief's rules.

    A line is a dict (the agent's JSON answer), a list of function calls, or a function of the request.
    """

    def __init__(self, script=None, status=200, body=None):
        self.script, self.status, self.body, self.asked = script or {}, status, body, []

    def __call__(self, request):
        payload = json.loads(request.content)
        self.asked.append(payload)
        if self.body is not None or self.status != 200:
            return httpx.Response(self.status, content=self.body or b'{"error": {"message": "away"}}')
        agent = self._agent(payload)
        line = self.script.get(agent)
        parts = line(payload) if callable(line) else line
        if parts is None:
            parts = self._honest(agent, payload)
        return httpx.Response(200, json=_answer(parts))

    def link(self, **more):
        settings = {"tries": 1, "retry_s": 0.0, **more}
        return ModelLink("gemini", "gemini-2.5-flash", "k", transport=httpx.MockTransport(self), **settings)

    @staticmethod
    def _agent(payload):
        prompt = payload["systemInstruction"]["parts"][0]["text"]
        starts = {
            "You route": "manager",
            "You read what": "validator",
            "You look": "collector",
            "You judge": "analyser",
            "You write": "drafter",
            "You review": "reviewer",
            "You mend": "refiner",
        }
        return next(agent for start, agent in starts.items() if start in prompt)

    @staticmethod
    def _honest(agent, payload):
        texts = [p["text"] for c in payload["contents"] for p in c["parts"] if "text" in p]
        brief = json.loads(texts[0])
        if agent in {"manager", "validator"}:
            return brief["rules"]
        if agent == "collector":
            has_looked = any("functionResponse" in p for c in payload["contents"] for p in c["parts"])
            return [("set_model_response", {})] if has_looked else [("nodes", {}), ("templates", {})]
        if agent == "analyser":
            return {"picks": brief["candidates"]}
        return {"objections": []} if agent == "reviewer" else brief["asked"]


def _answer(parts):
    if isinstance(parts, list):
        content = [{"functionCall": {"name": name, "args": args}} for name, args in parts]
    else:
        content = [{"text": json.dumps(parts)}]
    return {
        "candidates": [{"content": {"role": "model", "parts": content}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 90, "candidatesTokenCount": 10, "totalTokenCount": 100},
        "modelVersion": "gemini-2.5-flash",
    }
