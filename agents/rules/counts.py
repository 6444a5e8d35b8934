"""How many guests: "3 VMs", "deux serveurs debian", "x5". Pure."""

import re

from agents.rules.marks import Mark, take_all
from agents.rules.numbers import digits_for_words
from agents.rules.page import TAKEN, Page

_GUESTS = (
    r"(?:vms?|machines?|servers?|serveurs?|guests?|instances?|boxes|nodes?|noeuds?|hosts?|copies|copys|runners?"
    r"|identical|identiques?|of (?:those|these|them)|exemplaires?|invites?|clones?|workers?|replicas?)(?!-)"
)
_COUNT = re.compile(
    rf"(?<![\w.,/-])(?P<n>\d{{1,7}})\s*(?:x\b\s*)?(?:(?!(?:et|and|ou|or|with|"
    rf"avec)\b)[a-z]+\s+){{0,3}}?(?:{_GUESTS}\b|"
    rf"{TAKEN})"
    r"|(?<![\w.])x\s?(?P<times>\d{1,4})\b|(?<![\w.])(?P<before>\d{1,4})\s?x(?![\w])"
    r"|(?<![\w-])(?P<one>an?|une?|one)\s+(?:[a-z]+\s+){0,2}?(?:"
    + _GUESTS[3 : -len(")(?!-)")].join(("(?:", ")"))
    + rf"\b|{TAKEN})"
)


_IS_ID = re.compile(
    r"\b(?:vms?|cts?|ids?|vmid|templates?|modele|machine|numero|number|n°|(?:clone?s?|copy|copie|replica|duplicate|double|"
    r"specs?|like|comme|as) (?:of |from |du |de |de la |the |la |le )?)\s*#?\s*$"
)
"""Words after which a number is a name and counts nothing."""


def read_counts(page: Page) -> tuple[list[Mark], Page]:
    """Marks of kind ``count``; read last, so that a number before an image already understood counts guests."""
    spelled = digits_for_words(page.text)
    marks = []
    for match in _COUNT.finditer(spelled):
        if match["n"] and _IS_ID.search(spelled[: match.start()]):
            continue
        if match["one"] and page.said[match.start("one")] in "àÀ":
            continue  # "à garder" is no "a"
        number = match["n"] or match["times"] or match["before"]
        end = match.end() - (1 if match[0].endswith(TAKEN) else 0)
        marks.append(Mark("count", int(number) if number else 1, match.start(), end))
    return marks, take_all(page, marks)
