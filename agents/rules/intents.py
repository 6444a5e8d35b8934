"""What a message is for. First the few things that need no cluster, then acts, questions, changes and wishes. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.contracts import Act
from agents.rules.foreign import is_foreign
from agents.rules.own import asks_about_own_yes, lists_own
from agents.rules.page import fold
from agents.rules.pending import more_alike, named_size, takes_defaults
from agents.rules.reading import Reading
from agents.rules.safety import is_bypass
from agents.rules.shapes import Intent, Route

CHANGES = frozenset({"resize_vm", "migrate_vm", "extend_ttl", "set_ha", "clone_vm", "start_vm"})
"""Acts whose words also change a request that is not carried out yet."""
_TOPICS = {
    "template": "templates", "node": "nodes", "storage": "storages", "network": "networks", "vm": "guests",
    "ct": "guests", "cluster": "nodes", "memory": "nodes", "cpu": "nodes",
}  # fmt: skip

_OPEN_TO_MODELS = frozenset(
    {
        "create_vm",
        "modify_plan",
        "list_resources",
        "get_status",
        "cluster_question",
        "help",
        "smalltalk",
        "off_topic",
        "unclear",
        "docs_question",
        "troubleshoot",
        "forecast_capacity",
        "get_quota",
    }
)
"""What a model may decide about: words, questions and wishes for something new. All else is the rules' alone."""
FOUR_EYES = "four_eyes"
"""The topic of a question about approving what one asked for oneself."""
NEEDS_NO_CLUSTER = frozenset({"smalltalk", "help", "off_topic", "policy_bypass", "approve_plan", "cancel_plan"})

