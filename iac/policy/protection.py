"""Protected guests: by a pattern of the operator's, by a tag in Proxmox VE, or by its own protection flag. Pure."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from iac.errors import Sentence, say
from iac.inventory import Guest
from iac.plan import Change
from iac.policy.allowed import Allowed
from iac.policy.reading import after, before, guest_of, whole

TAG = "protected"


def protected_vmids(guests: Iterable[Guest], patterns: Iterable[str]) -> frozenset[int]:
    """The VMIDs of the guests that nothing may touch, in one reading of the cluster."""
    asked = tuple(patterns)
    return frozenset(g.vmid for g in guests if TAG in g.tags or is_named(g.name, g.vmid, asked))


def is_named(name: str, vmid: int | None, patterns: Iterable[str]) -> bool:
    """Whether a pattern means this guest: a VMID, or a name in which ``*`` stands for anything."""
    return any(p == str(vmid) or fnmatchcase(name.lower(), p.lower()) for p in patterns)


def not_protected(change: Change, allowed: Allowed) -> Iterator[Sentence]:
    """Nothing of a protected guest is changed or destroyed, and no other guest takes its name or number."""
    names = {n for n in (before(change, "name"), after(change, "name")) if isinstance(n, str)}
    numbers = {whole(before(change, "vm_id")), whole(after(change, "vm_id"))} - {None}
    tags = before(change, "tags")
    is_meant = any(is_named(name, None, allowed.protected) for name in names)
    is_numbered = any(str(number) in allowed.protected or number in allowed.protected_vmids for number in numbers)
    is_marked = isinstance(tags, list | tuple) and TAG in tags
    if is_meant or is_numbered or is_marked or before(change, "protection") is True:
        yield say("policy.protected", guest=guest_of(change))
