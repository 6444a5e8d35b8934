"""Which template a person means: by VMID, by name, or by family and version, however they write it. Pure."""

import re
from collections.abc import Mapping

from iac.inventory import Guest, Inventory

CODENAMES: Mapping[str, str] = {
    "focal": "ubuntu 20.04",
    "jammy": "ubuntu 22.04",
    "noble": "ubuntu 24.04",
    "bullseye": "debian 11",
    "bookworm": "debian 12",
    "trixie": "debian 13",
}
"""Release names that people write instead of a number."""

_FILLERS = frozenset({"linux", "server", "cloud", "cloudimg", "image", "template", "lts", "os", "vm", "gnu", "generic"})
_ALIASES: Mapping[str, str] = {"rockylinux": "rocky", "almalinux": "alma", "centosstream": "centos"}


def resolve_template(wanted: str, inventory: Inventory) -> Guest | None:
    """The template meant by ``wanted``, or None.

    A VMID or an exact name wins. Else family and version are compared: "ubuntu 24.04", "Ubuntu-2404" and "noble"
    all mean ``ubuntu-2404-cloud``; a family alone means its newest version. A version that is not there is never
    replaced by another one.
    """
    templates = [g for g in inventory.templates if g.kind == "qemu"]
    exact = [g for g in templates if wanted.strip().lower() in (str(g.vmid), g.name.lower())]
    if exact:
        return min(exact, key=lambda g: g.vmid)
    words, version = _parts(wanted)
    matching = [g for g in templates if _is_meant(words, version, g.name)]
    return min(matching, key=_newest_and_plainest, default=None)


def _is_meant(words: frozenset[str], version: tuple[str, ...], name: str) -> bool:
    names, theirs = _parts(name)
    if not words:
        return False
    return words <= names and _is_version(version, theirs)


def _is_version(wanted: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether 24.04 means 2404, 12.5 means 12 and 24 means 2404; no version wanted means any."""
    if not wanted:
        return True
    if not theirs:
        return False
    joined = "".join(theirs)
    if joined in {"".join(wanted[:count]) for count in range(1, len(wanted) + 1)}:
        return True
    return theirs[: len(wanted)] == wanted or (len("".join(wanted)) > 1 and joined.startswith("".join(wanted)))


def _parts(text: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The family words and the first version number of a name, without filler words."""
    plain = text.lower()
    for codename, release in CODENAMES.items():
        plain = re.sub(rf"\b(?:ubuntu|debian)?[\s_-]*{codename}\b", release, plain)
    version = re.search(r"\d+(?:\.\d+)*", plain)
    words = [_ALIASES.get(word, word) for word in re.findall(r"[a-z]+", plain)]
    kept = frozenset(w for w in words if w not in _FILLERS and len(w) > 1)
    return kept, tuple(version.group().split(".")) if version else ()


def _newest_and_plainest(template: Guest) -> tuple[int, int, str, int]:
    _, version = _parts(template.name)
    return -int("".join(version) or "0"), len(template.name), template.name, template.vmid
