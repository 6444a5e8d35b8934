"""New sizes of guests that stand: absolute, by an amount, or times a factor, against what they have. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agents.rules.clauses import Clause
from agents.rules.marks import Mark
from agents.rules.sizes import as_slot
from agents.rules.world import Being, World

_LABELS = {
    "cores": r"\b(?:v?cpus?|v?cores?|coeurs?|processeurs?|processors?)\b",
    "memory_mb": r"\b(?:ram|memory|memoire|mem)\b",
    "disk_gb": r"\b(?:disks?|disques?|storage|stockage|espace|space|place|drive|rootfs|room)\b",
}
_FACTORS = (
    (2.0, r"\b(?:doubl\w*|twice|two times|deux fois|2 ?x|x ?2)\b"),
    (3.0, r"\b(?:tripl\w*|three times|trois fois|3 ?x|x ?3)\b"),
    (4.0, r"\b(?:quadrupl\w*|four times|quatre fois)\b"),
    (0.5, r"\b(?:half|halve\w*|moitie|divis\w* par (?:deux|2))\b"),
    (1.5, r"\b(?:by (?:a )?half|50 ?%|de moitie en plus)(?!\w)"),
)
FACTOR = re.compile("|".join(words for _, words in _FACTORS))
"""Words that multiply a size."""
_MORE = re.compile(
    r"\b(?:more|extra|additional|another|add|adding|further|de plus|en plus|"
    r"supplementaires?|ajoute\w*|rajoute\w*|encore|rab|manque\w*|by|il (?:lui "
    r")?manque)\b|\+\s*\d"
    r"|\b(?:augmente\w*|agrandi\w*|increase|grow|extend|expand|bump|raise|"
    r"gonfle\w*|etend\w*)\b(?:(?!\b(?:to|a|jusqu)\b).)*?\b(?:de|d'|by|of)\s*(?:encore "
    r")?\d"
)
_LESS = re.compile(
    r"\b(?:less|de moins|en moins|remove|retire\w*|enleve\w*)\b|\b(?:redui\w*|"
    r"diminu\w*|reduce|shrink|decrease|lower|baisse\w*)\b(?:(?!\b(?:to|a)\b).)*?\b(?:de|"
    r"d'|by)\s*\d"
)
_SETS = re.compile(r"\b(?:set|make|put|mettre|mets|passe\w*|(?:to|a)(?=\s*\d))\b")
_FLAVOR = re.compile(r"\b(?:to|a|en|taille|size|flavou?r|gabarit)\s+(?:an? |une? )?(?P<flavor>small|medium|x?large)\b")
_LEAST_MB = 512
"""A bare number beside "memory" is MB from here on, GB below."""
_MEMORY_STEPS = frozenset({0.5, 1, 2, 4, 6, 8, 12, 16})


def resized(clause: Clause, world: World, names: Sequence[str]) -> dict[str, Any]:
    """The slots of a change of sizes; relative ones are worked out where one guest is meant and its sizes are known."""
    beings = [being for name in names if (being := world.being(name))]
    being = beings[0] if len(beings) == 1 or len({(b.cores, b.memory_mb, b.disk_gb) for b in beings}) == 1 else None
    text = " " * clause.start + clause.text  # marks stand where they stand in the whole message
    slots = _factors(clause.text, being)
    like = next((m for m in clause.marks if m.kind == "like"), None)
    model = world.being(like.value[0]) if like else None
    if model:
        slots |= _copied(clause.text, model)
    if flavor := _FLAVOR.search(clause.text):
        slots["flavor"] = flavor["flavor"]
    marks = [m for m in clause.marks if m.kind in {"cores", "memory_mb", "disk_gb", "size"}]
    if not marks and not slots:
        slots |= _bare(clause.text)
    for mark in marks:
        slots |= _one(mark, text, being, has_others=len(marks) > 1)
    return slots


def _bare(text: str) -> dict[str, Any]:
    """A number without a unit, where one size alone is spoken of: "the cpu of web01 should be raised to 6"."""
    spoken = [slot for slot, words in _LABELS.items() if re.search(words, text)]
    said = re.findall(r"\b(?:to|a|at|jusqu'a|=|:)\s*(\d{1,6})(?![\w.,/:%-]|\s*(?:h|am|pm|heures?|%)\b)", text)
    if len(spoken) != 1 or len(said) != 1:
        return {}
    number = int(said[0])
    is_gigabytes = spoken[0] == "memory_mb" and number < _LEAST_MB
    return {spoken[0]: number * 1024 if is_gigabytes else number}


def _one(mark: Mark, text: str, being: Being | None, *, has_others: bool) -> dict[str, Any]:
    sign = sign_of(mark, text)
    settled = _settled(mark, being, text, is_relative=sign != 0, has_others=has_others) if mark.kind == "size" else mark
    slot, value = settled.kind, abs(settled.value)
    if sign == 0:
        return {slot: value}
    now = getattr(being, slot) if being else 0
    if now:
        return {slot: now + sign * value}
    name = {"cores": "cores", "memory_mb": "memory", "disk_gb": "disk"}[slot]
    unit = {"cores": "", "memory_mb": "_mb", "disk_gb": "_gb"}[slot]
    return {f"{name}_{'add' if sign > 0 else 'remove'}{unit}": value}


def sign_of(mark: Mark, text: str) -> int:
    """+1 where the amount comes on top, -1 where it goes away, 0 where it is what shall be."""
    before, after = text[: mark.start], text[mark.start :]
    stop = max(before.rfind(","), before.rfind(" and "), before.rfind(" et "))
    near = before[stop + 1 :] + after.split(",", 1)[0].split(" and ", 1)[0].split(" et ", 1)[0]
    if re.search(r"\b(?:to|a|=|jusqu'a|at)\s*$", before) and not re.search(r"\+\s*$", before):
        return 0
    if _LESS.search(near) or re.search(r"-\s*$", before):
        return -1
    if _MORE.search(near):
        return 1
    is_said_before = re.search(r"\b(?:add|ajout\w*|rajout\w*|extra|more|de plus)\b", before) is not None
    return 1 if is_said_before and not _SETS.search(near) else 0


def _settled(mark: Mark, being: Being | None, text: str, *, is_relative: bool, has_others: bool) -> Mark:
    """A size without a label: the only kind spoken of; else judged by what the guest has and how sizes come."""
    spoken = [slot for slot in ("memory_mb", "disk_gb") if re.search(_LABELS[slot], text)]
    if len(spoken) == 1 and not has_others:
        return as_slot(mark, spoken[0])
    gigabytes = mark.value / 1024
    if is_relative:
        return as_slot(mark, "memory_mb" if gigabytes in _MEMORY_STEPS else "disk_gb")
    is_disk = being is not None and being.disk_gb > 0 and gigabytes >= being.disk_gb
    return as_slot(mark, "disk_gb" if is_disk or (being is None and gigabytes > 64) else "memory_mb")  # noqa: PLR2004 - rarely memory


def _factors(text: str, being: Being | None) -> dict[str, Any]:
    factor = next((f for f, words in reversed(_FACTORS) if re.search(words, text)), None)
    if factor is None or being is None:
        return {}
    slots = [slot for slot, words in _LABELS.items() if re.search(words, text)]
    return {slot: max(1, round(now * factor)) for slot in slots if (now := getattr(being, slot))}


def _copied(text: str, model: Being) -> dict[str, Any]:
    slots = [slot for slot, words in _LABELS.items() if re.search(words, text)] or list(_LABELS)
    return {slot: getattr(model, slot) for slot in slots}


def shrinks_disk(slots: Mapping[str, Any], beings: Sequence[Being]) -> bool:
    """Whether a change would make the disk of a guest smaller, which cannot be done."""
    wanted = slots.get("disk_gb")
    return slots.get("disk_remove_gb") is not None or any(wanted is not None and 0 < wanted < b.disk_gb for b in beings)
