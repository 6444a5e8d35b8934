"""Structured log: events are ``noun.past``; values that look like a secret never reach it."""

import logging
import sys
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict

from iac.redaction import redact, without_secrets

__all__ = ["configure", "redact", "without_secrets"]


def _redacted(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {name: without_secrets(value, name) for name, value in event.items()}


class _WithoutSecrets(logging.Formatter):
    """Libraries speak through logging: their words go out by the same door."""

    def format(self, record: logging.LogRecord) -> str:
        """The line as ever, without what looks like a secret."""
        return redact(super().format(record))


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
    speaking = logging.StreamHandler(sink)
    speaking.setFormatter(_WithoutSecrets("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[speaking])
    logging.getLogger("google_adk").setLevel(logging.CRITICAL)
