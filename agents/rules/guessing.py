"""What a message most likely asks where no row of the table fits: its first command, and what is named. Pure."""

from collections.abc import Sequence

from agents.contracts import Act, Language
from agents.rules.clauses import Clause
from agents.rules.deciding import features_of
from agents.rules.filling import filled
from agents.rules.foreign import is_foreign
from agents.rules.grasping import clauses_in
from agents.rules.page import fold
from agents.rules.world import World

_COMMANDS = {
    "migrate": "migrate_vm",
    "drain": "drain_node",
    "rollback": "snapshot_rollback",
    "snapshot": "snapshot_create",
    "backup": "backup_vm",
    "restart": "restart_vm",
    "stop": "stop_vm",
    "start": "start_vm",
    "delete": "delete_vm",
    "clone": "clone_vm",
    "extend": "extend_ttl",
    "grow": "resize_vm",
    "shrink": "resize_vm",
}
"""A command and the intent that it makes with what is named, a guest or not: what is missing is asked for."""
_NAMED = frozenset(
    {"target", "node_named", "cluster_named", "storage_named", "snapshot_named", "filtered", "pool_named"}
    | {f"thing_{thing}" for thing in ("vm", "ct", "snapshot", "backup", "cluster", "node", "storage", "template")}
)
_ASKED = frozenset({"question_plain", "docs_first", "image", "url", "quota", "list_first", "status_first"})
_LONGEST = 25
"""Words beyond which a lone command says too little about the whole."""


def guessed(text: str, world: World, language: Language | None) -> list[Act]:
    """The one act that a message with a command and a thing of ours asks for; none for a question or a tale."""
    clauses = clauses_in(text, world, language)
    whole = _whole(clauses)
    features = features_of(whole)
    if not _NAMED & features or _ASKED & features or len(text.split()) > _LONGEST:
        return []
    if not whole.marks and is_foreign(fold(text)):
        return []
    commands = sorted(
        (h.start, _COMMANDS[h.concept]) for h in whole.heard if h.kind == "act" and h.concept in _COMMANDS
    )
    if not commands:
        return []
    intent = commands[0][1]
    return [Act(intent=intent, slots=filled(intent, whole, world))]


def _whole(clauses: Sequence[Clause]) -> Clause:
    whole = clauses[0]
    for clause in clauses[1:]:
        whole = whole.joined(clause, whole.text + clause.text)
    return whole
