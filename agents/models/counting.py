"""From what a provider reports to what was spent. Pure; a provider that reports nonsense is not believed."""

from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.genai.types import Content

from agents.models.links import Price
from agents.models.purse import Spent

LETTERS_A_TOKEN = 4
"""Where an endpoint reports no usage, a token counts as four letters: a budget holds for it too."""
MOST = 1_000_000_000


def spent_on(reply: LlmResponse, request: LlmRequest, person: str, model: str, price: Price | None) -> Spent:
    """Tokens in, out and thought of one answer, and its price where the model has one."""
    tokens_in, tokens_out, thoughts = _reported(reply, model) or _estimated(reply, request)
    cost = price.of(tokens_in, tokens_out + thoughts) if price else None
    return Spent(
        person=person,
        model=model,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        tokens_thoughts=thoughts,
        cost_eur=cost,
    )


def _reported(reply: LlmResponse, name: str) -> tuple[int, int, int] | None:
    """As the provider says. OpenAI counts thoughts among what was said, Gemini beside it."""
    usage = reply.usage_metadata
    if usage is None:
        return None
    read = _sane(usage.prompt_token_count) + _sane(usage.tool_use_prompt_token_count)
    said, thought = _sane(usage.candidates_token_count), _sane(usage.thoughts_token_count)
    if not name.startswith("gemini:"):
        thought = min(thought, said)
        said -= thought
    return (read, said, thought) if read or said or thought else None


def _estimated(reply: LlmResponse, request: LlmRequest) -> tuple[int, int, int]:
    asked = len(str(request.config.system_instruction or "")) + sum(map(_letters, request.contents))
    said = _letters(reply.content) if reply.content else 0
    return -(-asked // LETTERS_A_TOKEN), -(-said // LETTERS_A_TOKEN), 0


def _letters(content: Content) -> int:
    parts = content.parts or []
    return sum(len(part.text or "") + len(str(part.function_call or part.function_response or "")) for part in parts)


def _sane(count: int | None) -> int:
    return min(max(count or 0, 0), MOST)
