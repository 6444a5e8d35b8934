"""Names of new guests: said outright ("called api01", "appelle-la api01"), listed, or made. Pure."""

import hashlib
import re
from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet

from agents.rules.marks import Mark, take_all
from agents.rules.page import TAKEN, Page

_CALLED = re.compile(
    r"(?:\b(?:name (?:it|them|this|that|the (?:vms?|machines?|servers?))|"
    r"(?:re)?named?|called|call (?:it|them|this|that|the (?:vms?|machines?|"
    r"servers?)|her|"
    r"him)|hostnames?"
    r"|(?:with (?:the )?|its |the |set (?:the )?)?names?|label(?:l?ed)?|dubbed|titled"
    r"|appell?e[sz]?[- ](?:la|le|les|ca)|l'appell?er|"
    r"(?:l'|la |le |les |a )(?:appell?e[rsz]?|appelleras?|nomme[rsz]?|nommeras?|baptise[rsz]?)|"
    r"(?:doi(?:t|vent) |devra(?:it)? "
    r")?(?:s'|qui s')appel(?:le(?:ra|nt)?|er)|l'appelle|"
    r"appelee?s?|qu'on appelle(?:ra)?"
    r"|nommee?s|nommee|(?:re)?nomme[rsz]?(?:[- ](?:la|le|les))?|(?:son |de |le |avec le |"
    r"les )?noms?|intitulee?s?|baptise[rsz]?e?s?"
    r"|sous le nom)(?![a-z])"
    r"(?:\s+(?:(?:will be|should be|sera|seront|est|is|are|to|en|pour|par|into|de|instead|plutot|"
    r"rather)(?![\w-])|d'))*\s*[:=]?\s*)"
    r"(?P<names>(?:\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|«[^»\n]{1,200}»|`[^`\n]{1,200}`|"
    r"“[^”\n]{1,200}”|[^\s,;]+)"
    r"(?:(?:\s*,\s*(?:and\s+|et\s+)?|\s+(?:and|et|&)\s+)(?:[a-z]+[\w-]*\d[\w-]*|"
    r"[a-z]\w*-[\w-]+)(?![\w.]))*)"
)
_PREFIX = re.compile(r"\b(?:prefix(?:ed)?(?: with)?|prefixe(?:es?)?(?: par)?)\s*[:=]?\s*(?P<prefix>[a-z][\w-]*)")
_RANGE = re.compile(
    r"(?<![\w-])(?P<stem>[a-z][a-z0-9-]*?)(?P<first>\d+)\s*(?:\.\.\.?|->|to|through|a|"
    r"jusqu'a)\s*(?P=stem)?(?P<last>\d+)(?![\w-])"
)
_LISTED = re.compile(r"(?<![\w./-])(?P<name>[a-z]+(?:-[a-z0-9]+)*-?\d{1,3})(?![\w./-])")
_DEFINED = re.compile(
    rf"(?:^|[:;,]\s|[:;,\n(]|\bet|\band)\s*(?P<name>[a-z][a-z0-9]*(?:-[a-z0-9]+)+)\s*(?:\b(?:en|"
    rf"as|with|avec|running|sous)\b|[:=(]|->)(?=\s*(?:une? |an? )?{TAKEN})"
)
"""A hyphenated word that is said to be something, as in "web-a en debian 12"."""
_LABEL = re.compile(
    rf"(?:^|[:;,\n]|\bet|\band|\bplus)\s*[-*]?\s*(?P<name>[a-z][a-z0-9]{{1,30}})\s*(?:[(:=]|->)(?=\s*(?:une? |an? "
    rf")?{TAKEN})"
)
"""A plain word that several guests are told apart by, as in "front (ubuntu ...), db (rocky ...)"."""
_NO_LABEL_WORDS = """
vm vms os image ram cpu cpus disk disque memory memoire name nom node server serveur servers serveurs machine
machines box specs spec prod dev test staging first second third premiere seconde one two une deux please
cores coeurs template container ct env pool storage network and et then puis thanks merci plan lxc vcpu
"""
_NO_LABELS = frozenset(_NO_LABEL_WORDS.split())
_HOST = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+"
_LONE = re.compile(
    rf"(?:^|[,;:\n(|]|\s[-\u2013]\s)\s*[-*]?\s*(?P<name>{_HOST})\s*(?=$|[,;.:!?\n)|]| is the name| comme nom|"
    rf"\s[-\u2013]\s)"
)
"""A hyphenated word that stands alone between commas, as in "debian 12, 2c 2g 20g, smtp-sink"."""
_HOSTLIKE = re.compile(rf"(?<![\w./@-])(?P<name>{_HOST}|[a-z]{{2,}}\d{{1,3}})(?![\w./@-])")
_PRONOUN = re.compile(r"-(?:moi|toi|la|le|les|lui|leur|nous|vous|en|y|tu|il|elle|on|je|ils|elles|ce|ci|t|ca)(?:-|$)")
_COMPOUND_WORDS = """
up down off in out to on by core cores term only time date free based like day days week weeks month months year
hour hours gb go line site shot wide live auto high low pre post non sous est peut qu jusqu apres avant demi mi
celle celui ceux long short well self multi dual quad single double re end front-end back-end mail rez semi
"""
_COMPOUNDS = frozenset(_COMPOUND_WORDS.split())
_SIBLINGS = re.compile(
    r"(?<![\w./-])(?P<stem>[a-z][a-z0-9]+-)[a-z0-9]+(?:(?: *, *| +(?:and|et|&) +)(?P=stem)[a-z0-9]+)+(?![\w./-])"
)
"""Words that share a stem with a hyphen, as in "front-a and front-b"."""
_SEPARATOR = re.compile(r"\s*,\s*(?:(?:and|et)\s+)?|\s+(?:and|et|&)\s+", re.IGNORECASE)
_QUOTES = "\"'«»`“”"
_NOT_NAMES = frozenset(
    [
        "it",
        "them",
        "the",
        "a",
        "an",
        "it's",
        "please",
        "with",
        "and",
        "for",
        "on",
        "in",
        "to",
        "me",
        "my",
        "la",
        "le",
        "les",
        "un",
        "une",
        "avec",
        "pour",
        "sur",
        "dans",
        "en",
        "et",
        "de",
        "du",
        "des",
        "svp",
        "is",
        "are",
        "be",
        "que",
        "qui",
        "?",
        "plutot",
        "instead",
        "rather",
        "after",
        "later",
        "as",
        "like",
        "comme",
        "ca",
        "whatever",
        "something",
    ]
)
_MOST_IN_RANGE = 200


