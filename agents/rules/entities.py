"""The things a message names, each at its place: guests, nodes, clusters, snapshots, links, sizes, days. Pure."""

import re
from collections.abc import Iterator

from agents.rules.images import read_images
from agents.rules.marks import Mark, take_all
from agents.rules.members import members_in
from agents.rules.numbers import digits_for_words
from agents.rules.page import Page
from agents.rules.sizes import read_sizes
from agents.rules.targets import guests_meant
from agents.rules.times import spans_in
from agents.rules.world import World

_URL = re.compile(
    r"\b(?:https?://|ssh://|git://)[^\s,;)>\]]+|\bgit@[\w.-]+:[^\s,;)>\]]+|(?<![\w/@.-])(?:github|"
    r"gitlab|codeberg|bitbucket|gitea)\.[a-z]+/[\w.-]+/[\w.-]+"
)
_BRANCH = re.compile(
    r"\b(?:branche?|brch|tag|ref)\s*(?:is |est |:|=)?\s*[\"'`«]?\s*(?P<after>(?!(?:is|"
    r"est|on|sur|to|vers|and|et|avec|with)\b)[\w./-]*\w)|[\"'`«]?(?P<before>[\w./-]*\w)[\"'`»]? "
    r"branch\b"
)
_PORT = re.compile(
    r"\b(?:listen\w*|ecout\w*|serv\w*|expos\w*|repond\w*|answers?) (?:on |at |sur |en )(?:the |le )?(?:port "
    r")?:?(?P<heard>\d{2,5})\b|"
    r"\bports?\s*(?:number|numero|is|est|:|=)?\s*(?P<port>\d{2,5})\b|(?<=\s):(?P<bare>\d{2,5})\b"
)
_DOMAIN = re.compile(r"(?<![\w@./-])(?P<domain>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:[a-z]{2,24}))(?![\w/-]|\.\w)")
_NAMESPACE = re.compile(
    r"\b(?:namespace|ns|espace de noms?)\s*(?:is |est |named |nomme |called "
    r"|:|=)?\s*(?P<after>[a-z][\w-]*)|\b(?:in|into|dans) (?:the |le |l')?(?P<before>(?!(?:the|"
    r"le|a|un)\b)[a-z][\w-]+) namespace\b"
)
_REPLICAS = re.compile(r"\b(?P<n>\d+)\s+(?:replicas?|replicats?|repliques?|copies)\b")
_CALLED = (
    r"(?:call(?:ed| it)|named|name(?: it)?|labell?ed|titled|tagged|as|nommee?|"
    r"nomme(?:[- ]l[ae])?|appelee?|appelle(?:[- ]l[ae])?|intitulee?|baptisee?|"
    r"sous le nom(?: de)?|avec (?:le|pour) nom|du nom de|name|nom|label|libelle)"
)
_SNAPSHOT_CALLED = re.compile(rf"\b{_CALLED}\s*[:=]?\s*[\"'`«“]?\s*(?P<name>[\w][\w.-]*\w)[\"'`»”]?")
_SNAPSHOT_NOUN = re.compile(
    r"\b(?:snapshots?|instantane|checkpoint|snap|cliche)\s*[:=]?\s*[\"'`«“]\s*(?P<quoted>[\w][\w. -]*?\w)\s*[\"'`»”]|"
    r"\b(?:snapshots?|instantane|checkpoint|snap|cliche)\s*[:=]?\s*(?P<name>[a-z0-9]+[-_][\w.-]*\w)"
)
_SNAPSHOT_AS = re.compile(
    r"(?<![\w.-])(?P<name>\w[\w.-]*[-_.\d][\w.-]*\w)[\"'`»”]? (?:as|is|comme|for|pour|en guise de) "
    r"(?:the |its |a |an |le )?"
    r"(?:label|name|tag|title|nom|libelle|etiquette)\b"
)
_SNAPSHOT_TO = re.compile(
    r"\b(?:to|at|a|au|sur|vers|from|de|:)\s+(?:the |le |la |l')?(?:snapshot "
    r"|instantane |checkpoint )?[\"'`«]?(?P<name>[a-z0-9]+(?:[-_.][a-z0-9]+)+)[\"'`»]?(?:\s+snapshot)?"
)
_NO_NAMES = frozenset(
    [
        "a",
        "an",
        "the",
        "it",
        "la",
        "le",
        "les",
        "un",
        "une",
        "of",
        "de",
        "du",
        "des",
        "on",
        "sur",
        "and",
        "et",
        "with",
        "avec",
        "before",
        "avant",
        "pour",
        "for",
        "to",
        "in",
        "dans",
        "soon",
        "possible",
        "well",
        "usual",
        "is",
        "est",
        "me",
        "moi",
        "please",
        "stp",
        "svp",
        "then",
        "puis",
    ]
)
_NODE = r"(?:node|noeud|hote|host|hyperviseur|hypervisor|serveur physique)"
_FROM = re.compile(
    r"\b(?:from|off(?: of)?|out of|away from|de|du|depuis|hors de|d'|quitt\w*|"
    r"leave|leaving)\s*(?:the |le |l')?(?:node |noeud |hote |host )?$"
)
_TO = re.compile(
    r"(?:\b(?:to|onto|on to|into|on|over to|towards?|vers|sur|a|au|chez|in|target|"
    r"destination)|->|=>|→)\s*(?:the |le |l')?(?:node |noeud |hote |host )?$"
)
_AT = re.compile(r"\b(?:on|in|sur|dans)\s*(?:the |le |l')?(?:node |noeud |hote |host )?$")
_ONWARD = re.compile(r"^[^.;!?\n]*\b(?:to|onto|vers|over to)\s+(?:the |le )?(?:node |noeud )?[a-z]+-?\d")
_UNKNOWN_NETWORK = re.compile(r"(?<![\w-])(?P<name>vmbr\d+|vnet(?=[a-z0-9_-]*[a-z0-9])[a-z0-9_-]+)(?![\w-])")
_POOL_AFTER = re.compile(r"\bpools?\s*[:=]?\s*[\"'«]?(?:(?:de |des |du |la |the |named |nomme )*)(?P<name>[a-z][\w-]*)")
_POOL_BEFORE = re.compile(r"\b(?P<name>[a-z][\w-]*) pool\b")


