"""Slips of the pen put right: a word that nobody knows, one letter away from one that everybody here says. Pure."""

import re
from collections.abc import Collection

from agents.rules.lexicon import vocabulary
from agents.rules.page import Page

_WORD = re.compile(r"(?<![\w./:@#-])[a-z]{2,}(?![\w./:@-])")

_SHORT = {
    "dsk": "disk", "dik": "disk", "coers": "coeurs", "coer": "coeur", "cors": "cores",
    "coress": "cores", "memroy": "memory", "memeory": "memory", "srv": "server", "vn": "vm",
    "snaphot": "snapshot", "plese": "please", "demare": "demarre", "redemare": "redemarre", "suprime": "supprime",
    "suprimer": "supprimer", "efaces": "efface", "deplasse": "deplace", "etein": "eteins", "arette": "arrete",
    "arete": "arrete", "restrat": "restart", "rebot": "reboot", "delte": "delete", "craete": "create",
    "creat": "create",
    "jusqua": "jusqu'a", "jusquau": "jusqu'au", "jusk": "jusqu'a", "pr": "pour", "ds": "dans",
    "avc": "avec", "ac": "avec", "dmain": "demain", "qd": "quand", "tte": "toute", "ttes": "toutes", "bcp": "beaucoup",
    "jveux": "je veux", "jveut": "je veux", "jvoudrais": "je voudrais", "jpeux": "je peux", "jai": "j'ai",
    "jaimerais": "j'aimerais", "cest": "c'est", "supp": "supprime", "kel": "quel", "koi": "quoi", "pk": "pourquoi",
    "svr": "server", "srvr": "server", "plz": "please", "tmrw": "tomorrow", "tmr": "tomorrow", "wanna": "want to",
    "lemme": "let me", "gonna": "going to", "dispos": "disponibles", "redem": "redemarre", "stoper": "stopper",
    "dmarre": "demarre", "etaint": "eteins", "eteind": "eteins", "etteins": "eteins", "augmante": "augmente",
    "nouvo": "nouveau", "serveure": "serveur", "neoud": "noeud", "noeu": "noeud", "clonne": "clone",
    "snapchot": "snapshot",
    "delet": "delete", "dlete": "delete", "restat": "restart", "resart": "restart", "sotp": "stop", "stpo": "stop",
    "strat": "start", "creaet": "create", "suprimez": "supprimez", "effce": "efface", "arete-la": "arrete-la",
    "machne": "machine", "srever": "server", "contener": "conteneur",
    "shutdwon": "shutdown", "migarte": "migrate", "backp": "backup",
}  # fmt: skip
_REAL_WORDS = """
cours course courses notes modes moment monter montre montrer compte compter contre centre rester reste restes
lister create created creates servers server serveur serveurs demande passer passes placer placee pleine
pleins prendre should could would please person reports import export stated states status station started
starts starting stopped restarts remote remove removed moved mover mount mounted monster delay delays deploys
destroys rebuild starving starved starred
"""
_REAL = frozenset(_REAL_WORDS.split())
_ANY_MORE = re.compile(r"\b(any) (more)\b")
_APART = re.compile(
    r"\b(jusqu|qu|aujourd|s|j|d|l|n)[ \u2019](au|a|en|hui|il|ai|aurais|est)\b(?<!s a)(?<!s en)(?<!s est)(?<!d est)"
)
_LEAST, _PAIR = 6, 2


def mended(page: Page, names: Collection[str] = ()) -> Page:
    """The page with its slips put right, each in its place; words of ``names`` are left as they are."""
    known = {word for name in names for word in re.findall(r"[a-z]+", name.lower())}
    page = _joined(page)
    said, text, shift = page.said, page.text, 0
    for match in _WORD.finditer(page.text):
        right = _meant(match[0], known)
        if right != match[0]:
            start, end = match.start() + shift, match.end() + shift
            said, text = said[:start] + right + said[end:], text[:start] + right + text[end:]
            shift += len(right) - len(match[0])
    return Page(said, text)


def _joined(page: Page) -> Page:
    """The page with "jusqu a" and "s il te plait" written as one thing; positions move, both texts alike."""
    for match in reversed(list(_ANY_MORE.finditer(page.text))):
        page = Page(*(t[: match.end(1)] + t[match.start(2) :] for t in (page.said, page.text)))
    for match in reversed(list(_APART.finditer(page.text))):
        whole = f"{match[1]}'{match[2]}"
        page = Page(*(t[: match.start()] + whole + t[match.end() :] for t in (page.said, page.text)))
    return page


def _meant(word: str, known: Collection[str]) -> str:
    if word in _SHORT:
        return _SHORT[word]
    if len(word) < _LEAST or word in known or word in _REAL or word in vocabulary() or _inflected(word):
        return word
    near = [v for v in vocabulary() if v[0] == word[0] and abs(len(v) - len(word)) <= 1 and _is_slip(word, v)]
    return near[0] if len(near) == 1 else word


def _inflected(word: str) -> bool:
    """Whether it is a known word with another ending, which is no slip."""
    return any(word.startswith(v[:-1]) or v.startswith(word[:-1]) for v in vocabulary() if abs(len(v) - len(word)) <= 2)  # noqa: PLR2004


def _is_slip(word: str, meant: str) -> bool:
    """Whether one letter is wrong, missing, too many, or two neighbours are swapped."""
    if len(word) == len(meant):
        wrong = [at for at in range(len(word)) if word[at] != meant[at]]
        swapped = [word[at : at + 2] for at in wrong[:1] if len(wrong) == _PAIR and wrong[1] == at + 1]
        return len(wrong) == 1 or any(pair[::-1] == meant[wrong[0] : wrong[0] + 2] for pair in swapped)
    short, long = sorted((word, meant), key=len)
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
