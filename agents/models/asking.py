"""The question as a model gets it: a copy of its own, without secrets; and the same once more, with a reason."""

from google.adk.models.llm_request import LlmRequest
from google.adk.utils.content_utils import SKIP_THOUGHT_SIGNATURE_VALIDATOR
from google.genai.types import Content, Part

from iac.redaction import redact, without_secrets

AGAIN = "Your last answer was not taken: {reason}. Answer the same question again, in the form that was asked for."


def copy_for(model: str, request: LlmRequest, *, is_live: bool = True) -> LlmRequest:
    """Live models edit the request in place: each link gets its own; ``tools_dict`` stays shared."""
    config = request.config.model_copy(deep=True) if is_live else request.config
    contents = [_without_secrets(content.model_copy(deep=True)) for content in request.contents]
    return request.model_copy(update={"model": model, "config": config, "contents": contents})


def asked_again(request: LlmRequest, reason: str) -> LlmRequest:
    """The question with what was wrong with the last answer; the answer itself is not repeated to anybody."""
    why = Content(role="user", parts=[Part(text=AGAIN.format(reason=reason))])
    return request.model_copy(update={"contents": [*request.contents, why]})


def signed(request: LlmRequest) -> LlmRequest:
    """The question for a Gemini model: it takes no call of a tool without a signature.

    It signs the first call of each step itself; a step that another model made has none, and says so by the word that
    Google documents for that case. Changes the copy that it is given.
    """
    for content in request.contents:
        calls = [part for part in content.parts or [] if part.function_call]
        if calls and not any(part.thought_signature for part in calls):
            calls[0].thought_signature = SKIP_THOUGHT_SIGNATURE_VALIDATOR
    return request


def _without_secrets(content: Content) -> Content:
    """What was typed or read may hold a password: the model needs none, and its owner is another house."""
    for part in content.parts or []:
        if part.text:
            part.text = redact(part.text)
        if part.function_response:
            part.function_response.response = without_secrets(part.function_response.response)
    return content
