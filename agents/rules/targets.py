"""Which guests that exist a message means: by name, number, owner, kind of work, or all that are so and so. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.rules.lexicon import vocabulary
from agents.rules.marks import Mark
from agents.rules.rows import rows_in
from agents.rules.world import Being, World

_PLURAL = re.compile(
    r"\b(?:all|both|every|each|tous|toutes|les|the two|the three|these|those|"
    r"ces|mes|my|our|nos|chaque)\b"
)
_PLAIN_WORDS = """
vm vms web db api test dev prod staging lab tp box app server serveur node old new main k3s cp w ct data
cluster shop win home base front back site bench demo tools sandbox mail relay live build runner agent ci
"""
_TOO_PLAIN = frozenset(_PLAIN_WORDS.split())
"""Parts of names that people also use as plain words: they mean a guest only beside another part or a plural."""
_NEVER = frozenset(
    [
        "vm",
        "vms",
        "server",
        "serveur",
        "machine",
        "box",
        "node",
        "cluster",
        "prod",
        "dev",
        "test",
        "staging",
        "new",
        "old",
        "main",
        "cp",
        "ct",
        "app",
        "data",
        "live",
        "build",
    ]
)
_ARTICLES = frozenset(
    {
        "serveurs",
        "serveur",
        "servers",
        "machines",
        "vms",
        "the",
        "le",
        "la",
        "les",
        "l",
        "ce",
        "cette",
        "ces",
        "this",
        "that",
        "our",
        "both",
        "deux",
        "two",
        "notre",
        "nos",
        "mon",
        "ma",
        "my",
    }
)
_LINKS = frozenset({"de", "du", "of", "d", "for", "pour"})
_WORD = re.compile(r"(?<![\w.-])[a-z0-9]+(?!\w|-\w)")
_VMID = re.compile(
    r"(?<![\w.,/:-])(?:(?P<lead>vms?|ct|id|vmid|machine|no|n°|numero|number|la|le|les|the|et|and|,)?\s*#?\s*)"
    r"(?<!error )(?<!erreur )(?<!http )(?<!code )(?<!port )(?<!errors )(?P<id>\d{3,6})"
    r"(?![\w/:%-]|[.,]\d|\s*(?:gi?[bo]?|m[bo]|megs?|megas?|mib|gib|coeurs?|cores?|v?cpus?|tb|gigs?|mhz|days?|"
    r"jours?|heures?|hours?)\b|\s*to\s*(?:$|[,.;]|de\b))"
)
_LONG_WORD = re.compile(r"(?<![\w./-])[a-z][a-z0-9-]{4,}[a-z0-9](?![\w/-])")
_FAILS = re.compile(
    r"\b(?:errors?|erreurs?|http|throw\w*|return\w*|shows?|showing|gives?|gateway|since|depuis|renvoie|affiche|"
    r"repond\w*|"
    r"codes?|status|en boucle|un|une|a)\b"
)
_OWNED = re.compile(
    r"\b(?:vms?|machines?|box(?:es)?|servers?|serveurs?|becanes?|sandbox(?:es)?|"
    r"ct|conteneurs?|containers?|instances?)\s+"
    r"(?:de |d'|of |belonging to |owned by |a |for |chez |appartenant a )(?P<owner>[a-z]+)\b"
    r"|\b(?P<needs>[a-z]+) (?:needs?|wants?|a besoin de|veut|voudrait) (?:his|her|its|their|sa|son|ses) "
    r"(?:vms?|machines?|box(?:es)?|servers?|serveurs?|sandbox(?:es)?|ct|instances?)\b"
    r"|\b(?P<whose>[a-z]+)'s? (?:vms?|machines?|box(?:es)?|servers?|sandbox(?:es)?|containers?|instances?)\b"
)
_MINE = re.compile(
    r"\b(?:my|mes|ma|mon|our|nos)\s+(?:own |propre |petite? |little |only |seule )?"
    r"(?P<thing>vms?|machines?|box(?:es)?|servers?|serveurs?|becanes?|sandbox(?:es)?|"
    r"conteneurs?|containers?|instances?)\b(?!\s+[a-z]+\d)"
)


_THEIRS = re.compile(
    r"\b(?:his|her|their|sa|son|ses|leurs?)\s+(?:old |own |propre |petite? |ancienne )?"
    r"(?:vms?|machines?|box(?:es)?|servers?|serveurs?|becanes?|sandbox(?:es)?|ct|instances?)\b"
)


@dataclass(frozen=True, slots=True)
class Meant:
    """The guests meant, where each is named, and whether it is open which of several is meant."""

    values: tuple[tuple[str, ...], ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    is_open: bool = False
    kinds: tuple[str, ...] = ()


def guests_meant(text: str, world: World) -> Meant:
    """Every guest that a folded text refers to; owners and groups only where nobody is named."""
    marks = _apart([*rows_in(text, world), *_by_name(text, world), *_by_number(text, world), *_by_stem(text, world)])
    marks += list(_by_parts(text, world, marks))
    if not marks:
        marks = list(_by_slip(text, world))
    if not marks:
        marks = list(_by_owner(text, world))
    marks = sorted(marks, key=lambda m: m.start)
    if any(m.kind == "guest" for m in marks):
        marks = [m for m in marks if m.kind == "guest" or (m.kind == "loose" and len(m.value) > 1)]
    spans = tuple((m.start, m.end) for m in marks)
    return Meant(
        tuple(m.value for m in marks), spans, any(m.kind == "open" for m in marks), tuple(m.kind for m in marks)
    )


def _by_name(text: str, world: World) -> Iterator[Mark]:
    """Names as they are, with the hyphen left out, or with a number written otherwise ("web 1" for web01)."""
    for being in sorted(world.beings, key=lambda b: len(b.name), reverse=True):
        parts = re.findall(r"[a-z]+|\d+", being.name.lower())
        loose = r"[ _-]?".join(rf"0*{int(p)}" if p.isdigit() else re.escape(p) for p in parts)
        for match in re.finditer(
            (
                rf"(?<![\w-])(?<!\w\.)(?:{re.escape(being.name.lower())}|{loose})(?![\w]|"
                rf"-\w)"
            ),
            text,
        ):
            if len(parts) > 1 or len(being.name) > 2:  # noqa: PLR2004 - a name of two letters is a word too often
                yield Mark("guest", (being.name,), *match.span())


def _by_number(text: str, world: World) -> Iterator[Mark]:
    numbers = {str(b.vmid): b.name for b in world.beings}
    for match in _VMID.finditer(text):
        if match["id"] in numbers and not _is_error(match, text) and not _is_measure(match, text):
            yield Mark("guest", (numbers[match["id"]],), *match.span("id"))


_MEASURED = re.compile(
    r"\b(?:dis[kc]s?|disques?|ram|mem|memory|memoire|storage|stockage|space|espace|size|taille|gb|go)\b"
    r"(?:(?! (?:of|de|du|d') )[^.;,]){0,24}?\W*(?:to|a|=|:|is|de|of|->)?\s*$"
)
_ARROW = re.compile(r"\s*(?:->|=>|\u2192)\s*\d")


def _is_measure(match: re.Match[str], text: str) -> bool:
    """Whether a number is a size and no guest: "disk 300", "disque 200 -> 400 Go"."""
    if match["lead"] and match["lead"] not in {",", "et", "and"}:
        return False
    return bool(_MEASURED.search(text[: match.start("id")]) or _ARROW.match(text, match.end("id")))


def _is_error(match: re.Match[str], text: str) -> bool:
    """Whether a number is what a web server answers, and no guest: "throws 502 errors"."""
    if not re.fullmatch(r"[45]0\d", match["id"]) or match["lead"]:
        return False
    near = text[max(0, match.start("id") - 16) : match.end("id") + 14]
    return _FAILS.search(near) is not None


def _by_stem(text: str, world: World) -> Iterator[Mark]:
    """Guests whose names begin alike: "the two tp-reseau machines"."""
    for match in re.finditer(r"(?<![\w.-])[a-z]+(?:-[a-z]+)+(?!\w|-\w)", text):
        names = tuple(b.name for b in world.beings if re.fullmatch(rf"{match[0]}-?\d+", b.name.lower()))
        if names:
            yield Mark("loose" if len(names) > 1 else "guest", names, *match.span())


def _by_slip(text: str, world: World) -> Iterator[Mark]:
    """Names with two letters swapped, one missing or one too many, where only one guest can be meant."""
    for match in _LONG_WORD.finditer(text):
        word = match[0]
        if word in vocabulary() or any(word in b.name.lower() for b in world.beings):
            continue
        near = [b.name for b in world.beings if b.name[0].lower() == word[0] and _is_slip(word, b.name.lower())]
        if len(near) == 1:
            yield Mark("guest", (near[0],), *match.span())


def _is_slip(word: str, name: str) -> bool:
    if re.sub(r"\D", "", word) != re.sub(r"\D", "", name):
        return False
    if len(word) == len(name):
        return sorted(word) == sorted(name) and sum(a != b for a, b in zip(word, name, strict=True)) == 2  # noqa: PLR2004 - a pair
    short, long = sorted((word, name), key=len)
    return len(long) - len(short) == 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def _by_parts(text: str, world: World, known: Sequence[Mark]) -> Iterator[Mark]:
    """Groups and single guests called by what they do: "the ci runners", "le serveur grafana", "both kafka nodes"."""
    taken = [(m.start, m.end) for m in known]
    words = [
        ("win" if m[0] == "windows" else m[0], *m.span())
        for m in _WORD.finditer(text)
        if m[0] not in _LINKS and not any(a <= m.start() < b for a, b in taken)
    ]
    groups: dict[tuple[str, ...], list[Being]] = {}
    for being in world.beings:
        stem = tuple(re.findall(r"[a-z]+", being.name.lower()))
        for parts in {stem, *((p,) for p in stem)}:
            groups.setdefault(parts, []).append(being)
    for parts in sorted(groups, key=len, reverse=True):
        exact = [b for b in groups[parts] if tuple(re.findall(r"[a-z]+", b.name.lower())) == parts]
        groups[parts] = exact if len(exact) > 1 else groups[parts]
        found = _place_of(parts, words)
        if found is None or any(a <= found[0] < b for a, b in taken):
            continue
        taken.append(found[:2])
        yield from _of_group(text, groups[parts], found)


def _place_of(parts: tuple[str, ...], words: Sequence[tuple[str, int, int]]) -> tuple[int, int, bool] | None:
    """Where all parts of a name stand side by side, in any order; whether the last is a plural."""
    if len(parts) == 1 and (parts[0] in _NEVER or len(parts[0]) < 3):  # noqa: PLR2004 - too short to mean a name
        return None
    size = len(parts)
    for at in range(len(words) - size + 1):
        window = words[at : at + size]
        if size == 1 and window[0][2] - window[0][1] > len(window[0][0]):
            continue  # "windows" alone is a system
        if size == 1 and parts[0] in _TOO_PLAIN and (at == 0 or words[at - 1][0] not in _ARTICLES):
            continue
        said = sorted(_singular(word) if _singular(word) in parts else word for word, _, _ in window)
        if said == sorted(parts) and not window[0][0].isdigit():
            is_plural = any(word not in parts for word, _, _ in window)
            return window[0][1], window[-1][2], is_plural
    return None


def _of_group(text: str, group: Sequence[Being], found: tuple[int, int, bool]) -> Iterator[Mark]:
    start, end, is_plural = found
    lead = text[max(0, start - 24) : start]
    after = text[end : end + 12]
    plural = (
        is_plural
        or _PLURAL.search(lead)
        or re.match(r"\s+(?:vms|machines|servers|serveurs|nodes|boxes|hosts|runners)\b", after)
    )
    if len(group) == 1 or plural:
        yield Mark("loose", tuple(b.name for b in group), start, end)
    else:
        yield Mark("open", tuple(b.name for b in group), start, end)


def _by_owner(text: str, world: World) -> Iterator[Mark]:
    owners = {b.owner.lower() for b in world.beings if b.owner}
    person = world.rights.person.lower() if world.rights else ""
    said = [w for w in re.findall(r"[a-z]+", text) if w in owners]
    if len(set(said)) == 1 and (whose := _THEIRS.search(text)):
        yield Mark("guest", tuple(b.name for b in world.beings if b.owner.lower() == said[0]), *whose.span())
        return
    for match in _OWNED.finditer(text):
        owner = match["owner"] or match["whose"] or match["needs"]
        if owner in owners:
            yield Mark("guest", tuple(b.name for b in world.beings if b.owner.lower() == owner), *match.span())
    for match in _MINE.finditer(text):
        mine = tuple(b.name for b in world.beings if person and b.owner.lower() == person)
        is_many = match["thing"].endswith("s") or len(mine) == 1
        if mine:
            yield Mark("guest" if is_many else "open", mine, *match.span())


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 3 else word  # noqa: PLR2004 - "dns" is no plural


def _apart(marks: Sequence[Mark]) -> list[Mark]:
    """The same marks without those inside a longer one."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m.start - m.end, m.start)):
        if not any(k.start < mark.end and mark.start < k.end for k in kept):
            kept.append(mark)
    return kept
