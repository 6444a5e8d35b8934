"""From the operator's links to one model: live ones in their order, the offline rules always last."""

from collections.abc import Mapping, Sequence

import httpx
from google import genai
from google.adk.models import BaseLlm, Gemini
from google.genai import types

from agents.models.breaker import Breaker
from agents.models.chain import ChainLlm, Judge, Link
from agents.models.links import ModelLink
from agents.models.offline import OfflineLlm, Rule

RULES = "rules"
"""How traces name the offline model."""
NO_KEY = "none"
"""A server of one's own asks for no key; the client insists on sending one, and an empty one is no valid header."""


def chain_of(links: Sequence[ModelLink], rules: Mapping[str, Rule], judge: Judge) -> ChainLlm:
    """The chain that every agent of the crew talks to; ``judge`` reads every answer of a live model first."""
    live = [_link(each) for each in links]
    return ChainLlm(links=[*live, Link(RULES, OfflineLlm(rules=dict(rules)), is_live=False)], judge=judge)


def _link(link: ModelLink) -> Link:
    client = httpx.AsyncClient(transport=link.transport, timeout=None)  # noqa: S113 - the chain bounds every answer
    return Link(
        link.name,
        _gemini(link, client) if link.kind == "gemini" else _openai(link, client),
        is_gemini=link.kind == "gemini",
        timeout_s=link.timeout_s,
        tries=link.tries,
        retry_s=link.retry_s,
        price=link.price,
        breaker=Breaker(link.max_failures, link.rest_s),
        close=client.aclose,
    )


def _gemini(link: ModelLink, client: httpx.AsyncClient) -> BaseLlm:
    once = types.HttpRetryOptions(attempts=1)  # the chain moves on; five tries would take 18 s first
    options = types.HttpOptions(base_url=link.base_url, httpx_async_client=client, retry_options=once)
    return Gemini(model=link.model, client=genai.Client(api_key=link.api_key, vertexai=False, http_options=options))


def _openai(link: ModelLink, client: httpx.AsyncClient) -> BaseLlm:
    from google.adk.integrations.openai import OpenAILlm  # noqa: PLC0415 - 30 MB that only this kind of link needs
    from openai import AsyncOpenAI  # noqa: PLC0415 - the same

    key = link.api_key or NO_KEY
    openai = AsyncOpenAI(api_key=key, base_url=link.base_url, max_retries=0, http_client=client)
    return OpenAILlm(model=link.model, client=openai)
