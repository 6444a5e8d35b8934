"""The shared development conversations, as far as this crew's intents go: figures are printed, a floor is kept."""

import json
from pathlib import Path

import pytest

from agents.rules.amending import amended
from agents.rules.asking import missing_slots
from agents.rules.intents import Memory, route
from agents.rules.reading import read_message
from agents.rules.seen import Seen
from agents.rules.shapes import Wish

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/nlu"
OURS = {
    "create_vm",
    "clone_vm",
    "list_resources",
    "get_status",
    "approve_plan",
    "cancel_plan",
    "off_topic",
    "policy_bypass",
}
ALIKE = {"clone_vm": "create_vm", "modify_plan": "create_vm", "cluster_question": "list_resources"}
SLOTS = ("image", "cores", "memory_mb", "disk_gb")
FLOOR = 0.8


def _seen():
    context = json.loads((SHARED / "nlu_context.json").read_text())
    networks = context["networks"]
    return Seen(
        templates=tuple(context["templates"].values()),
        template_ids=tuple(context["templates"]),
        nodes=tuple(context["nodes"]),
        storages=tuple(context["storages"]),
        networks=(*networks["bridges"], *networks["vnets"]),
        guests=tuple(vm["name"] for vm in context["vms"]),
    )


def _frame(says, seen):
    """Intent and wish after the last message of a person, as the crew would have them."""
    wish, memory, intent = Wish(), Memory(), "unclear"
    for text in says:
        pending = list(missing_slots(wish)) if memory.is_pending else []
        reading = read_message(text, seen, pending, [n for g in wish.guests for n in g.names])
        intent = route(text, reading, memory).intent
        if intent in {"create_vm", "modify_plan"}:
            wish = amended(wish, reading) if memory.is_pending or memory.has_request else reading.wish
            is_open = bool(missing_slots(wish))
            memory = Memory(is_pending=is_open, has_request=not is_open)
    return intent, wish


def _is_right(item, seen):
    expected = item["expected"]
    intent, wish = _frame([t["text"] for t in item["turns"] if t["role"] == "user"], seen)
    wanted = {ALIKE.get(i, i) for i in (expected["intent"], *expected["alt_intents"])}
    if ALIKE.get(intent, intent) not in wanted:
        return f"intent {intent}"
    if expected["intent"] not in {"create_vm", "clone_vm"} or "groups" in expected["slots"]:
        return ""
    guest = wish.guests[0].model_dump() if wish.guests else {}
    wrong = [s for s in SLOTS if s in expected["slots"] and guest.get(s) != expected["slots"][s]]
    if expected["intent"] == "create_vm":
        wrong += [s for s in SLOTS if s in expected["missing_slots_that_must_be_asked"] and guest.get(s) is not None]
    return f"slots {wrong} of {guest}" if wrong else ""


@pytest.mark.skipif(not SHARED.exists(), reason="the shared conversations are not beside this checkout")
def test_frames_of_the_shared_conversations_stay_above_the_floor():
    items = [json.loads(line) for line in (SHARED / "nlu_dev.jsonl").read_text().splitlines()]
    ours, seen = [i for i in items if i["expected"]["intent"] in OURS], _seen()
    faults = {item["id"]: fault for item in ours if (fault := _is_right(item, seen))}
    print(f"{len(ours) - len(faults)} of {len(ours)} frames right", json.dumps(faults, indent=1, ensure_ascii=False))
    assert 1 - len(faults) / len(ours) >= FLOOR
