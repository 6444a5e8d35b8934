"""The model that needs no network: one pure rule per agent, behind the interface of every other model."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from google.adk.models import BaseLlm, LlmCapabilities
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.genai import types
from pydantic import BaseModel

ANSWER_TOOL = "set_model_response"
Replies = AsyncGenerator[LlmResponse, None]


@dataclass(frozen=True)
class Asked:
    """One request as a rule sees it."""

    request: LlmRequest

    @property
    def agent(self) -> str:
        """The agent that asks."""
        return (self.request.config.labels or {}).get("adk_agent_name", "")

    @cached_property
    def brief(self) -> Mapping[str, Any]:
        """What the orchestrator handed to the agent, which is JSON."""
        said = [_text_of(content) for content in self.request.contents if content.role == "user"]
        brief = json.loads(next((text for text in said if text), "{}"))
        return brief if isinstance(brief, dict) else {}

    @property
    def has_answer_tool(self) -> bool:
        """Whether ADK wants the typed answer as a call, for models that cannot give it beside tools."""
        return ANSWER_TOOL in self.request.tools_dict

    @property
    def results(self) -> Mapping[str, Any]:
        """What each tool called so far in this turn has answered."""
        parts = [part for content in self.request.contents for part in content.parts or []]
        return {str(r.name): r.response for part in parts if (r := part.function_response)}


Rule = Callable[[Asked], BaseModel | list[types.Part]]


class OfflineLlm(BaseLlm):
    """Answers every agent by its rule."""

    model: str = "offline-rules"
    rules: dict[str, Rule]

    @property
    def capabilities(self) -> LlmCapabilities:
        """A typed answer beside tools is no difficulty; in a chain the weakest link decides."""
        return LlmCapabilities(output_schema_and_tools=True)

    async def generate_content_async(self, llm_request: LlmRequest, stream: bool = False) -> Replies:  # noqa: FBT001, FBT002, ARG002 - ADK's signature
        """Exactly one answer."""
        asked = Asked(llm_request)
        content = types.Content(role="model", parts=_parts(self.rules[asked.agent](asked)))
        spent = types.GenerateContentResponseUsageMetadata(prompt_token_count=0, candidates_token_count=0)
        yield LlmResponse(content=content, model_version=self.model, turn_complete=True, usage_metadata=spent)


def call(tool: str, **arguments: Any) -> list[types.Part]:
    """A rule's wish to call a tool; several are joined with ``+`` and run in one step."""
    return [types.Part(function_call=types.FunctionCall(name=tool, args=arguments))]


def _parts(answer: BaseModel | list[types.Part]) -> list[types.Part]:
    return answer if isinstance(answer, list) else [types.Part(text=answer.model_dump_json())]


def _text_of(content: types.Content) -> str:
    return "".join(part.text or "" for part in content.parts or [])
