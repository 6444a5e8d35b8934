"""The slots of an act, by its intent, from what its clause names: each intent has its fillers. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from agents.rules.clauses import Clause
from agents.rules.gathering import known_cluster, new_cluster, scaled
from agents.rules.measures import resized
from agents.rules.names import copy_name
from agents.rules.times import days_in, moment, spans_in, until
from agents.rules.world import World

_NEW_VM = re.compile(
    r"\b(?:new|fresh|separate|dedicated|own|nouvelle|dediee|nouveau|dedie|autre|"
    r"neuve)\s+(?:small |petite? )?(?:vm|machine|server|serveur|box|instance|"
    r"virtual machine)"
)
_CLONE_NAME = re.compile(
    r"\b(?:to|into|as|en|vers|sous|nom|name|called|named|nommee?|nomme|appelee?|"
    r"appelle(?:[- ]l[ae])?|call it|name it|(?:name|call) (?:the|this|that) (?:copy|"
    r"clone|vm|one))\s+(?P<name>[a-z][\w-]*\w)"
)
_NO_CLONE_NAMES = frozenset(
    {
        "the",
        "le",
        "la",
        "un",
        "une",
        "de",
        "du",
        "node",
        "noeud",
        "nom",
        "vm",
        "it",
        "prod",
        "dev",
        "test",
        "staging",
        "production",
        "pool",
    }
)
_UNNEEDED = re.compile(
    r"\b(?:no longer|no more|not? need\w*|doesn'?t need|don'?t need|without|plus besoin|pas besoin|n'a plus|sans)\b"
)
Slots = dict[str, Any]
Filler = Callable[[Clause, World], Slots]
_HOURS_A_DAY = 24
_RESOURCES = (
    ("snapshot", "snapshot"), ("template", "template"), ("ct", "ct"), ("network", "network"), ("storage", "storage"),
    ("pool", "pool"), ("flavor", "flavor"), ("k3s", "cluster"), ("backup", "backup"), ("vm", "vm"), ("node", "node"),
    ("cluster", "cluster"),
)  # fmt: skip


def filled(intent: str, clause: Clause, world: World) -> Slots:
    """The slots of one act; what was not said is left out."""
    slots: Slots = {}
    for filler in FILLERS.get(intent, ()):
        slots |= filler(clause, world)
    return slots


def targets(clause: Clause, _: World) -> Slots:
    """The guests that are meant, in the order they are named."""
    names = [name for mark in clause.marks if mark.kind in {"guest", "loose", "filter"} for name in mark.value]
    return {"targets": list(dict.fromkeys(names))} if names else {}


def _said(*kinds: str) -> Filler:
    """A filler for slots that are marks of the same name."""

    def fill(clause: Clause, _: World) -> Slots:
        return {m.kind: m.value for m in clause.marks if m.kind in kinds}

    return fill


def _manners(*concepts: str) -> Filler:
    def fill(clause: Clause, _: World) -> Slots:
        return {h.concept: True for h in clause.heard if h.kind == "manner" and h.concept in concepts}

    return fill


def _schedule(clause: Clause, world: World) -> Slots:
    at = moment(clause.text, world.now) if world.now else None
    return {"schedule_at": at.isoformat(timespec="minutes")} if at else {}


def _moved(clause: Clause, world: World) -> Slots:
    slots: Slots = {m.kind: m.value for m in clause.marks if m.kind in {"from_node", "to_node"}}
    loose = [m.value for m in clause.marks if m.kind == "node" and m.value not in slots.values()]
    if loose and "to_node" not in slots:
        slots["to_node"] = loose[-1]
    like = next((m for m in clause.marks if m.kind == "like"), None)
    if like and "to_node" not in slots and (being := world.being(like.value[0])):
        slots["to_node"] = being.node
    return slots


def _drained(clause: Clause, _: World) -> Slots:
    froms = [m.value for m in clause.marks if m.kind in {"from_node", "node"}]
    tos = [m.value for m in clause.marks if m.kind == "to_node"]
    node = (froms or tos)[0] if froms or tos else None
    slots: Slots = {"node": node} if node else {}
    return slots | ({"to_node": tos[-1]} if froms and tos else {})


def _snapshot_new(clause: Clause, _: World) -> Slots:
    name = next((m.value for m in clause.marks if m.kind == "snapshot"), None)
    return {"snapshot_name": name} if name else {}


def _snapshot_known(clause: Clause, world: World) -> Slots:
    """The snapshot that is named, or implied: the latest, the one of a day, the only one."""
    said = _snapshot_new(clause, world)
    names = targets(clause, world).get("targets", [])
    if not names:
        holders = [
            guest for guest, taken in world.snapshots.items() if said.get("snapshot_name") in [n for n, _ in taken]
        ]
        return said | ({"targets": holders} if len(holders) == 1 else {})
    taken = sorted(world.snapshots.get(names[0], ()), key=lambda s: str(s[1] or ""))
    if said or not taken:
        return said
    manners = {h.concept for h in clause.heard if h.kind == "manner"}
    if len(taken) == 1 or "latest" in manners:
        return {"snapshot_name": taken[-1][0]}
    if "oldest" in manners:
        return {"snapshot_name": taken[0][0]}
    days = set(re.findall(r"\b(?:du|of|from|on)\s+(?:the )?(\d{1,2})(?:st|nd|rd|th|er)?\b", clause.text))
    days |= {str(m.value.day) for m in days_in(clause.text, world.now)} if world.now else set()
    dated = [name for name, day in taken if day and str(day.day) in days]
    return {"snapshot_name": dated[0]} if len(dated) == 1 else {}


def _listed(clause: Clause, world: World) -> Slots:
    things = {h.concept for h in clause.heard if h.kind == "thing"}
    slots: Slots = _place(clause)
    resource = next((word for thing, word in _RESOURCES if thing in things), None)
    if resource == "node" and "node" in slots:
        resource = None
    if resource and not (resource == "pool" and "pool" in slots):
        slots["resource"] = resource
    if resource == "snapshot":
        slots |= targets(clause, world)
    for status in ("stopped", "running"):
        if any(h.kind == "manner" and h.concept == status for h in clause.heard):
            slots["status"] = "online" if status == "running" and slots.get("resource") == "node" else status
            break
    return slots


def _place(clause: Clause) -> Slots:
    slots: Slots = {}
    for mark in clause.marks:
        if mark.kind in {"node", "to_node", "from_node"}:
            slots["node"] = mark.value
        elif mark.kind in {"pool", "storage"}:
            slots[mark.kind] = mark.value
    return slots


def _measured(clause: Clause, _: World) -> Slots:
    """What a question or a forecast is about: a place, and one kind of resource."""
    slots = _place(clause)
    things = [h.concept for h in clause.heard if h.kind == "thing"]
    found: list[str] = [r for r in ("memory", "cpu") if r in things]
    if not found and ({"disk", "storage"} & set(things) or "storage" in slots):
        found = ["storage"]
    return slots | ({"resource": found[0]} if found and len(found) == 1 else {})


def _horizon(clause: Clause, _: World) -> Slots:
    spans = [m.value for m in spans_in(clause.text)]
    return {"horizon_days": max(1, round(spans[0] / _HOURS_A_DAY))} if spans else {}


def _lifetime(clause: Clause, world: World) -> Slots:
    day = until(clause.text, world.now) if world.now else None
    if day:
        return {"expires_on": day.isoformat()}
    spans = [m.value for m in spans_in(clause.text)]
    return {"ttl_hours": round(spans[0])} if spans else {}


def _deployed(clause: Clause, world: World) -> Slots:
    slots: Slots = {}
    for mark in clause.marks:
        if mark.kind == "url":
            slots["repo_url"] = mark.value
        elif mark.kind in {"branch", "port", "domain", "namespace", "replicas", "cluster"}:
            slots[mark.kind] = mark.value
    if _NEW_VM.search(clause.text):
        slots["new_vm"] = True
    if (
        "cluster" not in slots
        and len(world.clusters) == 1
        and re.search(r"\b(?:cluster|k3s|kubernetes)\b", clause.text)
    ):
        slots["cluster"] = world.clusters[0].name
    return slots


def _available(clause: Clause, _: World) -> Slots:
    """High availability on or off: off where something is disabled or taken out."""
    is_off = any(h.kind == "act" and h.concept == "disable" for h in clause.heard)
    is_on = any(h.kind == "act" and h.concept == "enable" and h.concept != "turn off" for h in clause.heard)
    strong = re.search(
        (
            r"\b(?:disabl|deactiv|desactiv|retir|enlev|remove|take|sor[st]|supprim|"
            r"without|no longer|no more|plus besoin|sans|drop|vire|turn .{0,20}off)"
        ),
        clause.text,
    )
    no_more = re.search(
        r"\b(?:no longer|no more|not? need\w*|doesn'?t need|don'?t need|without|plus besoin|pas besoin|n'a plus|"
        r"sans)\b",
        clause.text,
    )
    return {"ha": no_more is None and not (is_off and (strong is not None or not is_on))}


def _changes(clause: Clause, world: World) -> Slots:
    return resized(clause, world, targets(clause, world).get("targets", []))


def _both(*fillers: Filler) -> tuple[Filler, ...]:
    return fillers


def _source(clause: Clause, world: World) -> Slots:
    """A clone of a guest that stands: the first one named."""
    names = targets(clause, world).get("targets", [])
    slots: Slots = {"template": names[0]} if names else {}
    taken = {m.value for m in clause.marks if isinstance(m.value, str)}
    named = [
        m["name"] for m in _CLONE_NAME.finditer(clause.text) if m["name"] not in {*taken, *names, *_NO_CLONE_NAMES}
    ]
    known = {*world.seen.guests, *world.seen.nodes, *world.seen.templates, *world.seen.storages, *taken}
    name = named[0] if named else copy_name(clause.text, {*known, *world.bridges, *world.vnets})
    return slots | ({"name": name} if name else {})


FILLERS: Mapping[str, tuple[Filler, ...]] = {
    "start_vm": _both(targets, _schedule),
    "stop_vm": _both(targets, _manners("force"), _schedule),
    "restart_vm": _both(targets, _manners("force"), _schedule),
    "delete_vm": _both(targets, _manners("purge")),
    "resize_vm": _both(targets, _changes, _schedule),
    "migrate_vm": _both(targets, _moved, _manners("online"), _schedule),
    "drain_node": _both(_drained, _schedule),
    "snapshot_create": _both(targets, _snapshot_new, _manners("include_ram"), _schedule),
    "snapshot_rollback": _both(_snapshot_known, targets),
    "snapshot_delete": _both(_snapshot_known, targets),
    "backup_vm": _both(targets, _said("storage"), _schedule),
    "list_resources": _both(_listed),
    "get_status": _both(targets, _said("cluster")),
    "cluster_question": _both(_measured),
    "forecast_capacity": _both(targets, _measured, _horizon),
    "k3s_create": _both(new_cluster),
    "k3s_scale": _both(known_cluster, scaled),
    "k3s_delete": _both(known_cluster),
    "deploy_app": _both(_deployed, targets),
    "set_ha": _both(targets, _available),
    "extend_ttl": _both(targets, _lifetime),
    "troubleshoot": _both(targets),
    "clone_vm": _both(_source),
}