def entities_of(page: Page, world: World) -> tuple[list[Mark], Page]:
    """Every thing that is named, with the page from which they are taken, so that no verb is read inside a name."""
    marks: list[Mark] = []
    for reader in (_links, _snapshots, members_in, _clusters, _guests, _nodes, _storages, _pools, _domains, _lengths):
        more = list(reader(page, world))
        page = take_all(page, more)
        marks += more
    images, page = read_images(page, world.seen)
    sizes, page = read_sizes(page)
    return sorted([*marks, *images, *sizes], key=lambda m: m.start), page


def _links(page: Page, _: World) -> Iterator[Mark]:
    for match in _URL.finditer(page.text):
        url = page.original(match).rstrip(".")
        yield Mark("url", _as_https(url), match.start(), match.start() + len(url))
    is_deployed = _URL.search(page.text) is not None
    for match in _BRANCH.finditer(page.text) if is_deployed else ():
        group = "after" if match["after"] else "before"
        yield Mark("branch", page.original(match, group), *match.span())
    for match in _PORT.finditer(page.text):
        yield Mark("port", int(match["port"] or match["bare"] or match["heard"]), *match.span())
    for match in _NAMESPACE.finditer(page.text):
        yield Mark("namespace", page.original(match, "after" if match["after"] else "before"), *match.span())
    for match in _REPLICAS.finditer(digits_for_words(page.text)) if is_deployed else ():
        yield Mark("replicas", int(match["n"]), *match.span())


def _as_https(url: str) -> str:
    match = re.fullmatch(r"git@([\w.-]+):(.+)", url)
    if match:
        return f"https://{match[1]}/{match[2].removesuffix('.git')}"
    return url if "://" in url else f"https://{url}"


def _snapshots(page: Page, world: World) -> Iterator[Mark]:
    """Names of snapshots that exist, said anywhere; new ones only where snapshots are spoken of."""
    known = {name for taken in world.snapshots.values() for name, _ in taken}
    taken: list[tuple[int, int]] = []
    for name in sorted(known, key=len, reverse=True):
        loose = re.escape(name.lower()).replace(r"\-", "[ _-]?")
        for match in re.finditer(rf"(?<![\w-]){loose}(?![\w]|-\w)", page.text):
            if len(name) > 2 and not any(a <= match.start() < b for a, b in taken):  # noqa: PLR2004 - "ok" is a word
                taken.append(match.span())
                yield Mark("snapshot", name, *match.span())
    if taken or not re.search(
        (
            r"\b(?:snap|snapshot|instantane|checkpoint|photo|cliche|revert|rollback|"
            r"roll|state|save|restor|restaur|revien|revenir|retour|fige|etat)"
        ),
        page.text,
    ):
        return
    names = {*world.seen.guests, *world.seen.nodes, *world.seen.storages}
    for pattern in (_SNAPSHOT_AS, _SNAPSHOT_CALLED, _SNAPSHOT_NOUN, _SNAPSHOT_TO):
        for match in pattern.finditer(page.text):
            group = "quoted" if match.groupdict().get("quoted") else "name"
            name = page.original(match, group)
            if name.lower() not in _NO_NAMES | names and not name.isdigit():
                yield Mark("snapshot", name, *match.span(group))
                return


