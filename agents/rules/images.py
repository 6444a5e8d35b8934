"""The system a guest runs: a template by name or number, or a family with or without a version. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace

from agents.rules.marks import Mark, take_all
from agents.rules.page import Page
from agents.rules.seen import Seen

_FAMILIES = (
    r"ubuntu|debian|deb(?=[ -]?1[0-3])|rocky(?:[ -]?linux)?|alma(?:[ -]?linux)?|"
    r"alpine(?:[ -]linux)?|centos(?:[ -]stream)?|fedora|rhel"
    r"|red ?hat|opensuse|suse|arch(?:[ -]?linux)?|windows(?:[ -]server)?|"
    r"win|freebsd|oracle[ -]?linux|nixos|gentoo|kali"
    r"|mac ?os|manjaro|slackware|raspbian|solaris|linux mint|amazon linux|[a-z]{2,}(?:linux|bsd)"
)
_OFTEN_MISSPELT = ("ubuntu", "debian", "fedora")
_CODENAMES = {"focal": "ubuntu-20.04", "jammy": "ubuntu-22.04", "noble": "ubuntu-24.04",
              "bullseye": "debian-11", "bookworm": "debian-12", "trixie": "debian-13"}  # fmt: skip
_UNIT = r" *(?:v?cpus?\b|v?cores?\b|coeurs?\b|c\b|c\d|g[iob]?b?\b|gigs?|m[bo]\b|tb\b|to\b(?! [a-z]))(?! *[:=])"
_KNOWN = r"\d+\.\d+(?:\.\d+)*|(?:7|8|9|1[0-3]|18|2[0246]|20(?:16|19|22|25))(?!\d)"
_COUNTED = r"\s*(?:vms?\b|machines?|servers?|serveurs?|x\b)"
_VERSION = (
    r"(?:[ -]?(?:server|cloud|lts|version|v|"
    rf"linux)?[ -]?(?P<version>{_KNOWN}|\d+(?!\d|{_COUNTED}))(?![\w.]*\d)(?!{_UNIT})(?: ?lts\b)?)?"
)
_IMAGE = re.compile(
    rf"(?<![a-z0-9]-)\b(?P<family>{_FAMILIES})(?:s?\b(?!-(?!server|cloud|linux|lts|based|stream|version)[a-z])|"
    rf"(?={_KNOWN}(?![\w-]))){_VERSION}"
)
_BARE_UBUNTU = re.compile(r"(?<![\w.])(?P<version>(?:18|20|22|24|26)\.(?:04|10))(?![\w.])")
_UNHEARD_OF = re.compile(rf"\b(?P<family>[a-z]{{3,}}os)[ -]?v?(?P<version>\d+(?:\.\d+)*)(?![\w.]*\d)(?!{_UNIT})")
"""A system that nobody knows ("bananos 3"), heard only where no known one is named."""
_CODENAME = re.compile(rf"\b(?:(?:ubuntu|debian)[ -]?)?(?P<name>{'|'.join(_CODENAMES)})\b")
_TEMPLATE = re.compile(
    r"\b(?:from|out of|based on|using|depuis|a partir (?:du|de)|sur la base (?:du|de)|du|le|la|the|of|un|a)?\s*"
    r"(?:template|modele|gabarit|image|tpl)\s*(?:no|n°|number|numero|id|#|:|=)?\s*(?P<name>[\w][\w.-]*)"
)
_COPIED = re.compile(
    r"\b(?:clon\w*|cop(?:y|ies|ie[rz]?)|duplicat\w*|dupliqu\w*|double|replica|depuis|a partir|based|from)\s+"
    r"(?:of |from |on |off |du |de |d'|la |le |les |the |vm |id |#)*(?P<name>\d{2,6})(?![\w.])"
)
_ORDINARY = frozenset(
    [
        "for",
        "pour",
        "with",
        "avec",
        "and",
        "et",
        "is",
        "est",
        "are",
        "in",
        "en",
        "on",
        "sur",
        "of",
        "de",
        "to",
        "a",
        "the",
        "le",
        "la",
        "les",
        "un",
        "une",
        "named",
        "nomme",
        "please",
    ]
)


def read_images(page: Page, seen: Seen) -> tuple[list[Mark], Page]:
    """Marks of kind ``image``; the value is a template's name as it exists, else family and version as written."""
    marks = list(_known(page, seen))
    rest = take_all(page, marks)
    marks += (more := [*_named_templates(rest, seen)] or list(_cloned(rest, seen)))
    rest = take_all(rest, more)
    marks += (more := _with_version(list(_families(rest)), rest.text))
    return sorted(marks, key=lambda m: m.start), take_all(rest, more)


