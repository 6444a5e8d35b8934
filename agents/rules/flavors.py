"""Flavors: one word for three sizes. Pure."""

import re

from agents.rules.marks import Mark, take_all
from agents.rules.page import Page

FLAVORS = {
    "small": {"cores": 1, "memory_mb": 2048, "disk_gb": 20},
    "medium": {"cores": 2, "memory_mb": 4096, "disk_gb": 40},
    "large": {"cores": 4, "memory_mb": 8192, "disk_gb": 80},
    "xlarge": {"cores": 8, "memory_mb": 16384, "disk_gb": 160},
}
_FLAVOR = re.compile(
    r"\b(?:(?P<xlarge>x-?large|extra[- ]large|xl)|(?P<large>large)|(?P<medium>medium)|(?P<small>small))\b"
    r"|\b(?:taille|gabarit|flavou?r|format|size)\s*[:=]?\s*(?:(?P<s>petite?|s)|(?P<m>moyenne?|m)|(?P<l>grande?|l))\b"
)
_EXTREME = re.compile(
    r"\b(?:the |la |le )?(?:(?P<small>smallest|tiniest|plus petite?)|(?P<xlarge>biggest|largest|plus (?:gros|"
    r"grosse|grande?)))"
    r"(?: ?(?:flavou?rs?|sizes?|one|option|taille|gabarit|modele|format|possible|available|dispo\w*|you have|there is|"
    r"vous ayez|que t'as|du catalogue|de la liste)\b)+"
)
_SHORT = {"s": "small", "m": "medium", "l": "large"}


def read_flavors(page: Page) -> tuple[list[Mark], Page]:
    """Marks of kind ``flavor``. Plain French adjectives ("petite") say too little to stand for sizes."""
    found = [(m, str(m.lastgroup)) for p in (_EXTREME, _FLAVOR) for m in p.finditer(page.text)]
    marks = [Mark("flavor", _SHORT.get(name, name), *m.span()) for m, name in found]
    return marks, take_all(page, marks)
