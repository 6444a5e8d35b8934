"""Guests that exist, named as a row: "web01 to web03", "web{01,02}", "201-203", "ci-runner01 et 02". Pure."""

import re
from collections.abc import Iterator, Mapping

from agents.rules.marks import Mark
from agents.rules.world import World

_TO = r"(?:\.{2,3}|-|\u2013|->|to|through|thru|until|up to|jusqu'a|jusqu'au|a|au)"
_BRACED = re.compile(r"(?<![\w-])(?P<stem>[a-z][a-z0-9-]*?-?)[{\[(](?P<inside>\d+(?:\s*(?:,|\.{2,3}|-)\s*\d+)+)[}\])]")
_RANGE = re.compile(
    rf"(?<![\w-])(?P<stem>[a-z][a-z0-9-]*?-?)(?P<first>\d+)\s*{_TO}\s*(?:the |la |le )?(?P<again>(?P=stem))?"
    r"(?P<last>\d+)(?![\w%:])(?!\s*(?:v?c(?:ores?|pus?)?|g[bo]?|gigs?|coeurs?|to|tb|m[bo])\b)"
)
_NUMBERS = re.compile(
    rf"(?<![\w.,/:-])(?:vms? |ids? |les? |the |des? |machines? )?(?P<first>\d{{3,6}})\s*{_TO}\s*(?:la |le )?"
    r"(?P<last>\d{3,6})(?![\w/:%-]|\s*(?:g[bo]?|gigs?|m[bo])\b)"
)
_MORE = re.compile(
    r"(?P<gap>\s*(?:/|,|&|\+|\band\b|\bet\b|\bor\b|\bou\b)\s*(?:and |et )?(?:the |la |le )?-?)(?P<number>\d{1,3})"
    r"(?=$|[\s,;.!?/&+)])(?!\s*(?:more|extra|other|additional|de plus|autres?|v?c(?:ores?|pus?)?|g[bo]?|gigs?|coeurs?|"
    r"workers?|vms?|hours?|days?|weeks?|h|jours?|semaines?|heures?|to|tb|m[bo]|%|min\w*)\b)"
)
_MOST = 100


def rows_in(text: str, world: World) -> Iterator[Mark]:
    """A mark for each row, with the names that it stands for; both ends of it must exist."""
    names = {b.name.lower(): b.name for b in world.beings}
    for match in _BRACED.finditer(text):
        if found := _of_numbers(match["stem"], match["inside"], names):
            yield Mark("guest", found, *match.span())
    for match in _RANGE.finditer(text):
        if found := _between(match["stem"], match["first"], match["last"], names):
            yield Mark("guest", found, *match.span())
    yield from _by_ids(text, world)
    yield from _tails(text, names)


def _by_ids(text: str, world: World) -> Iterator[Mark]:
    known = {b.vmid: b.name for b in world.beings}
    for match in _NUMBERS.finditer(text):
        first, last = int(match["first"]), int(match["last"])
        if first in known and last in known and first < last <= first + _MOST:
            found = tuple(known[n] for n in sorted(known) if first <= n <= last)
            yield Mark("guest", found, match.start("first"), match.end())


def _tails(text: str, names: Mapping[str, str]) -> Iterator[Mark]:
    """Numbers after a name that only change its number: "web01/02", "tp-reseau-1 et 2"."""
    for low, name in names.items():
        numbered = re.fullmatch(r"(?P<stem>.*?)(?P<number>\d+)", low)
        for match in re.finditer(rf"(?<![\w-]){re.escape(low)}(?!\w|-\w)", text) if numbered else ():
            found, end = [name], match.end()
            while (more := _MORE.match(text, end)) and (other := _named(numbered["stem"], more["number"], names)):  # type: ignore[index]
                found.append(other)
                end = more.end()
            if len(found) > 1:
                yield Mark("guest", tuple(dict.fromkeys(found)), match.start(), end)


def _of_numbers(stem: str, inside: str, names: Mapping[str, str]) -> tuple[str, ...]:
    numbers = re.findall(r"\d+", inside)
    if "," not in inside:
        return _between(stem, numbers[0], numbers[-1], names)
    found = [_named(stem, number, names) for number in numbers]
    return tuple(f for f in found if f) if all(found) else ()


def _between(stem: str, first: str, last: str, names: Mapping[str, str]) -> tuple[str, ...]:
    if not _named(stem, first, names) or not _named(stem, last, names) or not int(first) < int(last):
        return ()
    row = [_named(stem, str(n), names) for n in range(int(first), min(int(last), int(first) + _MOST) + 1)]
    return tuple(name for name in row if name)


def _named(stem: str, number: str, names: Mapping[str, str]) -> str | None:
    """The guest of that stem and number, however its number is padded."""
    spellings = (f"{stem}{number}", f"{stem}{int(number)}", f"{stem}{int(number):02d}", f"{stem}{int(number):03d}")
    return next((names[s] for s in spellings if s in names), None)