def _known(page: Page, seen: Seen) -> Iterator[Mark]:
    """A template's own name, written exactly."""
    for name in sorted(seen.templates, key=len, reverse=True):
        for match in re.finditer(rf"(?<![\w-]){re.escape(name.lower())}(?![\w-])", page.text):
            yield Mark("image", name, *match.span())


def _named_templates(page: Page, seen: Seen) -> Iterator[Mark]:
    """What follows the word, as in "template 100" or "modèle machin-42", unless it is an ordinary word."""
    for match in _TEMPLATE.finditer(page.text):
        name = match["name"].rstrip(".-")
        is_family = re.fullmatch(_FAMILIES, name) is not None
        looks_named = name in seen.template_ids or any(c.isdigit() or c in "-_." for c in name)
        if name not in _ORDINARY and looks_named and not is_family:
            yield Mark("image", name, *match.span())


def _cloned(page: Page, seen: Seen) -> Iterator[Mark]:
    """The number of a template after a word for a copy: "un clone du 102", "a copy of 101"."""
    for match in _COPIED.finditer(page.text):
        if match["name"] in seen.template_ids:
            yield Mark("image", match["name"], *match.span("name"))


def _families(page: Page) -> Iterator[Mark]:
    page = _respelt(page)
    taken: list[tuple[int, int]] = []
    for match in _CODENAME.finditer(page.text):
        taken.append(match.span())
        yield Mark("image", _CODENAMES[match["name"]], *match.span())
    for match in _IMAGE.finditer(page.text):
        if not any(a <= match.start() < b for a, b in taken):
            taken.append(match.span())
            yield Mark("image", _plain(match["family"], match["version"]), *match.span())
    for match in _BARE_UBUNTU.finditer(page.text):
        if not any(a <= match.start() < b for a, b in taken):
            taken.append(match.span())
            yield Mark("image", f"ubuntu-{match['version']}", *match.span())
    if not taken:
        yield from (Mark("image", f"{m['family']}-{m['version']}", *m.span()) for m in _UNHEARD_OF.finditer(page.text))


def _with_version(marks: list[Mark], text: str) -> list[Mark]:
    """A version said apart from its family: "a rocky VM, version 9"."""
    match = re.search(rf"\bversion (?P<version>{_KNOWN})", text)
    if match is None or len(marks) != 1 or not marks[0].value.isalpha():
        return marks
    return [replace(marks[0], value=f"{marks[0].value}-{match['version']}")]


def _respelt(page: Page) -> Page:
    """The page with "debain" and "ubunut" as they were meant: two neighbours swapped, or one letter wrong."""
    return replace(page, text=re.sub(r"\b[a-z]{6}\b", lambda word: _meant(word[0]), page.text))


def _meant(word: str) -> str:
    """The family that a word of the same length and first letter all but spells; else the word itself."""
    return next((family for family in _OFTEN_MISSPELT if _is_slip(word, family)), word)


def _is_slip(word: str, family: str) -> bool:
    wrong = [at for at in range(len(family)) if word[at] != family[at]]
    is_swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and sorted(word) == sorted(family)  # noqa: PLR2004 - a pair
    return 0 not in wrong and (is_swapped or len(wrong) == 1)


def _plain(family: str, version: str | None) -> str:
    word = re.sub(r"[ -]?(?:linux|stream|server)$", "", family)
    word = {"win": "windows", "deb": "debian", "red hat": "rhel", "redhat": "rhel"}.get(word, word)
    return f"{word}-{version}" if version else word
