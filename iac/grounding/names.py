"""Names of guests: DNS labels of RFC 1123 (letters, digits, hyphens; 1 to 63), free in the cluster. Pure."""

import re
import unicodedata
from collections.abc import Iterator

from iac.grounding.findings import Finding, found, shown
from iac.inventory import Inventory

LABEL_MAX = 63
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def name_findings(name: str, inventory: Inventory, own: frozenset[str]) -> Iterator[Finding]:
    """Whether a name may be a host name and is still free; ``own`` are the names this stack holds already."""
    if not name.strip():
        yield found("name", "ask.name.empty")
    elif not is_label(name):
        key = "ask.name.too_long" if len(name) > LABEL_MAX else "ask.name.bad"
        better = suggest_label(name)
        yield found("name", key, (better,) if better else (), name=shown(name), most=LABEL_MAX)
    elif name.lower() not in own:
        yield from _taken(name, inventory)


def is_label(name: str) -> bool:
    """Whether the whole text is one DNS label; upper case is refused because it is lost in DNS."""
    return _LABEL.fullmatch(name) is not None and not name.isdigit()


def suggest_label(name: str) -> str:
    """The nearest DNS label: accents dropped, anything else a hyphen; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    label = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LABEL_MAX].strip("-")
    return f"vm-{label}"[:LABEL_MAX] if label.isdigit() else label


def _taken(name: str, inventory: Inventory) -> Iterator[Finding]:
    other = next((g for g in inventory.guests if g.name.lower() == name.lower()), None)
    if other is None:
        return
    key = "ask.name.template" if other.is_template else "ask.name.taken"
    yield found("name", key, (_free_name(name, inventory),), name=name, vmid=other.vmid, node=other.node)


def _free_name(name: str, inventory: Inventory) -> str:
    """The same name with the next number that is free: api01 -> api02, web -> web2."""
    taken = {g.name.lower() for g in inventory.guests}
    match = re.fullmatch(r"(.*?)(\d*)", name)
    stem, digits = match.groups() if match else (name, "")
    number, width = int(digits or 1), len(digits)
    while f"{stem}{number:0{width}d}" in taken or f"{stem}{number:0{width}d}" == name:
        number += 1
        stem = stem[: LABEL_MAX - max(width, len(str(number)))]
    return f"{stem}{number:0{width}d}"
