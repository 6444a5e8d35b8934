"""One function a rule: a change and its bounds in, violations as sentences out. Pure.

Every rule answers for the actions it is listed under in ``iac.policy``; a value it needs and cannot see is itself
a violation, never a silent pass.
"""

from collections.abc import Iterator
from typing import Any

from iac.errors import Sentence, say
from iac.plan import Change
from iac.policy.allowed import ACTIONS, OUR_KIND, Allowed
from iac.policy.reading import UNKNOWN, after, at, before, cannot_judge, guest_of, is_marked, whole

Violations = Iterator[Sentence]

_DANGEROUS = ("hook_script_file_id", "kvm_arguments", "hostpci", "usb", "virtiofs", "amd_sev")
"""Settings that reach into the node itself; our modules never write them."""


def only_our_kind(change: Change, _: Allowed) -> Violations:
    """Only guests: a role, a token or a firewall rule is nothing a chat may change."""
    if change.kind != OUR_KIND:
        yield say("policy.kind", address=change.address, kind=change.kind)


def only_what_was_asked(change: Change, allowed: Allowed) -> Violations:
    """No delete, replace, import or other action that the person did not ask for.

    A guest whose making broke off is finished by whoever asks for it again.
    """
    if change.is_completion and allowed.intent != "destroy":
        return
    if change.action not in ACTIONS[allowed.intent]:
        yield say(f"policy.not_asked.{change.action.replace('-', '_')}", guest=guest_of(change))


def only_our_guests(change: Change, allowed: Allowed) -> Violations:
    """Only guests of this request, by name, before and after."""
    values = before(change, "name") if change.action == "delete" else after(change, "name")
    if values is UNKNOWN:
        yield cannot_judge(change, "name")
        return
    for name in sorted({n for n in (values, before(change, "name")) if isinstance(n, str)} - allowed.guests):
        yield say("policy.not_ours", guest=name, guests=tuple(sorted(allowed.guests)))


def only_reserved_vmids(change: Change, allowed: Allowed) -> Violations:
    """Only VMIDs reserved for this run; a new guest never takes one that exists."""
    number = whole(before(change, "vm_id") if change.action == "delete" else after(change, "vm_id"))
    if number is None:
        yield cannot_judge(change, "vm_id")
    elif number not in allowed.vmids:
        yield say("policy.vmid", guest=guest_of(change), vmid=number)
    elif change.action == "create" and number in allowed.taken:
        yield say("policy.vmid_taken", guest=guest_of(change), vmid=number)


def node_stays(change: Change, allowed: Allowed) -> Violations:
    """A new guest goes where it was placed; an existing one is never moved by a plan: moving is its own request."""
    node, now = after(change, "node_name"), before(change, "node_name")
    wanted = allowed.nodes.get(guest_of(change))
    if node is UNKNOWN:
        yield cannot_judge(change, "node_name")
    elif change.action == "create" and wanted not in (None, node):
        yield say("policy.other_node", guest=guest_of(change), node=str(node), approved=str(wanted))
    elif change.action == "update" and node != now:
        yield say("policy.moves", guest=guest_of(change), node=str(node), now=str(now))


def cores_within_limits(change: Change, allowed: Allowed) -> Violations:
    """Cores times sockets within the operator's limit."""
    sockets = 1 if at(change.after, ("cpu", 0, "sockets")) is None else whole(after(change, "cpu", 0, "sockets"))
    cores = whole(after(change, "cpu", 0, "cores"))
    if cores is None or sockets is None or is_marked(change.unknown, ("cpu", 0, "sockets")):
        yield cannot_judge(change, "cpu.cores")
    elif cores * sockets > allowed.limits.max_cores:
        most = allowed.limits.max_cores
        yield say("policy.cores", guest=guest_of(change), cores=cores * sockets, most=most)


def memory_within_limits(change: Change, allowed: Allowed) -> Violations:
    """Memory within the operator's limit."""
    memory = whole(after(change, "memory", 0, "dedicated"))
    if memory is None:
        yield cannot_judge(change, "memory.dedicated")
    elif memory > allowed.limits.max_memory_mb:
        asked, most = round(memory / 1024, 1), round(allowed.limits.max_memory_mb / 1024, 1)
        yield say("policy.memory", guest=guest_of(change), memory_gb=asked, most_gb=most)


def no_password(change: Change, _: Allowed) -> Violations:
    """No cloud-init password: it would stand in clear in the plan file and the state."""
    path = ("initialization", 0, "user_account", 0, "password")
    if is_marked(change.unknown, path) or at(change.after, path) not in (None, ""):
        yield say("policy.password", guest=guest_of(change))


def nothing_dangerous(change: Change, allowed: Allowed) -> Violations:
    """No setting that reaches into the node, unless it was there before and stays as it is.

    A new guest may be given the devices that were asked for it, by the names that an operator has mapped.
    """
    for name in _DANGEROUS:
        now, then = change.before.get(name) or None, change.after.get(name) or None
        is_changed = is_marked(change.unknown, (name,)) or then != now
        if is_changed and not (name == "hostpci" and _are_asked_for(change, then, allowed)):
            yield say("policy.dangerous", guest=guest_of(change), field=name)


def _are_asked_for(change: Change, then: Any, allowed: Allowed) -> bool:
    """Whether these are just the mapped devices asked for a guest that is made now; any other setting of one is not."""
    wanted = allowed.devices.get(guest_of(change), ())
    if change.action != "create" or is_marked(change.unknown, ("hostpci",)) or not isinstance(then, list):
        return False
    plain = all(isinstance(row, dict) and {k for k, v in row.items() if v} <= {"device", "mapping"} for row in then)
    return plain and [row.get("mapping") for row in then] == list(wanted)


def no_hidden_reboot(change: Change, _: Allowed) -> Violations:
    """A change never reboots behind people's backs: a reboot is its own approved action."""
    if after(change, "reboot_after_update") is not False:
        yield say("policy.hidden_reboot", guest=guest_of(change))
