"""How values look inside a sentence: numbers, lists and times, as each language writes them. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from iac.errors import Value

GROUP = {"en": ",", "fr": "\u202f"}
POINT = {"en": ".", "fr": ","}
AND = {"en": "and", "fr": "et"}
MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "fr": ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
}
IDENTIFIERS = frozenset({"vmid", "port", "serial", "run", "revision", "code"})
"""Values that are names although they are written in digits: never grouped."""


def show(name: str, value: Value, language: str) -> str:
    """One value of a sentence as text; ``name`` is its field."""
    if isinstance(value, tuple):
        return join(value, language)
    if isinstance(value, str) or _is_identifier(name):
        return str(value)
    if name == "at" or name.endswith("_at"):
        return moment(value, language)
    return number(value, language)


def number(value: float, language: str) -> str:
    """A number with its thousands grouped and at most two decimals: 4,000 and 1.5; 4 000 and 1,5 in French."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text.translate({ord(","): GROUP[language], ord("."): POINT[language]})


def money(eur: float, language: str, *, is_signed: bool = False) -> str:
    """An amount in EUR: "€1,234.50" and "1 234,50 €"; with a plus where it is signed, with a minus below zero."""
    figure = f"{abs(eur):,.2f}".translate({ord(","): GROUP[language], ord("."): POINT[language]})
    sign = "\u2212" if eur < 0 else "+" if is_signed else ""
    return f"{sign}{figure}\u00a0€" if language == "fr" else f"{sign}€{figure}"


def join(items: Sequence[str], language: str) -> str:
    """A list in a sentence: "a, b and c"."""
    if len(items) < 2:  # noqa: PLR2004 - one item needs no comma
        return "".join(items)
    return f"{', '.join(items[:-1])} {AND[language]} {items[-1]}"


def moment(at: float, language: str) -> str:
    """A time as people read it: "22 Nov 2026, 13:05 UTC". ``at`` in seconds since the epoch."""
    when = datetime.fromtimestamp(at, UTC)
    return f"{when.day} {MONTHS[language][when.month - 1]} {when.year}, {when:%H:%M} UTC"


def duration(seconds: float, language: str) -> str:
    """How long something took: "0.4 s", "12 s", "3 min 5 s", "1 h 2 min"."""
    if seconds < 10:  # noqa: PLR2004 - below ten seconds a tenth says something
        return f"{number(round(float(seconds), 1), language)} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _is_identifier(name: str) -> bool:
    return name in IDENTIFIERS or name.endswith(("_id", "vmid", "_port"))
