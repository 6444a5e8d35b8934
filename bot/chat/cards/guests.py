"""Guests in plain words: "api01: Ubuntu 24.04, 4 cores, 8 GB, 60 GB disk on ceph-vm, address 192.168.10.21"."""

import re

from bot.chat.cards.view import View
from iac.spec import GuestSpec, PlacedGuest

MB_PER_GB = 1024
FAMILIES = {"ubuntu": "Ubuntu", "debian": "Debian", "rocky": "Rocky Linux", "alma": "AlmaLinux", "fedora": "Fedora"}


def template_name(template: str) -> str:
    """A template as people call it: ``ubuntu-2404-cloud`` is Ubuntu 24.04; a name we do not know stays as it is."""
    found = re.match(r"([a-z]+?)(?:linux)?[-_ ]?(\d+(?:\.\d+)?)(?=\D|$)", template.lower())
    if not found or found[1] not in FAMILIES:
        return template
    version = found[2]
    is_ubuntu = found[1] == "ubuntu" and re.fullmatch(r"\d{4}", version)
    return f"{FAMILIES[found[1]]} {version[:2]}.{version[2:]}" if is_ubuntu else f"{FAMILIES[found[1]]} {version}"


def size(view: View, spec: GuestSpec) -> str:
    """Cores, memory and disk of a guest."""
    return sizes(view, spec.cores, spec.memory_mb, spec.disk_gb)


def sizes(view: View, cores: float, memory_mb: float, disk_gb: float) -> str:
    """Cores, memory and disk."""
    counted = view.say("card.cores", count=cores)
    return view.say("card.size", cores=counted, memory=memory_mb / MB_PER_GB, disk=disk_gb)


def wished(view: View, spec: GuestSpec) -> str:
    """A guest before it has its places."""
    values = {"name": spec.name, "template": template_name(spec.template), "size": size(view, spec)}
    return answering(view, spec, view.say("card.guest_unplaced", **values))


def answering(view: View, spec: GuestSpec, said: str) -> str:
    """The same with what must answer on the guest before it counts as done."""
    is_tried = spec.http is not None and view.proposal.intent == "create"
    return view.say("plan.answers", guest=said, page=f"`{spec.http}`") if is_tried else said


def placed(view: View, guest: PlacedGuest) -> str:
    """A guest with every place decided."""
    return view.say(
        "card.guest",
        name=guest.spec.name,
        template=template_name(guest.spec.template),
        size=size(view, guest.spec),
        storage=guest.storage,
        address=guest.address.ip if guest.address else view.say("card.dhcp"),
    )
