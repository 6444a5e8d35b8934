"""The console of a machine, as a link into the web page of Proxmox VE: who opens it signs in there. Pure."""

import re
from urllib.parse import quote, urlencode

from agents.rules.page import fold
from iac.inventory import Guest

_ASKED = re.compile(
    r"^\W*(?:(?:please|pls|stp|svp|hi|hello|bonjour|salut|can you|could you|peux-tu|tu peux|pouvez-vous)[\s,!.]+)*"
    r"(?:(?:open|show|give|get|send|ouvre[rz]?|montre[rz]?|donne[rz]?|envoie|je veux|i (?:want|need)|where is|ou est)"
    r"(?:[- ](?:me|moi|us|nous))?\s+)?"
    r"(?:the |a |la |une |le lien (?:de|vers) la |the link to the |lien (?:de |vers )?)?"
    r"(?:vnc |serial )?console\b"
)


def asks_for_console(text: str) -> bool:
    """Whether a message asks for a machine's console, and for nothing beside it."""
    return bool(_ASKED.search(fold(text)))


def console_of(endpoint: str, guest: Guest) -> str:
    """The address of a guest's console on that cluster; the page itself asks for the person's own password."""
    kind = "kvm" if guest.kind == "qemu" else "lxc"
    told = {"console": kind, "novnc": 1, "vmid": guest.vmid, "vmname": guest.name, "node": guest.node, "resize": "off"}
    return f"{endpoint.rstrip('/')}/?{urlencode(told, quote_via=quote)}"