def _clusters(page: Page, world: World) -> Iterator[Mark]:
    """Kubernetes clusters by name, or by the word that tells them apart ("the lab cluster", "k3s de prod")."""
    for cluster in sorted(world.clusters, key=lambda c: len(c.name), reverse=True):
        parts = re.findall(r"[a-z]+|\d+", cluster.name.lower())
        loose = r"[ _-]?".join(map(re.escape, re.findall(r"[a-z]+\d*[a-z]*", cluster.name.lower())))
        apart = [_env_words(p) for p in parts if p not in {"k", "s", "3", "8", "kube", "cluster"} and len(p) > 2]  # noqa: PLR2004
        patterns = [rf"(?<![\w-])(?:{re.escape(cluster.name.lower())}|{loose})(?![\w]|-\w)"]
        patterns += [
            rf"\b(?:clusters?|k3s|k8s|kubernetes|kube)(?: (?:k3s|k8s|kubernetes|"
            rf"cluster))?,? (?:de |du |d'|of |for |en |in )?(?:la |le |the "
            rf")?{word}\b"
            rf"|(?<![\w-]){word}(?:'s)? (?:k3s |k8s |kubernetes |kube )*(?:clusters?|k3s|k8s|kubernetes|kube)\b"
            for word in apart
        ]
        for pattern in patterns:
            for match in re.finditer(pattern, page.text):
                yield Mark("cluster", cluster.name, *match.span())
                page = page.take(*match.span())


def _env_words(part: str) -> str:
    return {"prod": "prod(?:uction)?", "dev": "dev(?:elopment|eloppement)?", "test": "tests?"}.get(
        part, re.escape(part)
    )


def _guests(page: Page, world: World) -> Iterator[Mark]:
    meant = guests_meant(page.text, world)
    if meant.is_open:
        yield from (Mark("open", (), *span) for span in meant.spans)
        return
    for at, span in enumerate(meant.spans):
        yield Mark(meant.kinds[at], meant.values[at], *span)


def _nodes(page: Page, world: World) -> Iterator[Mark]:
    for name in sorted(world.seen.nodes, key=len, reverse=True):
        digits = re.fullmatch(r"(\D+?)-?0*(\d+)", name.lower())
        loose = rf"|{re.escape(digits[1].rstrip('-'))}[ -]?0*{digits[2]}|{_NODE} 0*{digits[2]}" if digits else ""
        for match in re.finditer(rf"(?<![\w-])(?:{re.escape(name.lower())}{loose})(?![\w]|-\w)", page.text):
            before, after = page.text[: match.start()], page.text[match.end() :]
            kind = "from_node" if _FROM.search(before) else "to_node" if _TO.search(before) else "node"
            if kind == "to_node" and _AT.search(before) and _ONWARD.search(after):
                kind = "from_node"
            yield Mark(kind, name, *match.span())


def _storages(page: Page, world: World) -> Iterator[Mark]:
    """Storages, bridges and vnets by name; a network that looks like one and does not exist is said so."""
    for kind, names in (("storage", world.seen.storages), ("bridge", world.bridges), ("vnet", world.vnets)):
        for name in sorted(names, key=len, reverse=True):
            if name == "local":
                continue
            for match in re.finditer(rf"(?<![\w-]){re.escape(name.lower())}(?![\w]|-\w)", page.text):
                yield Mark(kind, name, *match.span())
    for match in _UNKNOWN_NETWORK.finditer(page.text):
        if match["name"] not in {n.lower() for n in (*world.bridges, *world.vnets)}:
            yield Mark("no_network", page.original(match, "name"), *match.span())


def _pools(page: Page, world: World) -> Iterator[Mark]:
    pools = {name.lower(): name for name in world.seen.pools}
    for match in (*_POOL_AFTER.finditer(page.text), *_POOL_BEFORE.finditer(page.text)):
        if match["name"] in pools:
            yield Mark("pool", pools[match["name"]], *match.span())


def _domains(page: Page, _: World) -> Iterator[Mark]:
    for match in _DOMAIN.finditer(page.text):
        yield Mark("domain", match["domain"], *match.span())


def _lengths(page: Page, _: World) -> Iterator[Mark]:
    yield from spans_in(page.text)
