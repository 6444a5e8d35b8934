"""English or French, for short and mixed messages. Pure."""

import re

from agents.contracts import Language
from agents.rules.page import fold

_FRENCH_WORDS = """
de en par se leur lui ne donc car cette
je tu il elle on nous vous ils elles le les un une des du au aux et ou est sont avec pour dans sur sous chez mon
ma mes ton ta tes son sa ses ce cet cette ces que qui quoi quel quelle quels quelles combien comment pourquoi
quand veux voudrais faut besoin peux peut pouvez merci bonjour salut bonsoir oui non si svp stp plait machine
machines serveur serveurs disque disques coeur coeurs memoire vive go mo to appelle appelez nomme nommee nom
cree creer creez lance lancer fais faire donne donner montre montrer liste lister supprime supprimer arrete
arreter demarre demarrer plutot aussi encore autre meme deja pas plus moins tout tous toute toutes modele
modeles noeud noeuds reseau stockage annule annuler laisse tomber valide ouvre vas y ca etat jours semaines mois
heures chacun chacune ajoute ajouter passe mets mettre va bien aide aidez bonne journee revoir ete sera oublie saute
sans approbation veuillez mettez changez gros grosse petit petite moyen moyenne virtuelle virtuelles deux trois
quatre cinq sept huit neuf dix
"""
_FRENCH = frozenset(_FRENCH_WORDS.split())
_ENGLISH_WORDS = """
i you he she we they on the a an and or is are with for in into at my your his her our their this that these those
what which who how many why when want would like need can could please thanks thank hello hi hey yes no not
server servers disk disks cores memory call called name named create make spin start stop delete show list give
me it instead another same more less all every each running status nodes templates cancel never mind
approve ahead do does did have has get got set up new box rather actually help bye good morning of to from by
days weeks months hours ignore forget skip without change add remove put run one two three four five six seven
eight nine ten small big large
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_ELISION = re.compile(r"\b(?:qu|[jldnmtsc])'(?=[a-z])")
_WORD = re.compile(r"[a-z]+")
_ACCENT = re.compile("[éèêëàâîïôùûçœÉÈÊÀÂÎÔÙÛÇŒ]")


def language_of(text: str, before: Language | None = None) -> Language:
    """The language of a message; where it shows none ("60 Go", "debian"), the one spoken before, else English."""
    points = _points(text)
    if points == 0:
        return before or "en"
    return "fr" if points > 0 else "en"


def leaning(text: str) -> Language | None:
    """The language that the words of a text lean to; None where they say too little."""
    points = _points(text)
    return None if points == 0 else "fr" if points > 0 else "en"


def _points(text: str) -> int:
    folded = fold(text[:2000])
    words = _WORD.findall(_ELISION.sub(" ", folded))
    french = sum(word in _FRENCH for word in words) + len(_ELISION.findall(folded))
    english = sum(word in _ENGLISH for word in words)
    is_unit_only = all(word in {"go", "mo", "to"} or word not in _FRENCH for word in words)
    accents = min(2, len(_ACCENT.findall(text)))
    if is_unit_only and not accents and not _ELISION.search(folded):
        french = 0
    return french + accents - english
