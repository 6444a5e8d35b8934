"""Rules about the one resource that keeps a guest running: exactly as the guest's spec asks, nothing beside. Pure."""

from collections.abc import Callable, Iterator
from typing import Any

from iac.errors import Sentence, say
from iac.plan import Change
from iac.policy.allowed import Allowed
from iac.policy.reading import UNKNOWN, after, at, before, cannot_judge, is_marked

_KEPT = frozenset({"id", "type", "comment", "resource_id", "state"})
"""What our module writes, and what the provider derives from it. Every other setting changes where a guest may go."""

_ASKED: dict[str, Callable[[Allowed, bool], bool]] = {
    "create": lambda allowed, is_wanted: is_wanted and allowed.intent != "destroy",
    "update": lambda allowed, is_wanted: is_wanted and allowed.intent == "change",
    "delete": lambda allowed, is_wanted: allowed.intent == "destroy" or (allowed.intent == "change" and not is_wanted),
}
"""When each action is what was asked. A replace and an import never are."""


def only_as_asked(change: Change, allowed: Allowed) -> Iterator[Sentence]:
    """Only guests of this run, kept running where their spec asks for it and left alone where it does not."""
    sid = before(change, "resource_id") if change.action == "delete" else after(change, "resource_id")
    if sid is UNKNOWN:
        yield cannot_judge(change, "resource_id")
        return
    vmid = next((number for number in allowed.vmids if sid == f"vm:{number}"), None)
    is_asked = _ASKED.get(change.action)
    if vmid is None or is_asked is None or not is_asked(allowed, vmid in allowed.ha_vmids):
        yield say("policy.ha_not_asked", resource=str(sid))
    elif vmid in allowed.protected_vmids:
        yield say("policy.protected", guest=str(sid))
    elif change.action != "delete":
        yield from _beside(change, str(sid))


def _beside(change: Change, sid: str) -> Iterator[Sentence]:
    """Settings that nobody asked for."""
    if change.action == "update" and before(change, "resource_id") != sid:
        yield say("policy.ha_setting", resource=sid, field="resource_id")
    if after(change, "state") != "started":
        yield say("policy.ha_setting", resource=sid, field="state")
    for field in sorted({*change.after, *change.unknown} - _KEPT):
        if is_marked(change.unknown, (field,)) or _says_something(at(change.after, (field,))):
            yield say("policy.ha_setting", resource=sid, field=field)


def _says_something(value: Any) -> bool:
    return value is not None and value not in ("", [], {})
