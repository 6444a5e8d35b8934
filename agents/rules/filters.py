"""Guests meant by what they have in common: "all stopped VMs in pool dev", "les machines des étudiants". Pure."""

import re
from collections.abc import Sequence

from agents.rules.lexicon import Heard
from agents.rules.marks import Mark
from agents.rules.world import Being, World

_MANY = re.compile(
    r"\b(?:all|every|each|the|these|those|tous|toutes|les|ces|chaque|des)\b[^.,;]{0,30}\b(?:vms|databases?|dbs?|"
    r"runners?|"
    r"workers|sandboxes|proxies|bases|boites|becanes|"
    r"machines|servers|serveurs|boxes|guests|containers|conteneurs|cts|instances|"
    r"lxcs?|every vm|vm)\b"
    r"|\b(?:every|each|chaque)\b[^.,;]{0,30}\b(?:machine|server|serveur|box|guest|"
    r"container|conteneur|instance)\b|\b(?:everything|tout ce qui)\b"
)
_NO_KINDS = frozenset(
    {"prod", "dev", "test", "staging", "vm", "server", "machine", "node", "ct", "box", "new", "old", "all", "the"}
)
_CALLED_SO = {"database": "db", "base": "db", "windows": "win", "proxie": "haproxy", "proxy": "haproxy"}
"""Words for a kind of guest and the part of a name that stands for it."""
_WORDS = {
    "students": r"(?:students?|etudiante?s?|eleves?)",
    "shared": r"(?:shared|partagee?s?)",
    "prod": r"prod(?:uction)?",
    "dev": r"dev(?:elopment|eloppement)?",
}


def filter_mark(text: str, heard: Sequence[Heard], marks: Sequence[Mark], world: World) -> list[Mark]:
    """One mark with the guests that several words narrow down; none where guests are named or nothing narrows."""
    match = _MANY.search(text)
    if match is None or any(m.kind in {"guest", "loose", "open", "cluster", "like"} for m in marks):
        return []
    left_out = {name for m in marks if m.kind == "except" for name in m.value}
    beings = [b for b in world.beings if b.name not in left_out]
    is_narrow = False
    if status := _status(heard):
        beings, is_narrow = [b for b in beings if b.status == status], True
    if pool := pool_in(text, marks, world):
        beings, is_narrow = [b for b in beings if b.pool == pool], True
    is_moved = any(h.kind == "act" and h.concept == "migrate" for h in heard)
    kinds = {"node", "from_node"} if is_moved else {"node", "from_node", "to_node"}
    nodes = [m.value for m in marks if m.kind in kinds]
    if nodes:
        beings, is_narrow = [b for b in beings if b.node in nodes], True
    if any(h.kind == "thing" and h.concept == "ct" for h in heard):
        beings, is_narrow = [b for b in beings if b.kind == "lxc"], True
    if is_narrow:
        beings = _of_kind(text, beings)
    names = tuple(b.name for b in beings)
    return [Mark("filter", names, *match.span())] if is_narrow and names else []


def _status(heard: Sequence[Heard]) -> str | None:
    """The state that guests are told apart by: "turn off all" names none, "all that are off" does."""
    acts = [h for h in heard if h.kind == "act" and h.concept in {"start", "stop", "restart"}]
    said = [h for h in heard if h.kind == "manner" and h.concept in {"stopped", "running"}]
    said = [h for h in said if not acts or not (acts[0].start <= h.start < acts[0].end)]
    return said[0].concept if said else None


def _of_kind(text: str, beings: Sequence[Being]) -> list[Being]:
    """Those whose names hold a word of the message: "all prod web servers"."""
    words = {w.removesuffix("s") for w in re.findall(r"[a-z]+", text)} - _NO_KINDS
    words |= {other for word, other in _CALLED_SO.items() if word in words}
    alike = [b for b in beings if words & set(re.findall(r"[a-z]+", b.name.lower()))]
    return alike or list(beings)


def pool_in(text: str, marks: Sequence[Mark], world: World) -> str | None:
    """The pool that is spoken of, by its name or as people call its guests."""
    said = next((m.value for m in marks if m.kind == "pool"), None)
    if said:
        return str(said)
    for pool in world.seen.pools:
        if re.search(rf"(?<![\w-]){_WORDS.get(pool, re.escape(pool.lower()))}(?![\w-])", text):
            return pool
    return None
