"""What a message is for. First the few things that need no cluster, then acts, questions, changes and wishes. Pure."""

import re
from dataclasses import dataclass

from agents.rules.acts import act_of
from agents.rules.page import fold
from agents.rules.pending import takes_defaults
from agents.rules.reading import Reading
from agents.rules.safety import is_bypass
from agents.rules.shapes import Intent, Route

NEEDS_NO_CLUSTER = frozenset({"smalltalk", "help", "off_topic", "policy_bypass", "approve_plan", "cancel_plan"})

_POLITE = (
    r"(?:please|pls|stp|svp|s'il (?:te|vous) plait|thanks?|thank you|merci|now|then|maintenant|"
    r"alors|bot|threadform|it|that|this|ca|cela|le|la)"
)
_END = rf"(?:[\s,!.]+{_POLITE})*[\s!.]*$"
_APPROVE = re.compile(
    (
        r"^(?:(?:ok|okay|yes|yep|oui|alors|great|perfect|parfait|super|bon|"
        r"(?:it |that )?looks good|c'est bon)[\s,!.]+)*"
        r"(?:i |je l'|j'|"
        r"you can |tu peux |vous pouvez |please |can you |go ahead and )?"
        r"(?:approved?|approuve[rsz]?|lgtm|go ahead|ship it|do it|apply|applique[rsz]?|deploy|"
        r"valide[rsz]?|vas[- ]y|allez[- ]y|fonce[rz]?|lance[rz]?|proceed|confirm(?:ed)?|"
        r"confirme[rsz]?|looks good(?: to me)?|c'est (?:bon|valide|approuve)(?: pour moi)?|proceder|"
        r"accord(?:e)?|d'accord pour (?:le|ce) plan)"
        r"(?:[- ](?:it|that|this|the plan|plan(?: #?\w+)?|le plan(?: n?°? ?\w+)?|ce plan|la demande|"
        r"le|la|ca|them|all|everything|both|run \w+))*"
    )
    + _END
)
_CANCEL = re.compile(
    (
        r"^(?:(?:no|non|ok|wait|attends?|stop|actually|finalement|en fait|euh|hmm|"
        r"bon)[\s,!.]+)*(?:(?:non )?c'est bon[\s,]+|you can |tu peux |please |let's |on )?"
        r"(?:cancel(?:led)?|never ?mind|forget (?:it|about it|that)|abort|discard|drop (?:it|that)|"
        r"scrap (?:it|that)|stop (?:it|that|everything)|don't do (?:it|that)|do not do (?:it|that)|"
        r"annule[rsz]?|laisse[rz]? tomber|abandonne[rsz]?|oublie(?:z)?(?: ca| la demande)?|rejette|"
        r"tant pis)"
        r"(?:[- ](?:it|that|this|everything|all|the (?:plan|request|whole thing)|my request|"
        r"plan(?: #?\w+)?|tout|ca|le plan(?: n?°? ?\w+)?|ma demande|la demande|cette demande|la|le|"
        r"ce plan))*"
    )
    + _END
)
_HELP = re.compile(
    r"^(?:help|aide|aidez[- ]moi|/help|\?+|usage|commands?|commandes?)"
    + _END
    + (
        r"|\b(?:what can (?:you|i) do|what do you do|what are you (?:able|capable)|how do(?:es)? (?:i|"
        r"this|it) (?:use|work)|how can you help|can you help me|que (?:sais|peux)[- ]tu|que (?:savez|"
        r"pouvez)[- ]vous|qu'est[- ]ce que (?:tu (?:sais|peux)|vous (?:savez|pouvez))|"
        r"tu sais faire quoi|comment (?:ca marche|tu marches|t'utiliser|vous utiliser)|"
        r"a quoi (?:tu sers|servez)|besoin d'aide)\b"
    )
)
_SMALLTALK = re.compile(
    r"^(?:hi|hello|hey|yo|good (?:morning|evening|afternoon|night)|bonjour|bonsoir|salut|coucou|"
    r"hola|thanks?(?: (?:a lot|so much|you))?|thank you(?: (?:so|very) much)?|thx|"
    r"merci(?: (?:beaucoup|bien))?|bye|goodbye|see you|au revoir|a (?:plus|demain|bientot)|"
    r"bonne (?:journee|soiree|nuit)|how are you(?: doing)?(?: today)?|how's it going|ca va|"
    r"comment (?:ca va|vas[- ]tu|allez[- ]vous)|who are you|qui es[- ]tu|qui etes[- ]vous|"
    r"nice(?: work| job)?|good (?:bot|job|work)|well done|great(?: job| work)?|bravo|super|genial|"
    r"cool|awesome|perfect|parfait|bien joue|lol|haha+|good one)"
    r"(?:[\s,!.?]+(?:there|all|everyone|threadform|bot|you|the bot|a tous|tout le monde|toi|vous|"
    r"et|and|hello|bonjour|how are you|ca va|comment ca va|much|again|encore|pour tout|"
    r"for everything|for your help|pour ton aide|pour votre aide|c'est parfait|perfect|"
    r"work))*[\s!.?]*$"
)
_OFF_TOPIC = re.compile(
    r"\b(?:weather|meteo|temps qu'il fait|recipe|recette de|poem|poeme|joke|blague|football|"
    r"soccer|match|score|president|capital of|capitale (?:de|du)|dissertation|essay|movie|film|"
    r"song|chanson|translate|traduis|horoscope|bitcoin|stock price|bourse|birthday|anniversaire|"
    r"restaurant|dinner|diner|pizza|lyrics|novel|roman|homework|devoirs?|girlfriend|love you|"
    r"je t'aime|sing|chante|who won|qui a gagne|cook|cuisine|holiday|vacances|joue[rz]? (?:aux|a)|"
    r"play (?:a game|chess))\b"
)
_CREATE = re.compile(
    r"\b(?:cre(?:ate|e|er|ez|ation)|creat(?:ing|ion)|make|spin(?: \w+)? up|set up|build|launch|"
    r"deploy|provision(?:ne[rz]?)?|give me|get me|need|want|would like|i'd like|could (?:you|i)|"
    r"can i (?:have|get)|new|another|start(?:ing)? up|order|add|stand up|bring up|monte[rz]?|veux|"
    r"voudrais|voudrait|aimerais|souhaite|faut(?:drait)?|besoin|fais|fait|faire|lance[rz]?|"
    r"deploie|installe[rz]?|ajoute[rz]?|donne[rz]?|prepare[rz]?|nouvelle?|nouveau|autre|demande|"
    r"commande|clone[rsz]?|copy|copie[rz]?|duplicate|duplique[rz]?)\b"
)
_GUEST = re.compile(
    r"\b(?:vms?|machines?|servers?|serveurs?|boxe?s?|guests?|instances?|virtual machines?|"
    r"invites?|sandbox|desktop|runners?)\b"
)
_INFRASTRUCTURE = re.compile(
    r"\b(?:vms?|machines?|servers?|serveurs?|nodes?|noeuds?|cluster|proxmox|pve|ceph|templates?|storages?|stockages?"
    r"|snapshots?|disks?|disques?|network|reseau|terraform|kubernetes|k3s|ubuntu|debian|rocky)\b"
)
_THANKS = re.compile(r"(?:(?:ok|super|great|parfait|perfect)[\s,!.]+)*(?:thanks|thank you|thx|ty|merci)\b")
_ANEW = re.compile(r"\b(?:create|cree[rz]?|new|another|nouvelle?|nouveau|une autre|encore une|spin up)\b")


