"""Values brought to the one form in which they are compared: a number or a name is the same guest. Pure."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

_IMAGES = (
    (r"ubuntu.*24[._-]?04|noble", "ubuntu-24.04"), (r"ubuntu.*22[._-]?04|jammy", "ubuntu-22.04"),
    (r"^ubuntu\W*$", "ubuntu"), (r"debian.*12|bookworm", "debian-12"), (r"^debian\W*$", "debian"),
    (r"rocky\D*9", "rocky-9"), (r"win\D*2022", "windows-2022"), (r"alpine.*3[._-]20", "alpine-3.20"),
    (r"^alpine\W*$", "alpine"), (r"^linux\W*$", "linux"),
)  # fmt: skip
_SAME = {
    "env": {
        "production": "prod", "preprod": "staging", "pre-prod": "staging", "préprod": "staging", "development": "dev",
    },
    "resource": {
        "ram": "memory", "mem": "memory", "mémoire": "memory", "disk": "storage", "stockage": "storage",
        "disque": "storage", "processor": "cpu", "vms": "vm", "container": "ct", "containers": "ct", "lxc": "ct",
    },
    "status": {
        "off": "stopped", "powered_off": "stopped", "poweredoff": "stopped", "shutoff": "stopped", "on": "running",
        "up": "running",
    },
}  # fmt: skip
_DAY, _MINUTES = 10, 16
"""Characters of a moment that count: its day, or up to the minute."""


class Canonical:
    """Canonical values against one context."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        """``context`` is the file of the language data, as JSON."""
        self.context = context
        self._guests = {str(vm["vmid"]): vm["name"] for vm in context.get("vms", [])}
        self._templates = {name: vmid for vmid, name in context.get("templates", {}).items()}

    def value(self, slot: str, value: Any) -> Any:
        """The form in which a slot's value is compared."""
        if isinstance(value, bool):
            return value
        if slot in {"targets", "names"}:
            names = value if isinstance(value, list) else [value]
            return sorted(self._guest(str(name).strip().lower()) for name in names)
        if slot == "groups":
            return sorted(json.dumps(self.group(group), sort_keys=True) for group in value)
        if isinstance(value, float) and value == int(value):
            value = int(value)
        if isinstance(value, int):
            return value
        if isinstance(value, list):
            return sorted(str(one).lower() for one in value)
        return self._text(slot, str(value).strip().lower())

    def group(self, group: Mapping[str, Any]) -> dict[str, Any]:
        """One group of alike guests; its role is free text, and what is not asked for does not count."""
        return {s: self.value(s, v) for s, v in group.items() if s != "role" and v is not False and v is not None}

    def _guest(self, name: str) -> str:
        return str(self._guests.get(name, name))

    def _text(self, slot: str, text: str) -> Any:
        if re.fullmatch(r"\d+", text) and slot not in {"template", "plan_id"}:
            return int(text)
        if slot in _SAME:
            return _SAME[slot].get(text, text)
        if slot == "image":
            return next((name for pattern, name in _IMAGES if re.search(pattern, text)), text)
        if slot == "template":
            return self._templates.get(text, self._guests.get(text, text))
        if slot == "repo_url":
            return _repository(text)
        return text[:_MINUTES] if slot == "schedule_at" else text

    def alike(self, said: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
        """What was said, other ways of saying the same brought to the way that is wanted."""
        slots = dict(said)
        if "image" in wanted and "template" in slots and "template" not in wanted:
            source = slots.pop("template")
            slots.setdefault(
                "image", self.value("image", self.context.get("templates", {}).get(str(source), str(source)))
            )
        if "names" in slots and "count" in wanted:
            slots.setdefault("count", len(slots["names"]))
        if len(slots.get("names", ())) == 1 and "name" not in slots:
            slots["name"] = slots.pop("names")[0]
        if slots.get("bridge") in self.context.get("networks", {}).get("vnets", {}):
            slots["vnet"] = slots.pop("bridge")
        return self._lifetime(slots, wanted)

    def _lifetime(self, slots: dict[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
        """A length of life and its last day are the same, counted from the context's day."""
        if "now" not in self.context:
            return slots
        now = datetime.fromisoformat(self.context["now"])
        said = {"ttl_hours", "expires_on"} & set(slots)
        hours = wanted.get("ttl_hours")
        if hours is not None and said == {"expires_on"} and _last_day(now, hours) == str(slots["expires_on"])[:_DAY]:
            slots = _renamed(slots, "expires_on", "ttl_hours", hours)
        elif (
            "expires_on" in wanted
            and said == {"ttl_hours"}
            and _last_day(now, slots["ttl_hours"]) == wanted["expires_on"]
        ):
            slots = _renamed(slots, "ttl_hours", "expires_on", wanted["expires_on"])
        if "expires_on" in slots:
            slots["expires_on"] = str(slots["expires_on"])[:_DAY]
        return slots


def _renamed(slots: Mapping[str, Any], old: str, new: str, value: Any) -> dict[str, Any]:
    return {**{slot: v for slot, v in slots.items() if slot != old}, new: value}


def _last_day(now: datetime, hours: float) -> str:
    return str((now + timedelta(hours=hours)).date())


def _repository(text: str) -> str:
    plain = re.sub(r"^(https?://|git@)", "", text)
    if text.startswith("git@"):
        plain = plain.replace(":", "/", 1)
    return re.sub(r"(\.git)?/?$", "", plain).rstrip("/")
