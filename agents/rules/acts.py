"""Acts on what exists, and questions about it: each has its words; those that cannot be done yet say so. Pure."""

import re

from agents.rules.shapes import Route

_LIST = re.compile(
    r"\b(?:list|show(?: me)?|display|enumerate|give me (?:a |the )?list|which|what (?:vms?|"
    r"machines?|servers?|nodes?|templates?|images?|storages?|networks?|runs?)|how many|lister?|"
    r"listez|liste|affiche[rz]?|montre[rz]?(?:[- ]moi)?|donne[rz]?(?:[- ]moi)? (?:la liste|les)|"
    r"quell?e?s?|combien (?:de|d'|y a)|inventory|inventaire|overview|apercu|what(?:'s|"
    r" is) running|what do we have|qu'est[- ]ce qui tourne|qu'est-ce qu'on a)\b"
)
_TOPICS = {
    "templates": r"\b(?:templates?|images?|os|systemes?|modeles?|gabarits?|distributions?|distros?)\b",
    "nodes": (
        r"\b(?:nodes?|noeuds?|hosts?|hotes?|hypervis(?:eu|o)rs?|cluster|physical machines?|"
        r"machines? physiques?)\b"
    ),
    "storages": r"\b(?:storages?|stockages?|disk space|espace disque|datastores?|ceph)\b",
    "networks": r"\b(?:networks?|reseaux?|vnets?|bridges?|vlans?)\b",
    "runs": r"\b(?:runs?|requests?|demandes?|plans?|approvals?|approbations?|deployments?|en attente|pending)\b",
    "guests": (
        r"\b(?:vms?|machines?|servers?|serveurs?|guests?|containers?|conteneurs?|cts?|instances?|"
        r"invites?|running|tourne(?:nt)?)\b"
    ),
}
_STATUS = re.compile(
    r"\b(?:status|state|statut|etat|how (?:is|are)|how's|is .{1,40} (?:up|running|down|ready|"
    r"alive|done|finished)|are .{1,40} (?:up|running|down|ready)|what(?:'s| is) (?:happening|"
    r"going on|up with)|where (?:is|are|do) (?:my|the|we)|progress|ou en (?:est|es|sont|etes)|"
    r"est-(?:il|elle|ce que) .{0,40}(?:pret|prete|tourne|marche|allumee?)|(?:tourne|marche|"
    r"fonctionne)(?:-t-(?:il|elle)| (?:encore|toujours|bien))|avance(?:e|ment)|est prete?|"
    r"healthy|va bien|en bonne sante|details? (?:of|about|on|de|sur)|comment va)\b"
)
_QUESTION = re.compile(
    r"\?\s*$|^(?:what|which|how|is|are|do|does|can|quel|quelle|quels|quelles|combien|est-ce|y a-t-il|a-t-on|on a)\b"
)
_WHY = re.compile(r"(?:why|pourquoi)\b")
_DELETE = re.compile(
    r"\b(?:delete|destroy|remove|wipe|tear down|get rid of|kill|decommission|supprime[rsz]?|"
    r"suppression|detrui[rst]\w*|efface[rsz]?|enleve[rsz]?|vire[rsz]?|degage[rsz]?|jette|"
    r"rase[rz]?)\b"
)
_ACTS = {
    "docs": (
        r"^(?:how (?:do|can|should|to)|what(?:'s| is| are) (?:an? |the )?(?!status|state)|why|explain|"
        r"does proxmox|can proxmox|comment|pourquoi|a quoi sert|c'est quoi|qu'est[- ]ce qu(?:e|'un)|"
        r"explique\w*|quelle est la difference|what does|when should)\b"
    ),
    "snapshot": r"\b(?:snapshots?|instantanes?|roll ?back|revert|reviens|restaure[rz]?|restore)\b",
    "backup": r"\b(?:back ?ups?|vzdump|sauvegarde[rsz]?)\b",
    "migrate": (
        r"\b(?:migrat\w+|migre[rsz]?|move|relocate|deplace[rz]?|evacu\w+|drain|"
        r"vide[rz]? (?:le )?(?:noeud|node)?)\b"
    ),
    "k3s": r"\b(?:k3s|k8s|kubernetes|workers?|control[- ]planes?)\b",
    "deploy": (
        r"\b(?:deploy|deploie[rsz]?|deployer|ship|install|installe[rz]?|docker|compose|"
        r"helm)\b.*(?:https?://|git@|\brepo|\bdepot|\bdocker\b|\bhelm\b)|https?://(?:github|gitlab)"
    ),
    "container": r"\b(?:containers?|conteneurs?|lxc|ct)\b",
    "power": (
        r"\b(?:start|stop|shut ?down|power (?:on|off)|turn (?:on|off|\S+ (?:on|off))|reboot|restart|"
        r"boot|suspend|resume|demarre[rsz]?|redemarre[rsz]?|arrete[rsz]?|eteins|eteindre|allume[rsz]?|"
        r"coupe[rz]?|relance[rz]?|stoppe[rz]?)\b"
    ),
    "ha": (
        r"\b(?:enable|activate|active[rz]?|mets?|set|put|add)\b.{0,30}\b(?:ha|high availability|"
        r"haute disponibilite)\b"
    ),
    "lease": r"\b(?:extend|prolonge[rz]?|keep .{1,40} (?:longer|until)|garde[rz]? .{1,40} jusqu)\b",
    "forecast": (
        r"\b(?:forecast|predict\w*|prevoi[rts]\w*|prevision\w*|fills? up|run out|sera plein\w*|"
        r"seront pleins?|when will|quand .{0,40} plein)\b"
    ),
    "quota": r"\b(?:quotas?|how much (?:can i|do i have)|il me reste|remaining allowance)\b",
    "troubleshoot": (
        r"\b(?:can'?t (?:connect|reach|ssh|log)|cannot (?:connect|reach|ssh|log)|doesn'?t (?:work|"
        r"boot|answer|respond)|is (?:slow|broken|unreachable)|timed? ?out|ne (?:repond|marche|demarre|"
        r"fonctionne) p(?:as|lus)|injoignable|en panne|plante\w*|rame|lente?|kernel panic|error|"
        r"erreur)\b"
    ),
}
_COMPILED = {topic: re.compile(pattern) for topic, pattern in _ACTS.items()}
_RESIZE = re.compile(
    r"\b(?:resize|grow|shrink|increase|decrease|bump|upgrade|augmente[rz]?|agrandi[rst]\w*|"
    r"redimensionne[rz]?|passe[rz]?|monte[rz]?)\b"
)
_CREATES = re.compile(
    r"\b(?:creat\w*|cree[rz]?|new|nouvelle?|nouveau|spin|provision|need|want|veux|voudrais|besoin|"
    r"il me faut|il (?:nous )?faudrait|make me|make (?:an?|one)|give me (?:an?|one)|fais[- ]moi|monte[rz]?[- ]moi|"
    r"can (?:i|we) (?:get|have)|set up|build|prepare[rz]?|(?:me|nous) (?:faire|creer|preparer|monter))\b"
)


