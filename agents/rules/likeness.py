"""A guest named as a measure ("same node as web01", "comme web01") and not as what something is done to. Pure."""

import re
from collections.abc import Sequence

from agents.rules.marks import Mark

_LIKE = (
    r"(?<!would )(?<!'d )\b(?:(?:twice|two times|double|three times|half) (?:as "
    r"(?:big|large|much)|the (?:size|specs?|sizes))|(?:deux|trois) fois (?:plus "
    r"(?:gros|grosse|grand|grande)|la taille)|same|identical|like|alike|equal|"
    r"matching|matches|"
    r"mirror\w*|as (?:big|large|small|much|many) as|modell?ed (?:on|after)|"
    r"sized|to match|(?:exact |same )(?:sizing|specs?|sizes?|configuration|config|dimensions|hardware) (?=of)|"
    r"(?:avec|with) (?:la |le |les |the )?(?:sizing|specs?|sizes?|configuration|config|dimensions|gabarit|taille) "
    r"(?=of|de|du|d')|"
    r"based on|next to|alongside|beside|together with|(?<=\w )where|(?<=, )where|comme|pareil\w*|"
    r"memes?|identiques?|semblables?|equivalent\w*|aussi (?:grosse?|grande?|"
    r"petite?) que|calquee? sur|"
    r"a cote d[eu]s?|aupres d[eu]s?|dimensionnee?s? (?:comme|sur)|copiee? "
    r"sur|(?<=\w )ou (?:tournent?|se trouvent?|est|sont)|(?:node|host) (?:of|"
    r"that hosts|that runs|that has|hosts|runs|holds|carries|has|hosting|running|with|where)|"
    r"(?:noeud|hote) (?:de|du|des|d'|qui heberge|"
    r"qui fait tourner))\b"
)
_GAP = (
    r"(?:[\s,]*\b(?:as|to|au|aux|than|que|qu'|for|of|the|le|la|les|l'|de|"
    r"du|des|d'|a|celle|celui|celles|ceux|sur|on|nodes?|noeuds?|size|sizes|"
    r"sizing|taille|specs?|"
    r"specifications?|spec|config\w*|disks?|disques?|memory|memoire|ram|"
    r"cores?|coeurs?|cpus?|resources|ressources|setup|flavou?r|gabarit|is|"
    r"est|has|"
    r"hosts?|hotes?|vms?|machines?|servers?|serveurs?|one|ones|our|notre|"
    r"nos|my|ma|existing|both|that|are|sont|se|trouvent?|amount|quantite|"
    r"chose|things?|kind|sort|type|genre|template|modele|exactly|exactement|"
    r"storage|stockage|and|et|hardware|materiel|dimensions?|caracteristiques?|"
    r"our|runs?|lives?|pour|avec|network|reseau|physical|physique)\b'?)*[\s'\"]*"
)
_LEAD = re.compile(rf"(?P<like>{_LIKE})(?P<what>{_GAP})$")
_TIMES_OF = re.compile(
    r"\b(?:twice|double|two times|three times|half|2x|(?:le )?double d[e']|deux fois|trois fois|(?:la )?moitie d[e'])"
    r"(?: ?(?:the|as|much|la|le|les|l'|de|du|amount|of|many|plus|memory|memoire|ram|cores?|coeurs?|v?cpus?|disks?|"
    r"disques?|storage|stockage|and|et|,))*? ?(?:of|de|du|d'|as|than|que|qu'|a)(?: |')?(?:the |la |le )?$"
)


def likened(mark: Mark, text: str) -> re.Match[str] | None:
    """The words that make a guest a measure, where they stand right before it."""
    return _LEAD.search(text[: mark.start])


def timed(mark: Mark, text: str) -> re.Match[str] | None:
    """The words that make a guest the measure of a multiple: "twice the memory of", "le double de ram de"."""
    return _TIMES_OF.search(text[: mark.start])


def with_likeness(marks: Sequence[Mark], text: str) -> list[Mark]:
    """The same marks, with guests that are only a measure marked ``like``."""
    marks = [
        Mark("like_cluster", m.value, m.start, m.end) if m.kind == "cluster" and likened(m, text) else m for m in marks
    ]
    return [
        Mark("like", mark.value, mark.start, mark.end)
        if mark.kind in {"guest", "loose"} and likened(mark, text)
        else mark
        for mark in marks
    ]
