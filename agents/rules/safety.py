"""Messages that try to get round the rules: recognised before any model sees them. Pure.

This is courtesy, not the defence: nothing said in a thread can approve, apply or widen a right anyway.
"""

import re

from agents.rules.page import fold

_PATTERNS = (
    # talk to the machine about its instructions
    (
        r"\b(?:ignore|disregard|forget|override|oublie[rz]?|ignore[rz]?|fais abstraction de|"
        r"ne tiens pas compte de)\b.{0,40}"
        r"\b(?:instructions?|rules?|regles?|consignes?|guidelines?|polic(?:y|ies)|politiques?|"
        r"restrictions?|prompt|limits?|limites?|garde-fous?)\b"
    ),
    (
        r"\b(?:you are|tu es|vous etes|act as|agis comme|pretend|fais comme si|from now on|"
        r"a partir de maintenant|desormais)\b.{0,60}"
        r"\b(?:no restrictions?|unrestricted|sans (?:aucune )?(?:restriction|limite)s?|"
        r"admin(?:istrat\w+)?|root|devgpt|dan|jailbreak\w*|developer mode|mode developpeur|bob)\b"
    ),
    r"\b(?:system prompt|prompt systeme|your (?:hidden )?instructions|tes instructions|vos instructions)\b",
    r"<\|?(?:system|im_start|assistant)\|?>|\[/?inst\]|^\s*system\s*:",
    # get past the approval
    (
        r"\b(?:skip|bypass|without|circumvent|avoid|get around|disable|saute[rz]?|contourne[rz]?|sans|"
        r"passe[rz]? outre|evite[rz]?|desactive[rz]?|court-circuite[rz]?)\b.{0,30}"
        r"\b(?:approvals?|approving|validations?|approbations?|reviews?|four[- ]eyes|quatre yeux|"
        r"controles?|checks?|polic(?:y|ies)|politiques?|quotas?|plan step|confirmation)\b"
    ),
    (
        r"\b(?:apply|deploy|execute|run|applique[rz]?|execute[rz]?|deploie)\b.{0,25}\b(?:directly|"
        r"right away without|straight away without|immediately without|directement|sans (?:attendre|"
        r"demander|passer))\b"
    ),
    (
        r"\b(?:approve|validate|approuve[rz]?|valide[rz]?)\b.{0,40}\b(?:yourself|on (?:my|his|her|"
        r"bob's|their) behalf|for (?:bob|alice|carol)|toi-meme|vous-meme|a (?:ma|sa|leur) place|"
        r"automatiquement|automatically)\b"
    ),
    r"\b(?:auto-?approve|auto-?approuve[rz]?|approbation automatique)\b",
    # rights and quotas
    (
        r"\b(?:make|give|grant|donne[rz]?|accorde[rz]?|mets|passe)\b.{0,20}\b(?:me|moi|myself|"
        r"my account|mon compte)\b.{0,30}\b(?:admin(?:istrat\w+)?|root|superuser|approver|approbateur|"
        r"owner)\b.{0,12}(?:rights?|role|access|droits?|acces|$)"
    ),
    (
        r"\b(?:raise|lift|remove|increase|leve[rz]?|augmente[rz]?|enleve[rz]?|"
        r"supprime[rz]?)\b.{0,20}\b(?:my|the|mon|ma|le|les|mes)\b.{0,10}\b(?:quotas?|limits?|"
        r"limites?)\b"
    ),
    # secrets
    (
        r"\b(?:show|print|reveal|give|send|display|dump|export|leak|cat|read|montre|affiche|donne|"
        r"envoie|revele|exporte|lis)\b.{0,60}"
        r"\b(?:tfstate|api (?:token|key)s?|tokens?|passwords?|secrets?|private keys?|credentials?|"
        r"mots? de passe|cles? (?:privees?|api|ssh)|jetons?|identifiants|env(?:ironment)? variables|"
        r"\.env|/etc/shadow)\b"
    ),
    r"\b(?:what|quel(?:le)?s?)\b.{0,20}\b(?:root password|api token|mot de passe|jeton)\b",
)
_BYPASS = re.compile("|".join(f"(?:{p})" for p in _PATTERNS), re.MULTILINE)


def is_bypass(text: str) -> bool:
    """Whether a message asks to leave the rules, skip a decision, widen a right or show a secret."""
    return _BYPASS.search(fold(text)) is not None
