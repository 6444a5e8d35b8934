"""The faults a client meets, kind by kind; planned over ``/lab/``, they stay until they are used up or cleared."""

from iac.lab.running import Lab
from iac.lab.world import ApiError, Fault

KINDS = {
    "answer": "the request is answered with code and reason instead of being carried out",
    "close": "the connection is closed without an answer",
    "silent": "the request is accepted and never answered",
    "task_error": "the next task of a matching type ends with text as its error",
    "task_hang": "a task of a matching type never ends, unless it is stopped or released",
    "task_slow": "a task of a matching type takes that many seconds",
    "agent_silent": "the agent of the guest with a matching VMID does not answer",
    "cloud_init_error": "cloud-init of the guest with a matching VMID has ended with text as its log",
}


class ClosedError(Exception):
    """Close the connection without an answer."""


class SilentError(Exception):
    """Never answer."""


def check(lab: Lab, method: str, path: str) -> None:
    """Raise what is planned for this request: ``ClosedError``, ``SilentError`` or ``ApiError``."""
    if lab.world.is_silent or lab.fault("silent", path, method):
        raise SilentError
    if lab.fault("close", path, method):
        raise ClosedError
    if planned := lab.fault("answer", path, method):
        raise ApiError(planned.code, planned.reason)


def plan(lab: Lab, wanted: Fault) -> None:
    """Add a fault; ``ValueError`` where its kind is not one of ``KINDS``."""
    if wanted.kind not in KINDS:
        raise ValueError(f"no fault {wanted.kind!r}; there are {', '.join(KINDS)}")
    lab.world.faults.append(wanted)
    lab.is_dirty = True