def read_names(page: Page) -> tuple[list[Mark], Page]:
    """Marks of kind ``names`` (a list, as written), ``prefix`` (a stem) in that order of trust."""
    marks = list(_prefixes(page))
    rest = take_all(page, marks)
    marks += (more := list(_called(rest)))
    rest = take_all(rest, more)
    marks += (more := list(_ranges(rest)))
    return sorted(marks, key=lambda m: m.start), take_all(rest, more)


def read_listed(page: Page, known: AbstractSet[str]) -> tuple[list[Mark], Page]:
    """Words that look like host names ("web01"), said without "called"; names that exist already are not new."""
    listed = [(_SEPARATOR.split(m[0]), m) for m in _SIBLINGS.finditer(page.text)]
    siblings = [Mark("names", names, *m.span()) for names, m in listed if not known & set(names)]
    rest = take_all(page, siblings)
    lone = [m for m in _LONE.finditer(rest.text) if _is_a_name(m["name"], known)]
    if len(lone) == 1 and not siblings:
        siblings = [Mark("names", [page.original(lone[0], "name")], *lone[0].span("name"))]
        rest = take_all(rest, siblings)
    labels = [m for m in _LABEL.finditer(rest.text) if m["name"] not in _NO_LABELS]
    apart = labels if len(labels) > 1 else []
    found = [*_LISTED.finditer(rest.text), *_DEFINED.finditer(rest.text), *apart]
    found = [m for m in found if m["name"] not in known]
    marks = [Mark("names", [m["name"]], *m.span("name")) for m in found]
    return [*siblings, *marks], take_all(rest, marks)


