"""The machines of a Kubernetes cluster, where something is done to them: "restart the k3s-prod workers". Pure."""

import re
from collections.abc import Iterator

from agents.rules.marks import Mark
from agents.rules.page import Page
from agents.rules.world import World

_DONE = re.compile(
    r"\b(?:re-?start\w*|reboot\w*|bounce|power|cycle|start|stop|shut|snapshot\w*|snap|back(?:ed|ing)? ?up|backups?|"
    r"(?:re)?demarr\w+|relanc\w+|arret\w+|etei\w+|stopp\w+|sauvegard\w+|instantane\w*|allum\w+)\b"
)
_WORKERS = r"(?:workers?(?: nodes?)?|agents?|agent nodes?|noeuds? (?:de travail|workers?)|travailleurs?)"
_PLANES = r"(?:control[- ]planes?|masters?|cps?|plans? de controle|maitres?)"
_ALL = r"(?:nodes?|noeuds?|vms|machines|members?|membres)"
_ROLES = ((_WORKERS, r"-(?:w|worker|agent)-?\d+"), (_PLANES, r"-(?:cp|master|server|control)-?\d+"), (_ALL, r"-.+"))


def members_in(page: Page, world: World) -> Iterator[Mark]:
    """The guests that are workers, control planes or all machines of a cluster that is named with them."""
    if not _DONE.search(page.text):
        return
    for cluster in world.clusters:
        name = re.escape(cluster.name.lower())
        for words, ending in _ROLES:
            behind = rf"{words} (?:of|in|on|de|du|dans|sur) (?:the |le |la )?{name}"
            said = rf"(?<![\w-])(?:{name}(?:'s?)? {words}|{behind})(?![\w-])"
            names = tuple(b.name for b in world.beings if re.fullmatch(name + ending, b.name.lower()))
            yield from (Mark("guest", names, *match.span()) for match in re.finditer(said, page.text) if names)
