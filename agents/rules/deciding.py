"""What one clause is for: a table of intents, each with what must and must not be there. Pure."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from agents.rules.clauses import COMMANDS, Clause

_ASKS = re.compile(
    r"\?|^\W*(?:what|which|who|where|when|how|why|is|are|do|does|did|has|"
    r"have|will|quel\w*|qui|que|quoi|ou|quand|comment|pourquoi|combien|est-ce|"
    r"y a|a-t-on|on a|sais-tu|savez|do you know|tell me|dis[- ]moi|i(?:'d|"
    r" would) like to know|j'aimerais savoir|je voudrais savoir)\b"
)
_BIDS = re.compile(
    r"\b(?:je|on) (?:peux|peut|pourrais|pourrait) avoir\b|\b(?:can|could|may) i (?:have|get)\b|\bpuis-je avoir\b|"
    r"\b(?:can|could|would|will) (?:you|u|we|someone|somebody)\b|\bplease\b|"
    r"\b(?:peux|pourrais|veux)[- ]tu\b|\btu (?:peux|pourrais|veux)\b|\b(?:pouvez|"
    r"pourriez)[- ]vous\b"
    r"|\b(?:is it|would it be|it'?s|be) possible to\b|\bany (?:chance|way)\b|\b(?:y a|il y a|ya|t'as) (?:pas )?moyen\b|"
    r"\b(?:c'est|ce serait|serait-il|est-il|il serait) possible d[e']|\bet si on\b|\bwould (?:you|it) mind\b|"
    r"\bmind \w+ing\b|"
    r"\b(?:could|can|should|may) (?:\S+ ){0,4}?(?:be|get|have|go|move|run)\b|\bhow about\b|\bwhy (?:don'?t|not)\b|"
    r"\b(?:pourrait|pourraient|peut|peuvent|devrait)(?:-(?:elle|il|elles|ils|on))? (?:etre|passer|avoir|aller|"
    r"tourner|rester)\b"
    r"|\bvous (?:pouvez|pourriez)\b|\b(?:on|quelqu'un) (?:peut|pourrait)\b|"
    r"\bpeut-on\b|\b(?:stp|svp|pls|plz)\b|\bs'il (?:te|vous) plait\b|\bpossible "
    r"de\b|\bmerci de\b|\bi(?:'d| would) like (?:you )?to\b|\bje (?:voudrais|"
    r"veux|souhaite)\b|\bil (?:faut|faudrait)\b|"
    r"[,;.]\s*(?:ok|okay|right|deal|hein|d'accord|possible|si possible|if possible|tu (?:t'en|me le|peux le) \w+|"
    r"vous vous en \w+|(?:can|could|will|would) you|c'est possible|ca (?:marche|te va|vous va)|c'est faisable)\s*\?"
)
_COMPARED = re.compile(
    r"\b(?:most|least|best|worst|busiest|fullest|emptiest|highest|lowest|"
    r"largest|biggest|smallest|more|fewest|less loaded|moins|plus|mieux|"
    r"free|left|available|libres?|restants?|disponibles?|reste|"
    r"usage|used|utilise\w*|utilisation|use|consum\w*|consomm\w*|load|charge|"
    r"loaded|capacity|capacite|healthy|health|sante|quorum|quorate|version|"
    r"full|plein\w*|room|place|occup\w*|total|fit|tient|rentre|heberge|supporte)\b"
)
_GREETING = re.compile(
    r"\W*(?:(?:hi|hello|hey|bonjour|salut|bonsoir|coucou|please|ok|so|alors|dis|euh|um|and|et|ah|oh|just|"
    r"une question|quick question|question)[\s,:!]+)*"
)
_FACTOR = re.compile(r"\b(?:doubl|tripl|twice|half|halve|moitie)")
_FLAVOR = re.compile(r"\b(?:to|a|en|taille|size|flavou?r|gabarit)\s+(?:an? |une? )?(?:small|medium|x?large)\b")
_ANEW = re.compile(r"\b(?:new|fresh|nouve\w+|create|cree\w*)\b")
_OF_MINE = re.compile(r"\b(?:my|ma|mon|the|la|le)\s+(?:vm|machine)")
_MOST = re.compile(r"\b(?:most|least|busiest|highest|lowest|le (?:plus|moins)|la (?:plus|moins))\b")
_FREE = re.compile(r"\b(?:free|left|available|libres?|reste|disponibles?)\b")
_NEW_CLUSTER = re.compile(
    r"\b(?:an?|une?|one|another|new|fresh|nouveau|autre|small|petit|little|mini|deux|two)\s+(?:[a-z0-9-]+ ){0,2}?"
    r"(?:k3s|k8s|kubernetes|kube|clusters?)\b|\b(?:control[- ]?planes?|masters?|maitres?|plans? de controle|"
    r"server nodes?)\b"
)
_SPOKEN = {
    "disk_word disk": re.compile(r"\b(?:disks?|disques?|storage|stockage|space|espace)\b"),
    "until": re.compile(r"\b(?:until|till|jusqu|up to)\b"),
    "flavor_word": re.compile(r"\b(?:small|medium|x?large)\b"),
    "what_is": re.compile(r"^\W*(?:what(?:'s| is| are)|c'est quoi|qu'est[- ]ce qu)"),
    "maintenance": re.compile(r"\bmaintenance\b"),
    "room": re.compile(
        r"\b(?:room|(?:de la|assez de|encore de la) place|space left|enough (?:room|space|capacity|resources))\b"
    ),
    "rules_talk": re.compile(
        r"\b(?:approv\w+|approb\w+|approuv\w+|validation|valider|reviews?|policy|policies|rules?|regles?|secrets?|"
        r"roles?|"
        r"audit|four[- ]eyes|quatre yeux)\b"
    ),
    "run_decided": re.compile(
        r"\b(?:my|mon|the|le|ma|our|notre) (?:plan|request|demande)\b.*\b(?:been|ete|yet|deja|approved|approuvee?|"
        r"validee?|applied|"
        r"appliquee?|done|ou en est|status|etat)\b|\bou en (?:est|sont) (?:mon|ma|mes|le|la)\b"
    ),
    "differ": re.compile(r"\b(?:differences?|differ|differs|versus|vs)\b"),
    "access_talk": re.compile(
        r"\b(?:root|sudo|ssh|admin)\s*(?:access|acces|rights|droits)\b|\bacces (?:root|ssh|admin)\b|"
        r"\b(?:privileges?|permissions?|scopes?|droits)\b.*\b(?:tokens?|jetons?)\b"
    ),
    "capacity": re.compile(r"\b(?:capacity|capacite|resources?|ressources?|room|place)\b"),
}
_DONE_TO_GUESTS = COMMANDS - {"create", "add", "drain", "list", "status", "deploy"}
_NO_COMMANDS = frozenset({"docs", "want", "list", "status", "quota"})
_SHORT = 5
"""Words of a clause that is only a command: "delete it"."""
SIZES = ("cores", "memory_mb", "disk_gb", "size")


@dataclass(frozen=True, slots=True)
class Rule:
    """An intent with what must all be there, of what one must be there, and what must not."""

    intent: str
    all: frozenset[str]
    any: frozenset[str]
    none: frozenset[str]

    def fits(self, features: frozenset[str]) -> bool:
        """Whether these features meet the rule."""
        return self.all <= features and (not self.any or bool(self.any & features)) and not self.none & features


@cache
def rules() -> tuple[Rule, ...]:
    """The table of ``lexicon/intents.toml``, in its order."""
    text = files("agents.rules.lexicon").joinpath("intents.toml").read_text("utf-8")
    parts = ("all", "any", "none")
    return tuple(
        Rule(row["intent"], *(frozenset(row.get(p, "").split()) for p in parts)) for row in tomllib.loads(text)["rules"]
    )


def decide(clause: Clause) -> str | None:
    """The first intent of the table whose rule the clause meets; None where none does."""
    features = features_of(clause)
    return next((rule.intent for rule in rules() if rule.fits(features)), None)


def features_of(clause: Clause) -> frozenset[str]:
    """Everything that the table may ask for."""
    acts = {h.concept for h in clause.heard if h.kind == "act"}
    things = {h.concept for h in clause.heard if h.kind == "thing"}
    kinds = {m.kind for m in clause.marks}
    found = (acts - {"set"}) | things & {"k3s", "worker", "ct", "ha", "repo", "pve", "cpu", "memory", "lease"}
    found |= {f"thing_{t}" for t in things} | (kinds & {"url", "image", "guest", "to_node"})
    found |= {"set_act"} if "set" in acts else set()
    found |= {"short"} if clause.is_alone and len(clause.text.split()) <= _SHORT else set()
    found |= _named(kinds) | _asked(clause, acts, things) | _firsts(clause) | _sized(clause, kinds, acts)
    manners = {h.concept for h in clause.heard if h.kind == "manner"}
    found |= manners & {"relative"} | ({"state_said"} if manners & {"stopped", "running"} else set())
    if {"bid", "target"} <= found and (acts & _DONE_TO_GUESTS or "sizes_strict" in found):
        found -= {"docs_first", "docs_first_strict", "question_plain"}
    return frozenset(found)


def _named(kinds: set[str]) -> set[str]:
    groups = {
        "target": {"guest", "loose", "open"}, "node_named": {"node", "from_node", "to_node"},
        "cluster_named": {"cluster"},
        "storage_named": {"storage"}, "snapshot_named": {"snapshot"}, "span": {"hours"}, "template": {"image"},
        "filtered": {"filter"}, "pool_named": {"pool"},
    }  # fmt: skip
    return {name for name, any_of in groups.items() if kinds & any_of}


def _sized(clause: Clause, kinds: set[str], acts: set[str]) -> set[str]:
    has_sizes = bool(kinds & set(SIZES)) or _FACTOR.search(clause.text) is not None
    found = (
        {"sizes", "sizes_strict", *(f"{act}_sized" for act in acts & {"grow", "shrink", "lack"})}
        if has_sizes
        else set()
    )
    if has_sizes and any(h.concept == "relative" for h in clause.heard):
        found.add("relative_sized")
    if "like" in kinds or _FLAVOR.search(clause.text):
        found.add("sizes")
    if not kinds & {"cluster", "cluster_named"} and _NEW_CLUSTER.search(clause.text):
        found.add("k3s_new")
    for feature, pattern in _SPOKEN.items():
        if pattern.search(clause.text):
            found |= set(feature.split())
    return found


def _asked(clause: Clause, acts: set[str], things: set[str]) -> set[str]:
    """Whether it is asked or bidden, and what is compared with what."""
    text = clause.text.strip()
    found = {"bid"} if _BIDS.search(text) else set()
    if _ASKS.search(text):
        found |= (
            {"question_plain", "question"}
            if not found
            else {"question"} & ({"question"} if acts & {"list", "status"} else set())
        )
    if _COMPARED.search(text):
        found |= _compared(text, things)
    if "create" in acts and _ANEW.search(text):
        found.add("create_new")
    if "create" in acts and things & {"vm", "ct"} and not _OF_MINE.search(text):
        found.add("want_create")
    return found


def _compared(text: str, things: set[str]) -> set[str]:
    found = {"compared_node"} if "node" in things or "node" in text else set()
    if _MOST.search(text):
        found.add("compared_most")
    is_measured = bool(things & {"node", "memory", "cpu", "disk", "storage"})
    return found | ({"free"} if is_measured and _FREE.search(text) else set())


def _firsts(clause: Clause) -> set[str]:
    """What the clause begins with, greetings aside."""
    lead = _GREETING.match(clause.text)
    start = clause.start + (lead.end() if lead else 0) + 2
    found = {f"{h.concept}_first" for h in clause.heard if h.kind == "act" and h.start <= start}
    if "docs_first" in found:
        found.add("docs_first_strict")
    commands = [h for h in clause.heard if h.kind == "act" and h.concept not in _NO_COMMANDS]
    if all(h.concept in {"snapshot", "backup"} and h.start <= start for h in commands):
        found.add("bare")
    return found
