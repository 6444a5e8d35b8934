"""The library of an installation: its index in the home, and the door through which pages of the web come in."""

import ssl
from functools import cache, partial
from pathlib import Path

from agents.knowledge.doors import Door
from agents.knowledge.library import Library
from bot.settings import Settings


def library_of(settings: Settings) -> Library:
    """The library that commands and the crew share."""
    return Library(
        settings.home / "knowledge" / "index.db", Door(settings.knowledge_hosts, partial(_tls, settings.pve_ca))
    )


@cache
def _tls(pve_ca: Path | None) -> ssl.SSLContext:
    """The usual authorities, and the cluster's own: its nodes serve documentation too."""
    context = ssl.create_default_context()
    if pve_ca and pve_ca.is_file():
        context.load_verify_locations(pve_ca)
    return context