def _is_a_name(word: str, known: AbstractSet[str]) -> bool:
    """Whether a hyphenated word can only be a name: it exists nowhere, and no verb or common word is in it."""
    return word not in known and _PRONOUN.search(word) is None and not _COMPOUNDS & set(word.split("-"))


def copy_name(text: str, known: Collection[str]) -> str | None:
    """The one word of a wish for a copy that looks like a host name and exists nowhere: "the copy goes by web-b"."""
    found = [m["name"] for m in _HOSTLIKE.finditer(text) if _is_a_name(m["name"], {*known})]
    return found[0] if len(set(found)) == 1 else None


def made_name(thread: str, image: str, index: int, taken: Collection[str]) -> str:
    """A valid free name such as ``ubuntu-7f3a``: the same thread and index always give the same one."""
    family = re.match(r"[a-z]+", image.lower())
    stem = family[0] if family else "vm"
    for attempt in range(10_000):
        digest = hashlib.sha256(f"{thread}/{index}/{attempt}".encode()).hexdigest()[:4]
        if (name := f"{stem}-{digest}") not in taken:
            return name
    return f"{stem}-{hashlib.sha256(f'{thread}/{index}'.encode()).hexdigest()[:16]}"


def numbered(stem: str, count: int, taken: Collection[str] = ()) -> list[str]:
    """``count`` free names from a stem: web -> web-1, web-2; chaos- -> chaos-1; api01 -> api01, api02."""
    digits = re.search(r"\d+$", stem)
    if digits:
        head, first, width = stem[: digits.start()], int(digits[0]), len(digits[0])
    else:
        head, first, width = (stem if stem.endswith("-") else f"{stem}-"), 1, 1
    names, number = list[str](), first
    while len(names) < count:
        if (name := f"{head}{number:0{width}d}") not in taken:
            names.append(name)
        number += 1
    return names


def _called(page: Page) -> Iterator[Mark]:
    for match in _CALLED.finditer(page.text):
        if (row := _RANGE.match(page.text, match.start("names"))) and (names := _row(row)):
            yield Mark("names", names, match.start(), row.end())
            continue
        said = page.original(match, "names")
        names = [n for part in _SEPARATOR.split(said) if (n := _bare(part))]
        if names and names[0].lower() not in _NOT_NAMES:
            more = _alike_after(page, names[-1], match.end())
            yield Mark("names", [*names, *(n for n, _ in more)], match.start(), more[-1][1] if more else match.end())


def _alike_after(page: Page, first: str, end: int) -> list[tuple[str, int]]:
    """Names of the same stem that follow without a comma: "names edge1 edge2 edge3"."""
    stem = re.fullmatch(r"([a-z][\w-]*?)\d+", first.lower())
    more: list[tuple[str, int]] = []
    while stem and (match := re.compile(rf"\s+({re.escape(stem[1])}\d+)(?![\w.-])").match(page.text, end)):
        end = match.end()
        more.append((match[1], end))
    return more


def _bare(text: str) -> str:
    return text.strip().strip(_QUOTES).strip().rstrip(".,;:!?)").lstrip("(")


def _prefixes(page: Page) -> Iterator[Mark]:
    for match in _PREFIX.finditer(page.text):
        yield Mark("prefix", match["prefix"], *match.span())


def _ranges(page: Page) -> Iterator[Mark]:
    for match in _RANGE.finditer(page.text):
        if names := _row(match):
            yield Mark("names", names, *match.span())


def _row(match: re.Match[str]) -> list[str]:
    """The names of a range, none where it is no range or far too long."""
    first, last, width = int(match["first"]), int(match["last"]), len(match["first"])
    if not first < last <= first + _MOST_IN_RANGE:
        return []
    return [f"{match['stem']}{n:0{width}d}" for n in range(first, last + 1)]
