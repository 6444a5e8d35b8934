"""What must answer on the new guests: "it should answer on port 8080", "doit répondre en HTTP sur /health". Pure."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from agents.rules.page import Page
from iac.spec import parse_http

HTTPS = "https"
"""Asked for and not done: a new machine has no certificate that could be trusted."""

_NAME = r"[a-z0-9][\w-]*"
_WHO = re.compile(rf"\b((?:{_NAME}(?:, {_NAME})*,? (?:and|et) )?{_NAME}),? $")
_WORD = rf"(?!(?:and|et)\b){_NAME}"
_MUST = (
    r"(?:should|must|(?:has|have|needs?|ought) to|shall|will have to|doit|doivent|devra|devront|devrait|devraient|"
    r"(?:ready|done|up|usable|prete?s?|finie?s?) (?:once|when|as soon as|quand|lorsqu[e']|des qu[e']) ?"
    r"(?:it |they |elles? |ils? )?|"
    r"(?:wait (?:until|till)|make sure (?:that )?|check (?:that )?|attend[sz]? qu[e']|attendez qu[e']|"
    r"verifie[sz]? qu[e']) ?(?:it |they |elles? |ils? )?|(?:that|which|qui))"
)
_ANSWER = r"(?:also |then |both |all |aussi |toutes? |tous )?(?:answers?|responds?|repl(?:y|ies)|repond(?:re|ent|e)?)"
_WAY = r"(?:to |in |over |via |with |by |en |a |au |aux |par )?(?:the |des |les |une? |an? )?"
_HTTP = rf" {_WAY}(?:requetes? |requests? )?(?P<%s>https?)\b(?: requests?| gets?| calls?)?"
_NO_SIZE = r"(?!\w|\.\d|\s*(?:[gmt](?:i?b|o)?|cores?|coeurs?|vcpus?|cpus?)\b)"
_PORT = (
    rf" (?:(?:on|at|sur|a|au) )?(?:(?:the|le) )?(?:tcp )?(?:port |:)(?P<port>\d{{1,5}}){_NO_SIZE}"
    rf"| (?:on|at|sur) (?P<bare>\d{{2,5}}){_NO_SIZE}"
)
_PATH = (
    r"(?:,? (?:(?:on|at|under|with|to|sur|a|au|en|avec) )?(?:(?:the |le |la )?(?:path|page|url|chemin|route) )?"
    r"|(?<=\d))"
    r"(?P<path>/[\w./~%?=&+-]{0,120})"
)
_ASKED = re.compile(rf"\b{_MUST} ?\b{_ANSWER}\b(?:{_HTTP % 'first'})?(?:{_PORT})?(?:{_HTTP % 'second'})?(?:{_PATH})?")
_LOOKED_BACK = 80
"""Characters before the wish in which the guests may stand that it is about."""


@dataclass(frozen=True, slots=True)
class Answering:
    """What is to answer: ``http`` as a URL ends (``:8080/health``), on ``guests`` or, where none is named, on all."""

    http: str | None = None
    guests: tuple[str, ...] = ()
    is_https: bool = False

    def as_update(self) -> dict[str, Any]:
        """The fields of the wish that this message sets."""
        return {"http": self.http, "http_on": list(self.guests)} if self.http else {}


def read_answering(page: Page) -> tuple[Answering, Page]:
    """What must answer, and the page without it, so that a port is not read as a size."""
    for match in _ASKED.finditer(page.text):
        way, port = match["first"] or match["second"], match["port"] or match["bare"]
        path = quote(page.original(match, "path").rstrip(".,;?"), safe="/~%?=&+.-_") if match["path"] else "/"
        http = f":{port or 80}{path or '/'}"
        if not (way or port or match["path"]) or parse_http(http) is None:
            continue
        is_https = way == HTTPS
        before = page.text[max(0, match.start() - _LOOKED_BACK) : match.start()]
        guests, letters = _guests(before)
        # Names that the message has introduced already would be read as those of more guests.
        is_again = all(name in page.text[: match.start() - letters] for name in guests)
        start = match.start() - (letters if is_again else 0)
        return Answering(None if is_https else http, guests, is_https), page.take(start, match.end())
    return Answering(), page


def _guests(before: str) -> tuple[tuple[str, ...], int]:
    """The list right before, which counts where it holds names of guests, and its letters; no name comes twice."""
    found = _WHO.search(before)
    names: list[str] = []
    start = len(before)
    for word in reversed(list(re.finditer(_WORD, before[found.start() :])) if found else []):
        if word[0] in names:
            break
        names.insert(0, word[0])
        start = found.start() + word.start() if found else start
    return tuple(names), len(before) - start
