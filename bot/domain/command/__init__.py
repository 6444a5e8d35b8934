"""Commands, as people write them: their words, and what they mean. Pure."""

from bot.domain.command.parsing import (
    NAMES,
    Command,
    is_link,
    is_request,
    language_of,
    parse_command,
    reason_of,
    run_of,
    scope_of,
    split_command,
)
from bot.domain.command.verbs import EXTEND, SHOWN, Scope, Verb

__all__ = [
    "EXTEND",
    "NAMES",
    "SHOWN",
    "Command",
    "Scope",
    "Verb",
    "is_link",
    "is_request",
    "language_of",
    "parse_command",
    "reason_of",
    "run_of",
    "scope_of",
    "split_command",
]
