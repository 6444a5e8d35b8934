"""The library of an installation: its index in the home, and the door through which pages of the web come in."""

import ssl

from agents.knowledge.doors import Door
from agents.knowledge.library import Library
from bot.settings import Settings


def library_of(settings: Settings) -> Library:
    """The library that commands and the crew share."""
    return Library(settings.home / "knowledge" / "index.db", Door(settings.knowledge_hosts, _tls(settings)))


def _tls(settings: Settings) -> ssl.SSLContext:
    """The usual authorities, and the cluster's own: its nodes serve documentation too."""
    context = ssl.create_default_context()
    if settings.pve_ca and settings.pve_ca.is_file():
        context.load_verify_locations(settings.pve_ca)
    return context
