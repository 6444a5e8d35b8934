"""Answers to questions that were just asked: "60", "debian", "oui", or typed choices from the card. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agents.rules.numbers import digits_for_words
from agents.rules.page import fold, page_of
from agents.rules.reading import Reading
from agents.rules.sizes import number_of, read_sizes

SLOT_OF = {"image": "image", "cores": "cores", "memory": "memory_mb", "disk": "disk_gb"}
"""The slot of a question and the field of a wish that it fills; other slots have the same name."""

_YES = re.compile(
    r"^(?:(?:yes|yep|yeah|yup|sure|ok(?:ay)?|oui|ouais|d'accord|dac|volontiers|fine|good|great|"
    r"perfect|parfait|go|go ahead|vas[- ]y|allez[- ]y|ca (?:me )?va|ca marche|ca me convient|"
    r"tres bien|c'est (?:bon|bien|parfait)|sounds good|that works|looks good|"
    r"as (?:you )?(?:suggest(?:ed)?|propose)|comme (?:tu veux|vous voulez|propose)|(?:take |use |"
    r"with |prends |avec |les |the |par |valeurs |values )*(?:defaults?|defaut|suggestions?|"
    r"suggested)(?: values?| ones?)?|please|stp|svp|s'il (?:te|vous) plait|merci|"
    r"thanks)[\s,.!]*)+$"
)
_REST = re.compile(
    r"\b(?:defaults?|par defaut|suggested|suggere\w*|the rest|le reste|for the others?|pour les autres)\b"
)
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:[.,]\d+)?(?![\w.,]*\d)(?![a-z])")
_THAT_MANY = re.compile(
    r"\b(?:fais|mets|cree|prends|faut|veux|voudrais|prevois|lance)[- ](?:m'|moi[- ]|en[- ]?)*en "
    r"(?P<n>\d{1,2})\b(?!\s*(?:g|c|m|t|coeur))|"
    r"\b(?:make|give|do|need|want|have) (?:it |that |me |us )?(?P<m>\d{1,2})(?: of (?:them|those|"
    r"these))?\s*(?:please|instead|actually|$|[.!,])"
)
_ONE_MORE = re.compile(
    r"^\W*(?:and |et |ok |oui |yes |actually )?(?:one more|another one|encore une|une (?:autre|de plus))\b|"
    r"\b(?:add|make|create|want|need|give me) (?:me )?(?:a second|another|one more)(?: one| vm| like it| of "
    r"(?:them|those))?\b|"
    r"\b(?:ajoute|rajoute|fais|cree|mets|veux|voudrais|faut)\b.{0,8}\b(?:une? (?:deuxieme|seconde?|autre)|encore une)\b"
)
_SIZES = {
    "cores": re.compile(r"\b(?:v?cpus?|v?cores?|coeurs?|processeurs?)\b"),
    "memory": re.compile(r"\b(?:ram|memory|memoire|mem)\b"),
    "disk": re.compile(r"\b(?:disks?|disques?|storage|stockage|espace|space)\b"),
}
_CORRECTS = re.compile(
    r"\b(?:plutot|rather|instead|actually|en fait|finalement|no|non|make (?:it|that)|i mean[t]?|je voulais dire|pardon|"
    r"sorry|oops|wait|attends?|mets(?:-en)?|change|only|seulement)\b"
)


def takes_defaults(text: str) -> bool:
    """Whether the whole message is a yes, or it hands what is left to the suggestion."""
    folded = fold(text).strip()
    return bool(_YES.match(folded) or _REST.search(folded))


def bare_values(text: str, pending: Mapping[str, str], reading: Reading) -> dict[str, Any]:
    """Numbers without a unit: one for the one size that was asked, or as many as were asked, in order."""
    page = page_of(text)
    for mark in reading.marks:
        if mark.kind not in {"count", "size"}:
            page = page.take(mark.start, mark.end)
    found = [number_of(n) for n in _NUMBER.findall(digits_for_words(page.text))]
    read = {mark.kind for mark in reading.marks}
    asked = [slot for slot in ("cores", "memory", "disk") if slot in pending and SLOT_OF[slot] not in read]
    if "size" in read or ("image" in read and len(asked) != len(found)):
        return {}
    if not found or len(found) != len(asked):
        return {}
    return {SLOT_OF[slot]: _in_unit(slot, number) for slot, number in zip(asked, found, strict=True)}


def corrected_values(text: str, answered: Sequence[str], reading: Reading) -> dict[str, Any]:
    """A lone number that takes the place of the one size that was answered just before: "60 plutôt"."""
    sizes = [slot for slot in ("cores", "memory", "disk") if slot in answered]
    page = page_of(text)
    for mark in reading.marks:
        page = page.take(mark.start, mark.end)
    found = [number_of(n) for n in _NUMBER.findall(digits_for_words(page.text))]
    if len(sizes) != 1 or len(found) != 1 or not _CORRECTS.search(page.text):
        return {}
    return {SLOT_OF[sizes[0]]: _in_unit(sizes[0], found[0])}


def more_alike(text: str) -> int | None:
    """How many guests a standing request shall be: a number of them, or 0 for one more; None where it says nothing."""
    plain = digits_for_words(fold(text))
    if match := _THAT_MANY.search(plain):
        return int(match["n"] or match["m"])
    return 0 if _ONE_MORE.search(plain) else None


def named_size(text: str, reading: Reading) -> dict[str, Any]:
    """A lone number and the one size that is named beside it: "bigger disk please, 100"."""
    plain = digits_for_words(fold(text))
    found = [number_of(n) for n in _NUMBER.findall(plain)]
    slots = [slot for slot, label in _SIZES.items() if label.search(plain)]
    is_said = bool(reading.changes) or bool({m.kind for m in reading.marks} - {"count"})
    if len(found) != 1 or len(slots) != 1 or is_said:
        return {}
    return {SLOT_OF[slots[0]]: _in_unit(slots[0], found[0])}


def typed_values(answers: Mapping[str, str]) -> dict[str, Any]:
    """The choices made on a question card, as fields of a wish; an answer that says nothing is left out."""
    values: dict[str, Any] = {}
    for slot, text in answers.items():
        value = _typed(slot, text.strip())
        if value is not None:
            values["names" if slot == "name" else SLOT_OF.get(slot, slot)] = value
    return values


def _typed(slot: str, text: str) -> Any:
    if slot == "name":
        return [part for part in re.split(r"[,\s]+", text) if part] or None
    if slot not in {"cores", "memory", "disk"}:
        return text or None
    if re.fullmatch(r"-?\d+(?:[.,]\d+)?", text):
        return _in_unit(slot, number_of(text))
    return _measured(slot, text)


def _measured(slot: str, text: str) -> int | None:
    """A value with its unit; cores for cores, a size for memory (MB) or disk (GB)."""
    marks, _ = read_sizes(page_of(text))
    if not marks or (slot == "cores") != (marks[0].kind == "cores"):
        return None
    if slot == "cores":
        return int(marks[0].value)
    megabytes = float(marks[0].value) * (1024 if marks[0].kind == "disk_gb" else 1)
    return round(megabytes if slot == "memory" else megabytes / 1024)


def _in_unit(slot: str, number: float) -> int:
    """A bare number is cores, or GB; memory of 512 and more is MB."""
    if slot == "memory":
        return round(number) if number >= 512 else round(number * 1024)  # noqa: PLR2004 - as in sizes
    return round(number)
