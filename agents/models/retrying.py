"""What a failed call means: whether trying again helps, and when. Pure, and knows no client library by its name."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

BUSY = 429
BROKEN = range(500, 600)
TIRED = 408
MOST_PAUSE_S = 8.0
"""An endpoint that wants more time than this gets it as a rest, and the next model is asked."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed call; ``wait_s`` is how long the endpoint asked to be left alone, None where it said nothing."""

    why: str
    is_passing: bool
    wait_s: float | None = None


def failure_of(error: Exception, now: datetime | None = None) -> Failure:
    """Busy, broken, silent and unreachable endpoints may pass; every other "no" stays what it is."""
    status = status_of(error)
    wait_s = wait_of(error, now or datetime.now(UTC))
    if status is not None:
        return Failure(str(status), status in (BUSY, TIRED) or status in BROKEN, wait_s)
    return Failure(type(error).__name__, _is_of_the_network(error))


def status_of(error: Exception) -> int | None:
    """The HTTP status, as google-genai (``code``) and openai (``status_code``) carry it."""
    numbers = (getattr(error, name, None) for name in ("status_code", "code"))
    return next((n for n in numbers if isinstance(n, int) and not isinstance(n, bool)), None)


def wait_of(error: Exception, now: datetime) -> float | None:
    """Seconds from ``Retry-After`` (RFC 9110, 10.2.3: seconds or a date), else from Google's ``RetryInfo``."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    said = headers.get("retry-after") if isinstance(headers, Mapping) else None
    return _seconds(said, now) if said else _of_retry_info(getattr(error, "details", None))


def pause_s(attempt: int, failure: Failure, base_s: float, dice: Callable[[], float]) -> float:
    """Seconds to wait after the ``attempt``-th failure (1, 2, …): what was asked for, or ``base_s`` doubled each time.

    Between half of it and all of it, by the dice (0..1): callers that failed together do not come back together.
    """
    if failure.wait_s is not None:
        return failure.wait_s + base_s * dice()
    whole: float = base_s * 2 ** (attempt - 1)
    return whole / 2 + whole / 2 * dice()


def _seconds(said: str, now: datetime) -> float | None:
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(said) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _of_retry_info(details: Any) -> float | None:
    """``{"error": {"details": [{"@type": "...RetryInfo", "retryDelay": "30s"}]}}`` (google.rpc.RetryInfo)."""
    error = details.get("error", details) if isinstance(details, Mapping) else {}
    listed = error.get("details") if isinstance(error, Mapping) else None
    for each in listed if isinstance(listed, list) else []:
        delay = each.get("retryDelay") if isinstance(each, Mapping) else None
        if isinstance(delay, str) and delay.endswith("s"):
            return _seconds(delay[:-1], datetime.now(UTC))
    return None


def _is_of_the_network(error: Exception) -> bool:
    """Timeouts and lost connections, of the standard library and of the three HTTP clients beneath."""
    if isinstance(error, TimeoutError | ConnectionError | OSError):
        return True
    houses = {parent.__module__.partition(".")[0] for parent in type(error).__mro__}
    words = ("Timeout", "Connect", "Disconnected", "Network", "ReadError", "RemoteProtocol", "Payload")
    return bool(houses & {"httpx", "aiohttp", "openai"}) and any(word in type(error).__name__ for word in words)
