"""Commands: what may be said after a slash, in English and in French. Pure."""

import difflib
import re
from dataclasses import dataclass

from bot.domain.command.verbs import EXTEND, FILLERS, FREE, SCOPES, SHARE, SHAREABLE, SHOWN, VERBS, Scope, Tongue, Verb
from bot.domain.errors import Refused

NAMES = frozenset({"threadform"})
"""Commands of a platform that carry our verb as their first word, beside the configured one."""
REASON_MOST = 300
NAME_MOST = 100
"""Characters of a run's or a machine's name; nobody types more."""
ALIKE = 0.6
"""The share of common letters from which on a word is taken for a slip of another."""
SURELY = 0.8
"""The same, where words that begin with a slash may be no command at all."""
LONGEST = 40
"""Characters of a word that can be a slip of one of ours; comparing takes its time, and words come without end."""

_WORD = re.compile(r"/[^\W\d_]{4,20}")


@dataclass(frozen=True, slots=True)
class Command:
    """One command; ``rest`` is everything after the verb, ``call`` how a person begins a command where they are.

    ``is_shared``: the person wants everybody in the thread to see the answer.
    """

    verb: Verb
    rest: str
    call: str = "/"
    is_shared: bool = False


def split_command(text: str, names: frozenset[str] = NAMES) -> tuple[str, str] | None:
    """Name and rest of a message that is a command of ours, or a slip of one; None for every other message."""
    first, _, rest = text.strip().partition(" ")
    name, more, _ = first.partition("\n")
    word = name.removeprefix("/").lower()
    if not name.startswith("/"):
        return None
    if word in VERBS or word in names:
        return word, f"{first.removeprefix(name)} {rest}".strip()
    is_slip = not more and _WORD.fullmatch(name) is not None and bool(_near(word, SURELY))
    return (word, rest.strip()) if is_slip else None


def parse_command(name: str, text: str) -> Command:
    """The command; ``Refused`` where the word is none of ours, or the reason is a whole letter.

    A name that is no verb is a platform's own command, whatever it is called there: the text begins with the verb.
    """
    word, rest, call = _verb_word(name, text)
    verb = VERBS.get(word.lower(), (None, None))[0]
    if verb is None:
        raise _unknown(word, call)
    if verb != "request":
        rest = " ".join(rest.split())
    shared = SHARE.get(rest.rpartition(" ")[2].lower()) if verb in SHAREABLE else None
    if shared:
        rest = rest.rpartition(" ")[0]
    _check_length(verb, rest)
    return Command(verb, rest.strip(), call, bool(shared))


def language_of(name: str, text: str = "") -> Tongue | None:
    """The language of the words of a command, where only one has them."""
    word, rest, _ = _verb_word(name, text)
    verb, tongue = VERBS.get(word.lower(), (None, None))
    if tongue or verb in FREE:
        return tongue
    said = [SHARE.get(each) or SCOPES.get(each, (None, None))[1] or EXTEND.get(each) for each in rest.lower().split()]
    return next((each for each in said if each), None)


def is_request(name: str, text: str) -> bool:
    """Whether the command asks for machines, and so for the crew."""
    return _verb(name, text) == "request"


def is_link(name: str, text: str) -> bool:
    """Whether the command is about whose an account is."""
    return _verb(name, text) in ("link", "unlink")


def _verb(name: str, text: str) -> str:
    return VERBS.get(_verb_word(name, text)[0].lower(), ("", None))[0]


def reason_of(name: str, text: str) -> str:
    """What a person added in words of their own; empty where the command takes none."""
    word, rest, _ = _verb_word(name, text)
    verb = VERBS.get(word.lower(), (None, None))[0]
    if verb not in FREE:
        return ""
    return " ".join(rest.split() if verb != "discard" else rest.split()[1:])


def scope_of(rest: str) -> Scope:
    """Which machines are listed: the person's own where nothing is said; ``Refused`` for other words."""
    words = [word for word in rest.lower().split() if word not in FILLERS]
    found = [SCOPES[word][0] for word in words if word in SCOPES]
    if len(found) < len(words):
        raise Refused("command.usage.list", word=next(w for w in words if w not in SCOPES))
    return found[0] if found else "mine"


def run_of(rest: str) -> tuple[str, str, str]:
    """The id of a run (or its beginning), the digest that was named with it, and what follows."""
    named, _, more = rest.strip().partition(" ")
    run, _, digest = named.strip("`#.,;").partition(":")
    return run.lower(), digest.lower(), more.strip()


def _check_length(verb: Verb, rest: str) -> None:
    """A request is as long as a message may be; the reason of a discard stands behind the name of its run."""
    if verb == "request":
        return
    most = REASON_MOST if verb in FREE else NAME_MOST
    reason = rest.partition(" ")[2] if verb == "discard" else rest
    if len(reason) > most or len(rest) > REASON_MOST + NAME_MOST:
        raise Refused("command.too_long" if verb in FREE else "command.too_many_words", count=len(reason), most=most)


def _verb_word(name: str, text: str) -> tuple[str, str, str]:
    """The verb, what follows it, and how a command begins there."""
    bare = name.strip().lstrip("/!").lower()
    if bare in VERBS:
        return bare, text.strip(), "/"
    said = text.strip()
    word = said.split(maxsplit=1)[0] if said else ""
    mark = "" if name.startswith(("/", "!")) else "/"
    if not word and bare not in NAMES and _near(bare, SURELY):
        return bare, "", "/"
    return word or "help", said.removeprefix(word).strip(), f"{mark}{name.strip()} "


def _unknown(word: str, call: str) -> Refused:
    near = _near(word.lower(), ALIKE)
    tongue = VERBS[near][1] if near else None
    words = SHOWN[tongue or "en"]
    shown = word[:NAME_MOST]
    if near:
        return Refused("command.unknown_near", word=shown, near=f"{call}{near}", help=f"{call}help")
    return Refused("command.unknown", word=shown, words=words)


def _near(word: str, alike: float) -> str | None:
    """The word of ours that is most like this one; of several that are as like, the first."""
    if len(word) > LONGEST:
        return None
    likeness = {verb: difflib.SequenceMatcher(None, verb, word).ratio() for verb in VERBS}
    best = max(VERBS, key=likeness.__getitem__)
    return best if likeness[best] >= alike else None
