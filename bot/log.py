"""Structured log: events are ``noun.past``; values that look like a secret never reach it."""

import logging
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict

SECRET_NAME = re.compile(r"token|secret|password|passwd|api_?key|authorization|cookie|private", re.IGNORECASE)
SECRET_VALUE = re.compile(
    r"PVEAPIToken=\S+|\b\S+@\S+![\w-]+=[0-9a-f-]{36}|xox[abpr]-[\w-]+|xapp-[\w-]+|AIza[\w-]{30,}|"
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|://[^/\s:@]*:[^/\s]+@"
)
HIDDEN = "[hidden]"


def redact(text: str) -> str:
    """Replace everything that looks like a token, a key or a password in a URL."""
    return SECRET_VALUE.sub(lambda m: "://" + HIDDEN + "@" if m.group().startswith("://") else HIDDEN, text)


def _redacted(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {name: without_secrets(value, name) for name, value in event.items()}


def without_secrets(value: Any, name: str = "") -> Any:
    """The value with everything hidden that looks like a secret, by its name or by its form, however deep."""
    if SECRET_NAME.search(name):
        return HIDDEN
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {str(inner): without_secrets(each, str(inner)) for inner, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [without_secrets(each) for each in value]
    return value


def configure(form: str, level: str, path: Path | None = None) -> None:
    """Set up the log of this process: ``form`` is console or json; it goes to stderr unless a file is named."""
    sink = sys.stderr if path is None else path.open("a", buffering=1)
    render: Any = structlog.processors.JSONRenderer()
    if form == "console":
        render = structlog.dev.ConsoleRenderer(colors=sink.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redacted,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sink),
        cache_logger_on_first_use=False,
    )
    # Libraries speak through logging: warnings only, and ADK's hundred-line tracebacks not at all (we log the cause).
    logging.basicConfig(level=logging.WARNING, stream=sink, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("google_adk").setLevel(logging.CRITICAL)