@dataclass(frozen=True, slots=True)
class Memory:
    """What the thread remembers, as far as routing needs it."""

    is_pending: bool = False
    has_request: bool = False


def plain_route(text: str, memory: Memory) -> Route | None:
    """The intents that words alone decide, without a look at the cluster; None where more is needed."""
    folded = fold(text).strip()
    if is_bypass(text):
        return Route(intent="policy_bypass")
    if not re.search(r"\w", folded):
        return Route(intent="help") if folded.startswith("?") else Route(intent="unclear", topic="empty")
    if _CANCEL.search(folded):
        return Route(intent="cancel_plan")
    if _APPROVE.search(folded) and not (memory.is_pending and takes_defaults(text)):
        return Route(intent="approve_plan")
    if _SMALLTALK.search(folded) and not memory.is_pending:
        return Route(intent="smalltalk")
    return Route(intent="help") if _HELP.search(folded) else None


def route(text: str, reading: Reading, memory: Memory) -> Route:
    """The intent of one message, given what it says about guests."""
    plain = plain_route(text, memory)
    if plain is not None:
        return plain
    folded = fold(text)
    if _OFF_TOPIC.search(folded) and not reading.wish.guests and not _INFRASTRUCTURE.search(folded):
        return Route(intent="off_topic")
    act = act_of(folded, has_wish=_says_what(reading), has_request=memory.has_request or memory.is_pending)
    return act or Route(intent=_wish_of(folded, reading, memory))


def _wish_of(folded: str, reading: Reading, memory: Memory) -> Intent:
    """Whether a message that is no act and no question changes what stands, asks for something new, or neither."""
    if memory.has_request and not reading.is_empty and not _is_anew(folded, reading):
        return "modify_plan"
    if _is_create(folded, reading) or (memory.is_pending and not reading.is_empty):
        return "create_vm"
    return "smalltalk" if _THANKS.match(folded.strip()) else "unclear"


def _is_anew(folded: str, reading: Reading) -> bool:
    """Whether a wish beside a standing request is a new one: it says so, and names a system or a machine."""
    has_image = any(guest.image for guest in reading.wish.guests)
    return bool(_ANEW.search(folded)) and (has_image or bool(_GUEST.search(folded)))


def _says_what(reading: Reading) -> bool:
    """Whether a system or a size was said: what a wish has and a question rarely."""
    return any(mark.kind in {"image", "flavor", "cores", "memory_mb", "disk_gb", "size"} for mark in reading.marks)


def _is_create(folded: str, reading: Reading) -> bool:
    kinds = {mark.kind for mark in reading.marks}
    if _CREATE.search(folded) and (_GUEST.search(folded) or reading.wish.guests):
        return True
    if _GUEST.search(folded) and any(guest.cores for guest in reading.wish.guests):
        return True
    has_sizes = len(kinds & {"cores", "memory_mb", "disk_gb", "size", "flavor"}) > 0
    return "image" in kinds or (has_sizes and (bool(_GUEST.search(folded)) or "cores" in kinds))
