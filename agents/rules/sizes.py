"""Cores, memory and disk, however they are written: 4c/8g, "8 Go de RAM", "disque : 1 To", "half a gig". Pure.

A size without a word beside it ("2 gb / 25 gb") is a mark of kind ``size``; ``settled`` decides later which it is.
"""

import re
from collections.abc import Iterator, Sequence

from agents.rules.labels import labelled
from agents.rules.marks import Mark, take_all
from agents.rules.numbers import digits_for_words
from agents.rules.page import Page

_NUMBER = r"(?P<number>-?\d{1,3}(?:[ ,]\d{3})+(?![\d.])|-?\d+(?:[.,]\d+)?|(?<!\w)\.\d+)"
_CORE = (
    r"(?:(?:virtual|virtuels?|logical|physical|more|extra|additional|autres?)\s+)?(?:v?cpus?|"
    r"v?cores?|coeurs?|vcoeurs?|procs?|"
    r"processeurs?|processors?|threads?)(?![a-z0-9])|c(?![a-z'])"
)
_BYTES = (
    r"(?P<g>g(?:ib|i?[bo]|igas?|igs?|iga(?:bytes?|octets?))?)(?![a-z])"
    r"|(?P<m>m(?:ib|i?[bo]|egs?|egas?|ega(?:bytes?|octets?))|(?<=\d)m)(?![a-z])"
    r"|(?P<t>t(?:ib|i?[bo]|eras?|era(?:bytes?|octets?))|(?<=\d)t)(?![a-z])"
)
_QUANTITY = re.compile(rf"{_NUMBER} *-? *(?:(?P<core>{_CORE})|{_BYTES})(?! *[:=] *\d)")
_CORES_FIRST = re.compile(
    r"\b(?:v?cores?|v?cpus?|v?coeurs?|processeurs?|processors?|procs?)\s*(?:[:=]|to|a|de|of)?\s*(?P<number>\d+)\b(?!\s*[%.])"
)
_BARE_FIRST = re.compile(
    r"\b(?P<label>ram|mem|memory|memoire|disk|disque)\s*(?:[:=]|to|a|de|of)?\s*(?P<number>\d+)\b(?!\s*[%.])"
)
_BARE_AFTER = re.compile(r"(?<![\w.])(?P<number>\d+)\s+(?:de\s+|of\s+)?(?P<label>ram|disk|disque)\b")
_TRIPLE = re.compile(r"(?<![\w/.])(\d{1,3})/(\d{1,4})/(\d{1,5})(?![\w/.])")
_FACTORS = {"g": 1024.0, "m": 1.0, "t": 1024.0 * 1024.0}
_MOST_BARE_GB = 512
"""A bare number beside "ram" is GB up to here, MB above."""


def read_sizes(page: Page) -> tuple[list[Mark], Page]:
    """All quantities: ``cores`` (a count), ``memory_mb``, ``disk_gb``, and ``size`` in MB where nothing says which."""
    spelled = Page(page.said, digits_for_words(page.text))
    marks = list(_triples(spelled))
    spelled = take_all(spelled, marks)
    quantities = list(_quantities(spelled))
    rest = take_all(spelled, quantities)
    cores = [Mark("cores", _whole(m["number"]), *m.span()) for m in _CORES_FIRST.finditer(rest.text)]
    rest = take_all(rest, cores)
    bare = list(_bare_both(rest))
    found = labelled([*marks, *quantities, *cores, *bare], rest.text)
    return sorted(found, key=lambda m: m.start), take_all(page, found)


def settled(sizes: Sequence[Mark], missing: Sequence[str]) -> list[Mark]:
    """Give every unlabelled ``size`` its slot, by what else is known: two are memory then disk, one is judged."""
    known = {mark.kind for mark in sizes}
    loose = [mark for mark in sizes if mark.kind == "size"]
    open_slots = [slot for slot in ("memory_mb", "disk_gb") if slot not in known and slot in missing]
    slots = open_slots or [slot for slot in ("memory_mb", "disk_gb") if slot not in known]
    if len(loose) == 1 and len(slots) > 1:
        slots = ["memory_mb" if is_memory_like(loose[0].value) else "disk_gb"]
    kept = [mark for mark in sizes if mark.kind != "size"]
    return kept + [as_slot(mark, slot) for mark, slot in zip(loose, slots, strict=False)]


