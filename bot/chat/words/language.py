"""Which of our languages a text is in, for answers that are made without the crew. Pure."""

import re
from typing import Literal

FRENCH = """je tu il nous vous veux voudrais veut voulez une des du les aux est avec pour dans sur sans moi mon ma mes
    coeurs cœurs coeur cœur go mémoire disque machine appelle appelez crée créer créez supprime supprimez détruis
    bonjour salut merci oui non quelle quel quels quelles combien état aide liste montre donne plutôt
    et ou mets peux peut pouvez besoin fais faites"""
ENGLISH = """i you we want need would like the a an with for in on without my please create make delete destroy remove
    cores core memory disk call it name hello hi thanks yes no what which how many status help list show give
    instead and or can could do does is are"""
FRENCH_WORDS, ENGLISH_WORDS = frozenset(FRENCH.split()), frozenset(ENGLISH.split())
ACCENTS = re.compile(r"[àâçèéêëîïôùûœ]")


def language_of(text: str) -> Literal["en", "fr"]:
    """French where French words outnumber English ones, or its accents break the tie; English else."""
    said = re.findall(r"[^\W\d_]+", text.lower())
    french = sum(word in FRENCH_WORDS for word in said)
    english = sum(word in ENGLISH_WORDS for word in said)
    if french == english:
        return "fr" if ACCENTS.search(text.lower()) else "en"
    return "fr" if french > english else "en"


def preferred(accept_language: str) -> Literal["en", "fr"]:
    """The language that a browser likes best among ours, by the q values of its Accept-Language header."""
    best: tuple[float, Literal["en", "fr"]] = (0.0, "en")
    for part in accept_language.lower().split(","):
        tag, _, weight = part.strip().partition(";q=")
        language: Literal["en", "fr"] | None = {"en": "en", "fr": "fr"}.get(tag[:2])  # type: ignore[assignment]
        if language and _quality(weight) > best[0]:
            best = (_quality(weight), language)
    return best[1]


def _quality(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
