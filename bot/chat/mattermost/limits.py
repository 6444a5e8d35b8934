"""What Mattermost takes, and how it counts. Pure. Source: the server's model package (post, integration action)."""

MESSAGE = 16_383
"""Characters (runes) of one post; an older server may take fewer and says so in its configuration."""
LEAST_MESSAGE = 4_000
"""What the oldest servers take: nothing is asked of one that takes less."""
LINE = 2_000
"""Characters of one line of ours: a longer one is several, so that a message can be cut between lines."""
FILES = 10
"""Files of one post."""
EXCERPT = 4_000
"""Characters of a text shown in part while somebody is to decide about it."""
LABEL = 60
"""Characters on a button; Mattermost names no limit, and a phone shows no more."""
TITLE, NAME, HELP = 24, 24, 150
"""Bytes of a dialog's title, of an input's name, and of the words under it."""
LINE_ANSWER, AREA_ANSWER = 150, 3_000
"""Bytes of what stands, or is typed, in a line or an area of a dialog."""
INPUT_ID = 300
INPUTS = 40
"""Nobody fills a longer dialog; its questions are asked in the thread."""
STATE = 16_000
"""Characters of what a dialog carries for us."""


def size(text: str) -> int:
    """Bytes, as a dialog counts."""
    return len(text.encode())


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis, in at most ``most`` bytes; the caller says the whole elsewhere."""
    if size(text) <= most:
        return text
    kept = text.encode()[: most - size("…")].decode(errors="ignore")
    return f"{kept.rstrip()}…"
