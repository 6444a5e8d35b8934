"""Where a guest is wished: environment, node, storage, network, pool, HA. Pure."""

import re
from collections.abc import Iterator

from agents.rules.marks import Mark, take_all
from agents.rules.page import Page
from agents.rules.seen import Seen

ENVIRONMENTS = {
    "dev": r"dev(?:elopment|eloppement)?",
    "test": r"(?<!load )(?<!unit )(?<!stress )test(?:ing)?|(?<=env )tests|recette|qa",
    "staging": r"staging|stage|pre-?prod(?:uction)?|preproduction|stg",
    "prod": r"prod(?:uction)?|prd",
}
_IN = r"(?:in|on|for|to|into|en|dans|pour|sur|de|d'|the|le|la|l'|env(?:ironment|ironnement)?s?|:|=)"
_ENVIRONMENT = re.compile(
    "|".join(
        rf"(?<![\w-])(?P<{name}>(?:{_IN}[ ]?)*\b(?:{words})\b(?:\s+env(?:ironment|ironnement)?)?)(?![\w-])"
        for name, words in ENVIRONMENTS.items()
    )
)
_NODE = re.compile(r"\b(?:node|noeud|hote|host|hyperviseur|hypervisor)\s*[:=]?\s*(?P<name>[a-z][\w-]*\d[\w-]*)")
_STORAGE = re.compile(r"\b(?:storage|stockage|datastore)\s*[:=]?\s*(?P<name>[a-z]+[\w]*-[\w-]+)")
_NETWORK = re.compile(
    r"\b(?:(?:network|reseau|bridge|pont|vnet)\s*[:=]?\s*(?P<named>[a-z][\w-]*\d[\w-]*|"
    r"[a-z]*net[\w-]*)|(?P<bare>vmbr\d+|vnet[a-z0-9_-]*[a-z0-9]))"
)
_POOL = re.compile(r"\b(?:resource )?pool\s*[:=]?\s*(?P<name>[a-z][\w-]*)|\b(?:the )(?P<before>[a-z][\w-]*) pool\b")
_HA = re.compile(
    r"\b(?:ha|high[- ]availab(?:le|ility)|haute[- ]dispo(?:nibilite)?|hautement disponible)(?: enabled)?\b"
)
_NO_HA = re.compile(
    r"\b(?:no|not|without|sans|pas (?:de|besoin de|besoin d'une)|no need (?:for|of)|don'?t need|non|ni|"
    r"nor)\s*(?:any |la |une )?$"
)


def read_places(page: Page, seen: Seen) -> tuple[list[Mark], Page]:
    """Marks of kind node, storage, network, pool, is_ha; known names anywhere, unknown ones after their word."""
    marks: list[Mark] = []
    for reader in (_known, _labelled, _ha):
        more = list(reader(page, seen))
        page = take_all(page, more)
        marks += more
    return sorted(marks, key=lambda m: m.start), page


def read_environment(page: Page) -> tuple[list[Mark], Page]:
    """Marks of kind ``environment``: dev, test, staging (also préprod) or prod, as a word of its own."""
    marks = [Mark("environment", str(m.lastgroup), *m.span()) for m in _ENVIRONMENT.finditer(page.text)]
    return marks, take_all(page, marks)


def _known(page: Page, seen: Seen) -> Iterator[Mark]:
    for kind, names in (("node", seen.nodes), ("storage", seen.storages), ("network", seen.networks)):
        for name in sorted(names, key=len, reverse=True):
            if name == "local" and not re.search(r"\b(?:storage|stockage|on|sur)\s+local\b", page.text):
                continue
            lead = r"(?:\b(?:on|sur|node|noeud|storage|stockage|network|reseau|bridge|vnet|in|dans|to|vers)\s+)?"
            for match in re.finditer(rf"{lead}(?<![\w-])(?P<name>{re.escape(name.lower())})(?![\w-])", page.text):
                yield Mark(kind, name, *match.span())


def _labelled(page: Page, _: Seen) -> Iterator[Mark]:
    for match in _NODE.finditer(page.text):
        yield Mark("node", page.original(match, "name"), *match.span())
    for match in _STORAGE.finditer(page.text):
        yield Mark("storage", page.original(match, "name"), *match.span())
    for match in _NETWORK.finditer(page.text):
        yield Mark("network", page.original(match, "named" if match["named"] else "bare"), *match.span())
    for match in _POOL.finditer(page.text):
        yield Mark("pool", page.original(match, "name" if match["name"] else "before"), *match.span())
    for match in re.finditer(r"\b(?:on|sur)\s+(?P<name>p(?:mox|ve)-?\d+)\b", page.text):
        yield Mark("node", page.original(match, "name"), *match.span())


def _ha(page: Page, _: Seen) -> Iterator[Mark]:
    for match in _HA.finditer(page.text):
        yield Mark("is_ha", _NO_HA.search(page.text[: match.start()]) is None, *match.span())