_POLITE = (
    r"(?:please|pls|stp|svp|s'il (?:te|vous) plait|thanks?|thank you|merci|now|then|maintenant|"
    r"alors|bot|threadform|it|that|this|ca|cela|le|la)"
)
_END = rf"(?:[\s,!.]+{_POLITE})*[\s!.]*$"
_APPROVE = re.compile(
    (
        r"^(?:(?:lgtm|ok|okay|yes|yep|yeah|oui|ouais|alors|great|nice|cool|perfect|parfait|super|top|nickel|bon|"
        r"(?:it |that )?looks good|c'est bon)[\s,!.]+)*"
        r"(?:i |je l'|j'|"
        r"you can |tu peux |vous pouvez |please |can you |go ahead and )?"
        r"(?:approved?|approuve[rsz]?|lgtm|go ahead|go for it|go|ship it|"
        r"make it so|do it|apply|applique[rsz]?|deploy|"
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
_YES = re.compile(
    r"^(?:lgtm|looks (?:good|fine|great|right)|envoie|envoyez|balance|c'est parti|en avant|send it|run it|tout bon|"
    r"make it happen|let'?s do (?:it|this)|nice one|impeccable|rien a redire|"
    r"ok|okay|yes|yep|yeah|yup|sure|oui|ouais|parfait|perfect|super|great|"
    r"good|fine|c'est|ca|super|that'?s|this is|nice|top|vendu|roule|ok pour|carrement|d'accord|dac|go|let's go|"
    r"bien sur|absolument|"
    r"exactly|exactement|c'est bon|c'est (?:bien )?ca|nickel|impec\w*|top|banco|"
    r"ca marche|sounds good|looks good|all good|works for me|"
    r"je (?:le )?valide|j'approuve|i approve|i confirm|je confirme|feu vert|go "
    r"for it|do it|vas-y|allez-y|you may|you can|tu peux(?: y aller)?|on y va|"
    r"pour moi|for me|to me|by me|with me|please|merci|thanks|alors|then|so|et|and|la|"
    r"le|it|that|plan|it is|approved|valide|approuve|lance|ship it|proceed|continue|"
    r"[\s,.!-])+$"
)
_NO = re.compile(
    r"^(?!.*\b(?:sur|to|onto|vers|plutot|instead|rather|mais|but|(?:with|avec) (?:an?\b|une? (?=v|m|s)|\d|more|"
    r"less|plus|moins|ha\b)|only|seulement|make|mets|met)\b)"
    r"(?:(?:no|non|nope|nan|nah|stop|wait|attends?|attendez|hold on|hang on|hey|h+m+|euh|ah|oh|bof|well|actually|ouh|"
    r"on second thoughts?|(?:a la )?reflexion|en fait|tout compte fait|i think|je crois|je pense|"
    r"finalement|alors|ok|sorry|desole)[\s,.!]+)*(?:(?:no|non|nope|nan|nah)(?: "
    r"(?:thanks|thank you|merci|way|surtout pas))?"
    r"|(?:not? (?:now|today|yet|anymore)|pas (?:maintenant|aujourd'hui|la peine|"
    r"besoin)|on (?:laisse|oublie|annule|verra)|laisse\w*|leave (?:it|everything)|"
    r"don'?t|do not|scrap|scratch|drop|forget|skip|surtout pas|never ?mind|annul\w*|cancel\w*|abort|tant pis|"
    r"(?:je me suis|j'ai|on s'est) (?:trompee?s?|plante)|(?:my|a) (?:mistake|bad)|i made a mistake|wrong (?:one|"
    r"vm|machine)|"
    r"erreur|ce n'est pas|c'est pas|hold (?:off|on|it)|not like that|pas comme ca|(?:i|je) (?:no longer|n'en)|"
    r"plus besoin|no need|inutile|arrete|"
    r"je (?:refuse|rejette|change d'avis)|i (?:refuse|reject|changed my mind)|"
    r"changed my mind|reject(?:ed)?|refuse[dr]?|rejete[er]?))\b[^\d]*$"
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
_JEST = re.compile(
    r"\b(?:jokes?|poems?|haikus?|blagues?|poemes?|recipes?|recettes?|horoscope|songs?|chansons?|limerick)\b"
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


def offers(said: str) -> bool:
    """Whether the bot's last words showed a plan and asked for a yes."""
    return (
        re.search(
            r"\b(?:approve|approuve\w*|confirm\w*|valide\w*|go ahead|proceed)\b[^?]*\?\s*$|^\W*plan (?:#|n|no)|"
            r"\b(?:type|enter|tape[rz]?|retape[rz]?|saisi\w*|ecri\w+|reply with)\b.{0,30}\b(?:name|nom)\b",
            fold(said),
        )
        is not None
    )


def is_guarded(intent: str) -> bool:
    """Whether what the rules recognise as this is not left to a model, nor taken from one."""
    return intent not in _OPEN_TO_MODELS


@dataclass(frozen=True, slots=True)
class Memory:
    """What the thread remembers, as far as routing needs it; ``is_offered``: a plan was shown and a yes asked for."""

    is_pending: bool = False
    has_request: bool = False
    is_offered: bool = False


_SIGNS = (
    (re.compile("[\U0001f44d\u2705\U0001f44c\u2714]"), " yes "),
    (re.compile("[\U0001f44e\u274c\U0001f6ab]"), " no "),
)
_PICTURES = re.compile("[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]+")


def _spoken(text: str, memory: Memory) -> str:
    """The folded text with its pictures as words where a yes or no is waited for, else without them."""
    folded = fold(text).strip()
    if memory.is_offered and not re.search(r"\w", folded):
        for sign, word in _SIGNS:
            folded = sign.sub(word, folded)
    return _PICTURES.sub(" ", folded).strip() if re.search(r"\w", folded) else folded


def plain_route(text: str, memory: Memory) -> Route | None:
    """The intents that words alone decide, without a look at the cluster; None where more is needed."""
    folded = _spoken(text, memory)
    if asks_about_own_yes(text):
        return Route(intent="help", topic=FOUR_EYES)
    if is_bypass(text):
        return Route(intent="policy_bypass")
    if not re.search(r"\w", folded):
        return Route(intent="help") if folded.startswith("?") else Route(intent="unclear", topic="empty")
    decision = _decision(text, folded, memory)
    if decision is not None:
        return Route(intent=decision)
    if _SMALLTALK.search(folded) and not memory.is_pending:
        return Route(intent="smalltalk")
    return Route(intent="help") if _HELP.search(folded) else None


def _decision(text: str, folded: str, memory: Memory) -> Intent | None:
    """Words about a plan: outright, or a mere yes or no where one was just shown."""
    if _CANCEL.search(folded):
        return "cancel_plan"
    if _APPROVE.search(folded) and not (memory.is_pending and takes_defaults(text)):
        return "approve_plan"
    if memory.is_offered and _YES.search(folded):
        return "approve_plan"
    return "cancel_plan" if memory.is_offered and _NO.search(folded) else None


def route(text: str, reading: Reading, memory: Memory, acts: Sequence[Act] = ()) -> Route:
    """The intent of one message, given what it says about guests to come and the ``acts`` on those that stand."""
    plain = plain_route(text, memory)
    if plain is not None:
        return plain
    if lists_own(text):
        return Route(intent="list_resources")
    folded = fold(text)
    act = acts[0] if acts and acts[0].intent != "create_vm" else None
    if act is not None and not _is_change(act, reading, memory):
        return Route(intent=act.intent, topic=topic_of(act, folded))
    is_silent = not (reading.wish.guests or reading.changes or reading.wish.ttl_hours or reading.wish.http)
    is_elsewhere = act is None and is_silent and not memory.is_offered and not _INFRASTRUCTURE.search(folded)
    is_strange = not reading.marks and not memory.is_pending and is_foreign(folded)
    if is_elsewhere and (is_strange or _OFF_TOPIC.search(folded)):
        return Route(intent="off_topic")
    if act is None and is_silent and not memory.is_pending and _JEST.search(folded):
        return Route(intent="off_topic")
    is_create = any(act.intent == "create_vm" for act in acts)
    return Route(intent=_wish_of(folded, reading, memory, is_create=is_create))


def _is_change(act: Act, reading: Reading, memory: Memory) -> bool:
    """Whether an act is no act on a guest that stands but a change of the request that does."""
    is_open = memory.has_request or memory.is_pending
    return is_open and not reading.is_empty and not act.slots.get("targets") and act.intent in CHANGES


def topic_of(act: Act, folded: str) -> str:
    """What a list or a state is of, in the words of the answers."""
    if re.search(r"\b(?:requests?|runs?|demandes?|en attente|pending|deployments?|deploiements?)\b", folded):
        return "runs"
    if "resource" not in act.slots and re.search(r"\b(?:nodes?|noeuds?|hosts?|hotes?|hypervis(?:eu|o)rs?)\b", folded):
        return "nodes"
    return _TOPICS.get(str(act.slots.get("resource", "")), "")


def _wish_of(folded: str, reading: Reading, memory: Memory, *, is_create: bool) -> Intent:
    """Whether a message that is no act and no question changes what stands, asks for something new, or neither."""
    if memory.has_request and not reading.is_empty and not _is_anew(folded, reading):
        return "modify_plan"
    is_of_it = memory.has_request and not reading.wish.guests
    if is_of_it and (more_alike(folded) is not None or named_size(folded, reading)):
        return "modify_plan"
    if is_create or _is_create(folded, reading) or (memory.is_pending and not reading.is_empty):
        return "create_vm"
    return "smalltalk" if _THANKS.match(folded.strip()) else "unclear"


def _is_anew(folded: str, reading: Reading) -> bool:
    """Whether a wish beside a standing request is a new one: it says so, and names a system or a machine."""
    has_image = any(guest.image for guest in reading.wish.guests)
    return bool(_ANEW.search(folded)) and (has_image or bool(_GUEST.search(folded)))


def _is_create(folded: str, reading: Reading) -> bool:
    kinds = {mark.kind for mark in reading.marks}
    if _CREATE.search(folded) and (_GUEST.search(folded) or reading.wish.guests):
        return True
    if _GUEST.search(folded) and any(guest.cores for guest in reading.wish.guests):
        return True
    has_sizes = len(kinds & {"cores", "memory_mb", "disk_gb", "size", "flavor"}) > 0
    return "image" in kinds or (has_sizes and (bool(_GUEST.search(folded)) or "cores" in kinds))
