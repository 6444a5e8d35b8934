"""The slots of Kubernetes clusters: which one, how many control planes and workers, how large. Pure."""

import re
from typing import Any

from agents.rules.clauses import Clause
from agents.rules.numbers import digits_for_words
from agents.rules.sizes import settled
from agents.rules.world import World

Slots = dict[str, Any]
_WORKERS = re.compile(
    r"(?P<n>\d+)\s+(?:more |extra |additional |new |autres |nouveaux |supplementaires? "
    r"|de plus |k3s )*(?:workers?|worker nodes?|agents?|agent nodes?|travailleurs?|"
    r"ouvriers?|noeuds? (?:de travail|workers?|ouvriers?|supplementaires?)|"
    r"noeuds?|nodes?)\b"
    r"|\b(?:workers?|agents?|travailleurs?|noeuds?|nodes?)\s*(?:count|number|"
    r"nombre)?\s*(?:[:=]|to|a|x)\s*(?P<after>\d+)"
)
_PLANES = re.compile(
    r"(?P<n>\d+)\s+(?:k3s )?(?:control[- ]?planes?|controllers?|masters?|"
    r"maitres?|servers?|server nodes?|serveurs?|cps?|plans? de controle|"
    r"noeuds? (?:maitres?|de controle)|master nodes?)\b"
    r"|\b(?:control[- ]?planes?|masters?|servers?|maitres?)\s*[:=]\s*(?P<after>\d+)"
)
_CLUSTER_NAME = re.compile(
    r"\b(?:named?|called|name it|call it|nomme[re]?(?:e|-le|-la)?|nomme|"
    r"nom|appelle(?:-le|-la)?|appele|baptise|intitule)\s*(?:it |le |la |"
    r":|=)?\s*[\"'«]?\s*(?P<name>[a-z][\w-]*\w)|\b(?:cluster|k3s)\s+[\"'«“]\s?(?P<quoted>[\w-]+)|\b(?:cluster|"
    r"k3s)\s+(?P<bare>[a-z][\w]*-[\w-]+|"
    r"k3s-\w+)"
)
_PLACES = frozenset({"node", "to_node", "storage", "pool", "vnet", "bridge"})
_LESS = re.compile(
    r"\b(?:remove|drop|delete|minus|take away|fewer|less|down by|supprim\w*|"
    r"retir\w*|enlev\w*|vir\w*|moins|de moins|ote\w*)\b"
)
_MORE = re.compile(
    r"\b(?:add|another|more|extra|additional|plus|ajout\w*|rajout\w*|de plus|"
    r"supplementaire\w*|encore|en plus|by)\b|\+"
)


def known_cluster(clause: Clause, world: World) -> Slots:
    """The cluster that is named, or the only one."""
    known = [m.value for m in clause.marks if m.kind == "cluster"]
    if known:
        return {"cluster": known[0]}
    return {"cluster": world.clusters[0].name} if len(world.clusters) == 1 else {}


def new_cluster(clause: Clause, _: World) -> Slots:
    """A cluster that is to be made: its name, its planes and workers, and the sizes of each."""
    text = _with_ones(clause.text)
    match = _CLUSTER_NAME.search(clause.text)
    slots: Slots = {"cluster": match["name"] or match["quoted"] or match["bare"]} if match else {}
    planes, workers = _number(_PLANES, text), _number(_WORKERS, _PLANES.sub(lambda m: " " * len(m[0]), text))
    total = re.search(r"(\d+)\s+(?:nodes?|noeuds?)\b", text)
    if planes and workers and total and int(total[1]) == planes + workers and "worker" in text:
        after = re.search(r"(\d+)\s+(?:workers?|travailleurs?|ouvriers?|agents?)", text)
        workers = int(after[1]) if after else workers
    if planes:
        slots["control_planes"] = planes
    if workers is not None:
        slots["workers"] = workers
    sizes = settled([m for m in clause.marks if m.kind in {"cores", "memory_mb", "disk_gb", "size"}], ())
    return (
        slots
        | {m.kind: m.value for m in sizes}
        | {m.kind.removeprefix("to_"): m.value for m in clause.marks if m.kind in _PLACES}
    )


def _with_ones(text: str) -> str:
    """Number words as digits; where things are counted "a worker" and "un maître" are one."""
    return digits_for_words(
        re.sub(
            r"\b(?:an?|another|single|one|une?|seul)\b(?! (?:couple|pair|paire|dozen|half|douzaine|dizaine)\b)",
            lambda m: "1".ljust(len(m[0])),
            text,
        )
    )


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    found = list(pattern.finditer(text))
    best = next(
        (m for m in found if "worker" in m[0] or "agent" in m[0] or "travail" in m[0]), found[0] if found else None
    )
    return int(best["n"] or best["after"]) if best else None


def scaled(clause: Clause, _: World) -> Slots:
    """How many workers shall be there, or come, or go."""
    text = _with_ones(clause.text)
    number = _number(_WORKERS, text)
    if number is None:
        loose = re.search(r"(?:to|a|down to|up to|=|:)\s*(\d+)\b|\b(\d+)\b", text)
        number = int(loose[1] or loose[2]) if loose else None
    if number is None:
        return {}
    is_total = re.search(
        (
            r"\b(?:to|a|down to|up to|total|au total|en tout|=)\s*(?:1\s+)?(?:only "
            r"|seulement )?\d+"
        ),
        text,
    ) and not _LESS.search(text)
    if _LESS.search(text) and not re.search(r"\b(?:down to|to)\s+\d", text):
        return {"remove_workers": number}
    return {"workers": number} if is_total or not _MORE.search(text) else {"add_workers": number}
