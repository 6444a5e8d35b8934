"""One model made of several: the first that answers in time answers; who that was is stamped on the answer."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar

import structlog
from google.adk.models import BaseLlm, LlmCapabilities
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.adk.platform.uuid import new_uuid
from google.genai.types import Content
from pydantic import ConfigDict

from agents.models.breaker import Breaker
from iac.redaction import redact, without_secrets

R = TypeVar("R")
Replies = AsyncGenerator[LlmResponse, None]
log = structlog.get_logger()


class NoModelAnswered(Exception):
    """Every link of the chain failed or rests."""


class UnusableAnswer(Exception):
    """A link answered with an error code, a refusal or nothing."""


@dataclass
class Link:
    """One model of the chain with its time limit and its breaker."""

    name: str
    llm: BaseLlm
    timeout_s: float = 20.0
    breaker: Breaker = field(default_factory=Breaker)


class ChainLlm(BaseLlm):
    """Asks its links in order. Any failure before the first reply moves on; a later one is raised."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    model: str = "chain"
    links: list[Link]

    @property
    def capabilities(self) -> LlmCapabilities:
        """What every link can do: any of them may have to answer."""
        both = all(k.llm.capabilities.output_schema_and_tools for k in self.links)
        return LlmCapabilities(output_schema_and_tools=both)

    async def generate_content_async(self, llm_request: LlmRequest, stream: bool = False) -> Replies:  # noqa: FBT001, FBT002 - ADK's signature
        """The replies of the first link that answers; raises ``NoModelAnswered``."""
        skipped: list[str] = []
        for link in self.links:
            if link.breaker.is_resting:
                skipped.append(f"{link.name}: resting")
                continue
            started = False
            try:
                async with aclosing(_replies_of(link, llm_request, stream=stream)) as replies:
                    async for reply in replies:
                        started = True
                        yield _stamped(reply, link, skipped)
            except Exception as error:  # whatever the cause, the next link may answer
                if started:
                    raise
                link.breaker.failed()
                skipped.append(f"{link.name}: {type(error).__name__}")
                log.warning("model.skipped", link=link.name, why=type(error).__name__)
            else:
                link.breaker.answered()
                return
        raise NoModelAnswered("; ".join(skipped))


async def _replies_of(link: Link, request: LlmRequest, *, stream: bool) -> Replies:
    started = False
    async with aclosing(link.llm.generate_content_async(_copy_for(link, request), stream)) as source:
        while (reply := await _within(link.timeout_s, anext(source, None))) is not None:
            is_empty = not reply.partial and not (reply.content and reply.content.parts)
            if not started and (reply.error_code or is_empty):
                raise UnusableAnswer(reply.error_code or "empty")
            started = True
            yield reply
    if not started:
        raise UnusableAnswer("no reply at all")


async def _within(seconds: float, step: Awaitable[R]) -> R:
    async with asyncio.timeout(seconds):  # not wait_for: on 3.11 that steps the generator in another task
        return await step


def _copy_for(link: Link, request: LlmRequest) -> LlmRequest:
    """Models edit the request in place: each link gets its own; ``tools_dict`` stays shared."""
    config = request.config.model_copy(deep=True)
    contents = [_without_secrets(content.model_copy(deep=True)) for content in request.contents]
    return request.model_copy(update={"model": link.llm.model, "config": config, "contents": contents})


def _without_secrets(content: Content) -> Content:
    """What was typed or read may hold a password: the model needs none, and its owner is another house."""
    for part in content.parts or []:
        if part.text:
            part.text = redact(part.text)
        if part.function_response:
            part.function_response.response = without_secrets(part.function_response.response)
    return content


def _stamped(reply: LlmResponse, link: Link, skipped: list[str]) -> LlmResponse:
    """Name who served it. A call without an id gets one here, or the next provider could not match its answer."""
    for part in (reply.content.parts if reply.content else None) or []:
        if part.function_call and not part.function_call.id:
            part.function_call.id = f"call_{new_uuid()}"
    note = {"served_by": link.name, "model": reply.model_version or link.llm.model, "skipped": skipped[:]}
    return reply.model_copy(update={"custom_metadata": {**(reply.custom_metadata or {}), "llm": note}})
