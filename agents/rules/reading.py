"""From one message to what it says about guests: every reader takes its part of the page, in a fixed order. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from agents.rules.alike import like, read_alike
from agents.rules.besides import besides_of
from agents.rules.counts import read_counts
from agents.rules.extras import NAMED, read_extras
from agents.rules.flavors import read_flavors
from agents.rules.groups import guests_of
from agents.rules.images import read_images
from agents.rules.marks import Mark
from agents.rules.mending import mended
from agents.rules.names import read_listed, read_names
from agents.rules.neighbours import read_neighbours
from agents.rules.page import TAKEN, Page, page_of
from agents.rules.pages import HTTPS, read_answering
from agents.rules.places import read_environment, read_places
from agents.rules.relative import Change, read_changes
from agents.rules.replaced import kept
from agents.rules.seen import Seen
from agents.rules.shapes import Wish
from agents.rules.sizes import read_sizes

MOST_READ = 4_000
"""Characters of one message that are read; a longer one is answered with a sentence before it comes here."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says about guests; ``targets`` are guests it refers to that are known already."""

    wish: Wish
    marks: tuple[Mark, ...] = ()
    targets: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing about any guest."""
        wish = self.wish
        besides = (wish.environment, wish.ttl_hours, wish.expires_on, wish.ip, wish.vlan)
        beside = wish.apart or wish.is_spread or wish.is_together or wish.http
        return not wish.guests and not self.changes and not beside and all(value is None for value in besides)


def read_message(
    text: str, seen: Seen, missing: Sequence[str] = (), known: Collection[str] = (), now: datetime | None = None
) -> Reading:
    """Read one message. ``missing`` are slots just asked for; ``known`` names of the request that is being changed."""
    whole = mended(page_of(text[:MOST_READ]), (*seen.guests, *seen.nodes, *seen.pools, *known))
    neighbours, page = read_neighbours(whole, {*seen.guests, *known})
    answering, page = read_answering(page)
    page, targets = _targets(page, known)
    names, page = read_names(page)
    alike, page = read_alike(page, seen)
    extras, page = read_extras(page)
    images, page = read_images(page, seen)
    places, page = read_places(page, seen)
    flavors, page = read_flavors(page)
    changes, page = read_changes(page) if known or alike else ((), page)
    sizes, page = read_sizes(page)
    environments, page = read_environment(page)
    counts, page = read_counts(page)
    listed, page = read_listed(page, {*seen.guests, *known}) if not names else ([], page)
    marks = kept([*names, *images, *places, *flavors, *sizes, *counts, *listed], whole.text)
    left_out = sorted({*(m.value for m in extras if m.value in NAMED), *([HTTPS] if answering.is_https else [])})
    is_said = any(m.kind != "count" for m in marks) or any(m.value > 1 for m in counts)
    guests = guests_of(marks, whole.text, missing) if is_said else []
    if alike:
        guests, changes = like(guests, alike, changes), ()
    environment = environments[-1].value if environments else None
    besides = besides_of(extras, whole.text, now)
    besides |= neighbours.as_update() | answering.as_update()
    wish = Wish(guests=guests, environment=environment, left_out=left_out, **besides)
    return Reading(wish, (*marks, *environments, *extras), targets, tuple(changes))


def _targets(page: Page, known: Collection[str]) -> tuple[Page, tuple[str, ...]]:
    """Names of the request itself ("make web01 8 GB"): taken out, so that they are not read as new names."""
    found = []
    for name in known:
        for start in _places_of(name.lower(), page.text):
            lead = page.text[:start].rstrip()
            if lead.endswith(("call it", "name it", "appelle-la", "appelle la", "nomme-la", "called", "named")):
                continue
            found.append(name)
            page = page.take(start, start + len(name))
    return page, tuple(dict.fromkeys(found))


def _places_of(name: str, text: str) -> list[int]:
    starts, at = [], text.find(name)
    while at >= 0:
        around = text[at - 1 : at] + text[at + len(name) : at + len(name) + 1]
        if not any(c.isalnum() or c in "-_" for c in around if c != TAKEN):
            starts.append(at)
        at = text.find(name, at + 1)
    return starts
