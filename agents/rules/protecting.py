"""Protection against removal, asked for outright: "protect db01", « lève la protection de db01 ». Pure."""

import re

from agents.contracts import Act
from agents.rules.page import fold
from agents.rules.spoken import named_last
from agents.rules.world import World

INTENT = "protect_vm"
_LEAD = (
    r"^\W*(?:(?:please|pls|stp|svp|hi|hello|hey|bonjour|salut|now|then|maintenant|et|and|can you|could you|"
    r"peux-tu|tu peux|pouvez-vous|s'il te plait)[\s,!.]+)*"
)
_OFF = re.compile(
    _LEAD + r"(?:un-?protect|deproteg\w+|(?:lift|remove|disable|drop|turn off|take off|leve[rz]?|retire[rz]?|"
    r"enleve[rz]?|supprime[rz]?|desactive[rz]?)\s+(?:the |la |its |sa )?protection)\b"
)
_ON = re.compile(
    _LEAD + r"(?:protect|protege[rz]?|(?:enable|turn on|add|set|active[rz]?|ajoute[rz]?|mets|mettez)\s+"
    r"(?:the |la |une )?protection)\b"
)
_OTHER = re.compile(r"\?\s*$|\b(?:ha|high[- ]availability|haute disponibilite|firewall|pare-feu|backups?)\b")


def protection_in(text: str, world: World) -> list[Act]:
    """The one act that such a message asks for; none where it asks for something else, or names no guest."""
    plain = fold(text)
    is_off = bool(_OFF.search(plain))
    if _OTHER.search(plain) or not (is_off or _ON.search(plain)):
        return []
    names = named_last([text], world)
    return [Act(intent=INTENT, slots={"targets": list(names), "is_on": not is_off})] if names else []
