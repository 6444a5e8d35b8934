"""``threadform link``: a personal way into the web page, for one browser, once."""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence

from bot.chat.web.identity import LINK_HOURS, Seal, new_link
from bot.settings import Settings
from bot.wiring.web import PLATFORM, page_secret

EVERY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not bound to
NOBODY = (
    "threadform link: nobody may use the page yet. Name people in THREADFORM_PEOPLE with an id as web:alice; "
    "see docs/settings.md."
)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the link; 2 where it is not clear for whom."""
    people = {account: person.name for person in settings.everybody for account in person.on(PLATFORM)}
    found = named(people, arguments.person)
    if len(found) != 1:
        print(_unclear(people, arguments.person), file=sys.stderr)
        return 2
    base = arguments.url.rstrip("/") or _here(settings)
    print(base + new_link(Seal(page_secret(settings)), found[0], now=time.time()))
    print(f"For {people[found[0]]} alone: one browser, once, within {LINK_HOURS} hours.", file=sys.stderr)
    return 0


def named(people: Mapping[str, str], wanted: str) -> Sequence[str]:
    """The accounts of that id or name, letter case aside; all of them where nobody was named."""
    wish = wanted.strip().removeprefix(f"{PLATFORM}:").casefold()
    return [account for account, name in people.items() if wish in ("", account.casefold(), name.casefold())]


def _unclear(people: Mapping[str, str], wanted: str) -> str:
    if not people:
        return NOBODY
    known = ", ".join(f"{name} ({account})" for account, name in people.items())
    said = f"nobody on the page is called {wanted!r}" if wanted else "for whom?"
    return f"threadform link: {said} There are: {known}."


def _here(settings: Settings) -> str:
    host = "127.0.0.1" if settings.web_host in EVERY_ADDRESS else settings.web_host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.web_port}"
