"""What is understood but not done yet by a proposal: fixed addresses, VLANs, lifetimes, GPUs, keys. Pure.

Each is blanked so that its digits are not read as sizes, and named to the person so that nothing is dropped silently.
"""

import re

from agents.rules.marks import Mark, take_all
from agents.rules.page import Page

_SPAN = (
    r"(?:h(?:ours?|eures?|rs?)?|d(?:ays?)?|j(?:ours?)?|w(?:eeks?)?|semaines?|"
    r"months?|mois|minutes?|min|years?|ans?)"
)
_EXTRAS = {
    "link": r"\b(?:https?|ssh|git)://\S+|\bgit@\S+",
    "ip": (
        r"(?:\b(?:with |avec )?(?:static |fixe )?(?:ip|address|"
        r"adresse)(?: ip)?\s*[:=]?\s*)?(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w.])"
    ),
    "vlan": r"\bvlan\s*(?:id|tag)?\s*[:=]?\s*\d{1,4}\b",
    "lease": (
        r"\b(?:for|during|pour|pendant|durant|expires? in|valable|ttl)\s*(?:the next |"
        r"les )?[:=]?\s*(?:\d+|an?|une?|one|two|three|four|five|six|deux|trois|quatre|cinq|"
        rf"quinze)\s*{_SPAN}\b"
        r"|\b(?:until|till|jusqu'(?:au|a|en)|expir(?:es?|ing) on)\s+\S+(?:\s+\d{1,2}(?:\s+[a-z]+)?)?"
    ),
    "gpu": r"\b(?:\d+\s*)?(?:gpus?|nvidia|a100|h100|rtx ?\d*|cuda|passthrough)\b",
    "ssh_key": r"\bssh-(?:rsa|ed25519)\s+\S+(?:\s\S+@\S+)?",
    "second_disk": r"\b(?:second|deuxieme|additional|extra|2nd|2e)\s+(?:data )?(?:disk|disque)\b[^,.;]*",
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _EXTRAS.items()}
NAMED = frozenset({"ip", "vlan", "lease", "gpu", "ssh_key", "second_disk"})
"""Those that a proposal tells the person it did not take over."""


def read_extras(page: Page) -> tuple[list[Mark], Page]:
    """Marks of kind ``extra``; the value is which one."""
    marks: list[Mark] = []
    for kind, pattern in _PATTERNS.items():
        found = [Mark("extra", kind, *match.span()) for match in pattern.finditer(page.text)]
        page = take_all(page, found)
        marks += found
    return marks, page