def act_of(folded: str, *, has_wish: bool, has_request: bool) -> Route | None:
    """The act or question of a folded message, or None where it is a wish, a change or nothing known.

    ``has_wish`` says that sizes, systems or names of guests were said; such a message is rarely a question.
    """
    is_question = _QUESTION.search(folded) is not None
    if _DELETE.search(folded) and not (has_wish and _CREATES.search(folded)):
        return Route(intent="delete_vm")
    topic = next((t for t, p in _COMPILED.items() if p.search(folded)), None)
    if topic is not None and not _is_wish_anyway(folded, topic, has_wish=has_wish):
        asked = _asked(folded) if topic in {"docs", "container"} else None
        return asked or Route(intent="unsupported", topic=topic)
    if _RESIZE.search(folded) and not has_request and not _CREATES.search(folded):
        return Route(intent="unsupported", topic="resize")
    if _CREATES.search(folded) or (has_wish and not is_question):
        return None
    return _asked(folded)


def _asked(folded: str) -> Route | None:
    """A list, a status or a question about the cluster."""
    topic = next((t for t, p in _TOPICS.items() if re.search(p, folded)), "")
    if _STATUS.search(folded):
        return Route(intent="get_status", topic=topic)
    if topic and _LIST.search(folded):
        return Route(intent="list_resources", topic=topic)
    if topic and _QUESTION.search(folded) and not _WHY.match(folded):
        return Route(intent="cluster_question", topic=topic)
    return None


def _is_wish_anyway(folded: str, topic: str, *, has_wish: bool) -> bool:
    """An act's word inside a wish for a new guest, such as "a debian VM for docker"."""
    creates = _CREATES.search(folded) is not None
    if topic in {"container", "snapshot", "migrate"}:
        return False
    return has_wish and (creates or (topic in {"ha", "docs", "troubleshoot", "k3s"} and not folded.startswith("how")))
