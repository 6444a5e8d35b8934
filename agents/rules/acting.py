"""From an act in words to deeds on guests that stand. Pure; what is open is left to a person, or to the plan."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agents.contracts import Act
from agents.rules.page import fold
from iac.acts.reading import Kept
from iac.acts.values import Deed, Verb
from iac.inventory import Inventory

VERBS: Mapping[str, Verb] = {
    "start_vm": "start",
    "stop_vm": "shutdown",
    "restart_vm": "reboot",
    "snapshot_create": "snapshot_create",
    "snapshot_rollback": "snapshot_rollback",
    "snapshot_delete": "snapshot_delete",
    "backup_vm": "backup",
    "migrate_vm": "migrate",
    "drain_node": "drain",
    "set_ha": "ha_on",
    "protect_vm": "protect",
}
"""Intents that are done to guests that stand without terraform."""
FORCED: Mapping[Verb, Verb] = {"shutdown": "stop", "reboot": "reset"}
OF_ONE = frozenset({"snapshot_rollback", "snapshot_delete"})
"""Acts that need to know which snapshot is meant."""
_SOON = re.compile(r"\b(?:immediately|immediatement|right away|now|maintenant|tout de suite)\b")
_HARD = re.compile(
    r"\b(?:forc\w*|hard|kill|pull the plug|brutal\w*|ungraceful\w*|no graceful|without waiting|sauvage\w*|"
    r"arrache\w*|tue[rz]?|hache|en dur|sans (?:attendre|menagement))\b"
)
_OLDEST = re.compile(r"\b(?:old(?:er|est)|first|earliest|(?:plus )?(?:ancien|vieux|vieil)(?:ne)?|premiere?|premier)\b")
_LATEST = re.compile(r"\b(?:new(?:er|est)|latest|last|most recent|(?:plus )?recente?|derniere?|dernier)\b")


def deeds_of(act: Act, text: str) -> tuple[Deed, ...]:
    """The deeds of one act, in the order in which its guests were named; none where it is no such act."""
    verb, slots = VERBS.get(act.intent), act.slots
    if verb is None:
        return ()
    if verb == "drain":
        return (Deed(verb, node=str(slots.get("node", ""))),)
    if act.intent == "set_ha" and not slots.get("ha", True):
        verb = "ha_off"
    if verb == "protect" and not slots.get("is_on", True):
        verb = "unprotect"
    if slots.get("force") and is_forced(text):
        verb = FORCED.get(verb, verb)
    node = str(slots.get("to_node", "")) if verb == "migrate" else ""
    snapshot, storage = str(slots.get("snapshot_name", "")), str(slots.get("storage", ""))
    meant = Deed(verb, "", node, snapshot, storage, has_memory=bool(slots.get("include_ram")))
    return tuple(replace(meant, guest=str(name)) for name in slots.get("targets", ()))


def is_forced(text: str) -> bool:
    """Whether force was asked for; "immediately" alone is haste, and nobody's power is cut for that."""
    return bool(_HARD.search(_SOON.sub(" ", fold(text))))


def snapshot_meant(text: str, taken: Sequence[Kept]) -> str:
    """The snapshot that is meant without its name, oldest first: the only one, the last, the first; else none."""
    if len(taken) == 1:
        return taken[0].name
    plain = fold(text)
    at = 0 if _OLDEST.search(plain) else -1 if _LATEST.search(plain) else None
    return taken[at].name if taken and at is not None else ""


def environment_of(names: Sequence[str], inventory: Inventory, known: Sequence[str], default: str) -> str:
    """The environment of the first of these guests that carries one, as a tag or as its pool."""
    guests = [guest for guest in inventory.machines if guest.name in names]
    marks = [mark for guest in guests for mark in (*guest.tags, guest.pool)]
    return next((mark for mark in marks if mark and mark in known), default)
