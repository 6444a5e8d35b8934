"""What a person wants of a repository, and the machine that is asked for on its behalf. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from agents.contracts import Choice, Question
from agents.repository.sizing import Suggestion
from agents.rules.asking import questions_for
from agents.rules.page import fold
from agents.rules.shapes import GuestWish, Wish
from iac.errors import say
from iac.inventory import MIB, Inventory
from iac.spec import Limits

NEW_VM = "new_vm"
NEW_VM_LABEL = "choice.new_vm"
_MOST_MACHINES = 5
_LONGEST = 40
_ADDRESS = re.compile(
    r"(?:https?://|ssh://|git://|git@)[^\s<>\"'«»]{3,400}|"
    r"(?<![\w./@-])(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)/[\w.-]+/[\w./~+-]+"
)
_REPOSITORY = re.compile(r"\b(?:repo(?:sitory|sitories|s)?|depots?|git|code source|source code)\b")
_DEPLOY = re.compile(r"\b(?:(?:re)?deplo(?:y\w*|ie\w*|yez|yer)|install\w*|ship|host|heberge\w*)\b")
_NEW_SLOTS = frozenset({"new_vm", "image", "cores", "memory_mb", "disk_gb", "flavor", "template"})
_WISHED = ("image", "cores", "memory_mb", "disk_gb", "node", "storage", "pool")


def addresses_in(text: str) -> tuple[str, ...]:
    """Every address in a message, as it was written."""
    return tuple(dict.fromkeys(match[0].rstrip(".,;:!?)") for match in _ADDRESS.finditer(text)))


def is_about_a_repository(text: str, address: str) -> bool:
    """Whether an address is meant as a repository: the words say so, or it can be nothing else."""
    return bool(_REPOSITORY.search(fold(text))) or address.endswith(".git") or address.startswith(("git@", "ssh://"))


def says_deploy(text: str) -> bool:
    """Whether the words ask to bring something onto a machine, in place of asking for a machine alone."""
    return bool(_DEPLOY.search(fold(text)))


def wants_a_new_machine(slots: Mapping[str, Any]) -> bool:
    """Whether it is said already that a new machine is to carry it."""
    return bool(_NEW_SLOTS & set(slots)) and not slots.get("targets") and not slots.get("cluster")


def wish_for(
    name: str, size: Suggestion, slots: Mapping[str, Any], inventory: Inventory, limits: Limits
) -> Wish | None:
    """The machine: what the person said about it holds, the suggestion fills the rest. None without any template."""
    image = next((q.default for q in questions_for(Wish(), inventory, limits) if q.slot == "image"), "")
    if not image:
        return None
    suggested = {"image": image, "cores": size.cores, "memory_mb": size.memory_mb, "disk_gb": size.disk_gb}
    said = {slot: slots[slot] for slot in _WISHED if slots.get(slot)}
    network = slots.get("bridge") or slots.get("vnet")
    guest = GuestWish.model_validate({**suggested, **said, "network": network, "names": [free_name(name, inventory)]})
    left_out = ["application", *(["gpu"] if size.needs_gpu else [])]
    return Wish(guests=[guest], environment=slots.get("env"), left_out=left_out)


def free_name(name: str, inventory: Inventory) -> str:
    """The repository's name as a machine may have it, with a number where it is taken."""
    label = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:_LONGEST].strip("-") or "app"
    label = label if label[0].isalpha() else f"app-{label}"
    taken = {guest.name for guest in inventory.guests}
    names = (label, *(f"{label}-{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in names if each not in taken)


def target_question(size: Suggestion, inventory: Inventory) -> Question:
    """Where it should run: a new machine first, then machines that run and have room for it."""
    roomy = [
        guest.name
        for guest in inventory.machines
        if guest.status == "running" and guest.cores >= size.cores and guest.memory_bytes // MIB >= size.memory_mb
    ]
    choices = [Choice(label=NEW_VM_LABEL, value=NEW_VM), *(Choice(label=n, value=n) for n in roomy[:_MOST_MACHINES])]
    return Question(slot="deploy_target", ask=say("ask_slot.deploy_target"), choices=tuple(choices), default=NEW_VM)


def address_question() -> Question:
    """Which repository: its address, in a line of text."""
    return Question(slot="repo_url", ask=say("ask_slot.repo_url"))
