"""Whether a message speaks of things outside this house: several telling words, and none of our trade. Pure."""

import re

from agents.rules.lexicon import heard_in

_VAGUE_WORDS = """
last week weeks month year from first next previous
thing things stuff usual better best something anything nothing everything someone good great nice bad please
thanks thank hello again more less same other another make made do does did done doing fix help need want would
could should can will might must have has had been being were was are with without about from into onto over
under this that these those there here what when where which who whom whose why how much many very really just
only also maybe perhaps like know think mean say said tell told give get got take took put set let try work
works working problem issue request idea question answer right wrong okay sure well now then later soon today
tomorrow tonight always never still already time times yes bot team guys machine machines threadform chose
choses truc trucs machin bidule quelque comme habitude faire fait fais faut faudrait faudra peux peut pouvez
pourrais veux voudrais vouloir besoin avoir etre etes sommes sont etait cela cette celui celle ceux autre autres
meme memes encore aussi bien mieux mal tres trop peu beaucoup plus moins avec sans pour dans chez vers depuis
pendant apres avant quand comment pourquoi quel quelle quels quelles merci bonjour salut bonsoir svp stp plait
aide aider probleme souci question demande idee reponse vrai faux oui non peut-etre alors donc mais voila enfin
bref maintenant toujours jamais deja demain hier jour jours soir matin tout tous toute toutes rien personne bon
bonne euh hein juste suite chercher cherche vois voir savoir sais dire dis dit parler parle mettre mets donne
donner prendre prends aller vais allez allons vient venir
"""
_VAGUE = frozenset(_VAGUE_WORDS.split())
_LEAST_WORDS, _LEAST_LETTERS = 2, 4


def is_foreign(folded: str) -> bool:
    """Whether at least two telling words stand here and none of them is of our trade."""
    if any(h.kind == "thing" for h in heard_in(folded, ("en", "fr"))):
        return False
    words = {w for w in re.findall(r"(?<![\w.-])[a-z]+(?![\w.-])", folded) if len(w) >= _LEAST_LETTERS}
    return len(words - _VAGUE) >= _LEAST_WORDS
