"""Times on the page. Pure."""

from datetime import UTC, datetime


def render_time(at: float) -> str:
    """A time in UTC (``at`` in seconds since the epoch); the page shows it in the reader's own zone."""
    when = datetime.fromtimestamp(at, UTC)
    return f'<time datetime="{when:%Y-%m-%dT%H:%M:%SZ}">{when:%H:%M}</time>'