def is_memory_like(megabytes: float) -> bool:
    """Whether a lone size is more likely memory: small, or a multiple of 16 GB as memory modules are."""
    gigabytes = megabytes / 1024
    return gigabytes < 20 or gigabytes in {24, 32, 48, 64, 96, 128, 192, 256}  # noqa: PLR2004 - sizes of memory


def as_slot(mark: Mark, slot: str) -> Mark:
    """An unlabelled size as memory (MB) or disk (GB)."""
    value = round(mark.value) if slot == "memory_mb" else max(round(mark.value / 1024), min(1, round(mark.value)))
    return Mark(slot, value, mark.start, mark.end)


def _quantities(page: Page) -> Iterator[Mark]:
    end = -1
    for match in _QUANTITY.finditer(page.text):
        before = page.text[match.start() - 1 : match.start()]
        if match.start() != end and (
            before.isalnum() or (before in {"-", "_", ".", "/"} and not _is_list(page, match))
        ):
            continue
        if match["t"] == "to" and not _is_terabytes(page, match):
            continue
        end = match.end()
        number = number_of(match["number"])
        if match["core"]:
            yield Mark("cores", round(number), *match.span())
        else:
            unit = next(u for u in _FACTORS if match[u])
            yield Mark("size", number * _FACTORS[unit], *match.span())


def _is_list(page: Page, match: re.Match[str]) -> bool:
    """Whether the slash before belongs to 4c/8g/60g or "2 cores/4 GB" and not to a path."""
    return re.search(r"[a-z0-9] ?/$", page.text[: match.start()]) is not None and "//" not in page.text


def _is_terabytes(page: Page, match: re.Match[str]) -> bool:
    """Whether "1 to" is French terabytes and not English "1 to 4"."""
    is_written_so = page.said[match.start("t") : match.end("t")] in {"To", "TO"}
    is_attached = page.text[match.start("t") - 1].isdigit()
    return is_written_so or is_attached or re.match(r"\s*(?:de|d'|$|[,.;])", page.text[match.end() :]) is not None


def _triples(page: Page) -> Iterator[Mark]:
    for match in _TRIPLE.finditer(page.text):
        yield Mark("cores", int(match[1]), match.start(1), match.end(1))
        yield Mark("memory_mb", int(match[2]) * (1024 if int(match[2]) < _MOST_BARE_GB else 1), *match.span(2))
        yield Mark("disk_gb", int(match[3]), *match.span(3))


def _bare_both(page: Page) -> Iterator[Mark]:
    """Labels before ("ram 8 disk 60") or after ("8 ram 60 disk"): the style that begins first is read first."""
    firsts = [(m.start(), p) for p in (_BARE_FIRST, _BARE_AFTER) if (m := p.search(page.text))]
    for _, pattern in sorted(firsts, key=lambda pair: pair[0]):
        marks = list(_bare(page, pattern))
        page = take_all(page, marks)
        yield from marks


def _bare(page: Page, pattern: re.Pattern[str]) -> Iterator[Mark]:
    for match in pattern.finditer(page.text):
        number = int(match["number"])
        is_disk = match["label"].startswith("dis")
        factor = 1 if number >= _MOST_BARE_GB else 1024
        yield Mark("disk_gb" if is_disk else "memory_mb", number if is_disk else number * factor, *match.span())


def number_of(text: str) -> float:
    """A number as people write it: 4,000 and "4 000" are thousands, 0,5 and 0.5 are halves."""
    if re.fullmatch(r"-?\d{1,3}(?:[ ,]\d{3})+", text):
        return float(text.replace(",", "").replace(" ", ""))
    return float(text.replace(",", "."))


def _whole(text: str) -> int:
    return round(number_of(text))
