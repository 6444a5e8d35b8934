"""One model made of several: the first that answers well answers; who that was is stamped on the answer."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import structlog
from google.adk.models import BaseLlm, LlmCapabilities
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.adk.platform.uuid import new_uuid
from pydantic import ConfigDict

from agents.models.asking import asked_again, copy_for, signed
from agents.models.breaker import Breaker
from agents.models.counting import spent_on
from agents.models.links import Price
from agents.models.purse import Spent
from agents.models.retrying import MOST_PAUSE_S, failure_of, pause_s
from agents.models.spending import Spending, spending

Replies = AsyncGenerator[LlmResponse, None]
Judge = Callable[[LlmRequest, LlmResponse], str | None]
"""What is wrong with an answer, in words for the model; None where it may be taken."""
RESTING, WRONG, DISCLAIMED = "resting", "wrong answer", "unusable answer"
QUESTIONS = 2
"""An answer that is wrong is asked for once more, with the reason."""
log = structlog.get_logger()


class NoModelAnswered(Exception):
    """Every link of the chain failed or rests."""


class UnusableAnswer(Exception):
    """A link answered with an error code, a refusal or nothing."""


@dataclass
class Link:
    """One model of the chain with its limits and its breaker. What is not live costs nothing and is not judged."""

    name: str
    llm: BaseLlm
    is_live: bool = True
    is_gemini: bool = False
    timeout_s: float = 20.0
    tries: int = 1
    retry_s: float = 0.5
    price: Price | None = None
    breaker: Breaker = field(default_factory=Breaker)
    close: Callable[[], Awaitable[None]] | None = None


@dataclass
class Walk:
    """One walk along the chain: who did not answer and why, and what was spent on the way."""

    account: Spending
    skipped: list[str] = field(default_factory=list)
    spent: list[Spent] = field(default_factory=list)

    def skip(self, link: Link, why: str) -> None:
        """Go on without that link."""
        self.skipped.append(f"{link.name}: {why}")
        log.warning("model.skipped", link=link.name, why=why)


class ChainLlm(BaseLlm):
    """Asks its links in order, each until it answers well, refuses or has used its tries."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    model: str = "chain"
    links: list[Link]
    judge: Judge = lambda _request, _reply: None

    @property
    def capabilities(self) -> LlmCapabilities:
        """What every link can do: any of them may have to answer."""
        both = all(k.llm.capabilities.output_schema_and_tools for k in self.links)
        return LlmCapabilities(output_schema_and_tools=both)

    async def generate_content_async(self, llm_request: LlmRequest, stream: bool = False) -> Replies:  # noqa: FBT001, FBT002, ARG002 - ADK's signature
        """The one answer of the first link that gives a good one; raises ``NoModelAnswered``.

        Nothing is streamed: an answer is a typed value, and is judged whole before anybody acts on it.
        """
        walk = Walk(spending())
        for link in self.links:
            reply = await self._of(link, llm_request, walk)
            if reply is not None:
                yield _stamped(reply, link, walk)
                return
        raise NoModelAnswered("; ".join(walk.skipped))

    async def close(self) -> None:
        """Give the connections back."""
        for link in self.links:
            if link.close is not None:
                await link.close()

    async def _of(self, link: Link, request: LlmRequest, walk: Walk) -> LlmResponse | None:
        """The answer of one link, None where it has none that may be taken."""
        if not link.is_live:
            return await _reply_of(link, request, link.timeout_s)
        why = await walk.account.refusal()
        if not why and not link.breaker.admits():
            why = RESTING
        if why:
            walk.skip(link, why)
            return None
        try:
            return await self._judged(link, request, walk)
        except Exception as error:  # noqa: BLE001 - whatever the cause, the next link may answer
            failure = failure_of(error)
            is_long = failure.wait_s is not None and failure.wait_s > MOST_PAUSE_S
            link.breaker.rest(failure.wait_s or 0) if is_long else link.breaker.failed()
            walk.skip(link, str(error) if isinstance(error, UnusableAnswer) else failure.why)
            return None
        finally:
            link.breaker.let_go()

    async def _judged(self, link: Link, request: LlmRequest, walk: Walk) -> LlmResponse | None:
        question = request
        for _ in range(QUESTIONS):
            reply = await _tried(link, question, walk)
            reason = self.judge(request, reply)
            if reason is None:
                link.breaker.answered()
                return reply
            log.info("model.wrong", link=link.name, why=reason)
            question = asked_again(request, reason)
            if await walk.account.refusal():
                break
        raise UnusableAnswer(WRONG)


async def _tried(link: Link, request: LlmRequest, walk: Walk) -> LlmResponse:
    """Ask until it answers; busy and broken endpoints are asked again after a pause, as long as the turn has time."""
    attempt = 0
    while True:
        attempt += 1
        try:
            reply = await _reply_of(link, request, min(link.timeout_s, walk.account.left_s))
            break
        except Exception as error:
            failure = failure_of(error)
            wait_s = pause_s(attempt, failure, link.retry_s, random.random)
            is_over = attempt >= link.tries or wait_s > min(MOST_PAUSE_S, walk.account.left_s)
            if is_over or not failure.is_passing:
                raise
            log.info("model.retried", link=link.name, why=failure.why, after_s=round(wait_s, 2))
            await asyncio.sleep(wait_s)
    spent = spent_on(reply, request, walk.account.person, link.name, link.price)
    walk.spent.append(spent)
    await walk.account.pay(spent)
    if reply.error_code or not (reply.content and reply.content.parts):
        raise UnusableAnswer(DISCLAIMED)
    return reply


async def _reply_of(link: Link, request: LlmRequest, seconds: float) -> LlmResponse:
    """One whole answer in time, or what the client raises."""
    whole: LlmResponse | None = None
    question = copy_for(link.llm.model, request, is_live=link.is_live)
    question = signed(question) if link.is_gemini else question
    async with (
        asyncio.timeout(seconds),
        aclosing(link.llm.generate_content_async(question, stream=False)) as replies,
    ):
        async for reply in replies:
            whole = whole if reply.partial else reply
    if whole is None:
        raise UnusableAnswer(DISCLAIMED)
    return whole


def _stamped(reply: LlmResponse, link: Link, walk: Walk) -> LlmResponse:
    """Name who served it. A call without an id gets one here, or the next provider could not match its answer."""
    for part in (reply.content.parts if reply.content else None) or []:
        if part.function_call and not part.function_call.id:
            part.function_call.id = f"call_{new_uuid()}"
    note = {
        "served_by": link.name,
        "model": reply.model_version or link.llm.model,
        "skipped": walk.skipped,
        "spent": [spent.model_dump(exclude={"person"}) for spent in walk.spent],
    }
    return reply.model_copy(update={"custom_metadata": {**(reply.custom_metadata or {}), "llm": note}})
