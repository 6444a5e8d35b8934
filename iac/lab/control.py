"""The client of ``/lab/``: what tests and demos do to a lab behind the API's back."""

from typing import Any, Self

import httpx

from iac.errors import Broken, ClusterSilent
from iac.lab.access import LabAccess
from iac.lab.trust import trusting

SECONDS = 60.0


class LabControl:
    """Steers one lab; use it in ``with``, or close it."""

    def __init__(self, access: LabAccess) -> None:
        headers = {"Authorization": f"Bearer {access.control_token}"}
        base = f"{access.endpoint}/lab/"
        self._client = httpx.Client(base_url=base, verify=trusting(access), headers=headers, timeout=SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def fault(self, kind: str, path: str = ".*", **more: Any) -> None:
        """Plan a fault (kinds: ``iac.lab.faults.KINDS``); ``path`` is matched against the path, task type or VMID.

        ``more``: ``method``, ``times`` (below zero: until cleared), ``code``, ``reason``, ``text``, ``seconds``.
        """
        self._post("fault", kind=kind, path=path, **more)

    def clear_faults(self) -> None:
        """Forget every planned fault."""
        self._post("clear_faults")

    def release(self) -> None:
        """Let every task go on that hangs, to the end it would have had."""
        self._post("release")

    def reset(self) -> None:
        """Begin again with the first world; keys and pace stay."""
        self._post("reset")

    def pace(self, pace: float) -> None:
        """Seconds that one second of model time lasts."""
        self._post("pace", pace=pace)

    def node_offline(self, name: str) -> None:
        """Take a node away."""
        self._post("node", name=name, is_online=False)

    def node_online(self, name: str) -> None:
        """Bring a node back."""
        self._post("node", name=name, is_online=True)

    def quorum(self, is_there: bool) -> None:  # noqa: FBT001 - reads well: quorum(False)
        """Take the quorum away, or give it back."""
        self._post("quorum", is_there=is_there)

    def version(self, version: str) -> None:
        """Speak as another version of PVE."""
        self._post("version", version=version)

    def wait(self, node: str, share: float) -> None:
        """Let the work of a node wait for storage for that share of the time."""
        self._post("wait", node=node, share=share)

    def fail_task(self, node: str, error: str, kind: str = "qmstart") -> None:
        """Let some work on a node have failed just now."""
        self._post("fail_task", node=node, error=error, kind=kind)

    def hold_device(self, vmid: int, mapping: str) -> None:
        """Give a mapped device to a guest."""
        self._post("hold_device", vmid=vmid, mapping=mapping)

    def silence(self, is_silent: bool = True) -> None:  # noqa: FBT001, FBT002 - reads well: silence(False)
        """The whole cluster accepts and never answers, or speaks again."""
        self._post("silence", is_silent=is_silent)

    def move_guest(self, vmid: int, node: str) -> None:
        """Put a guest on another node, as HA would."""
        self._post("move_guest", vmid=vmid, node=node)

    def stop_guest(self, vmid: int) -> None:
        """Stop a guest by hand."""
        self._post("stop_guest", vmid=vmid)

    def start_guest(self, vmid: int) -> None:
        """Start a guest by hand."""
        self._post("start_guest", vmid=vmid)

    def remove_guest(self, vmid: int) -> None:
        """Remove a guest by hand."""
        self._post("remove_guest", vmid=vmid)

    def agent_silent(self, vmid: int, is_silent: bool = True) -> None:  # noqa: FBT001, FBT002
        """Silence the agent of a guest, or let it speak."""
        self._post("agent", vmid=vmid, is_silent=is_silent)

    def web(self, name: str, port: int, **more: Any) -> None:
        """Let guests of that name serve a page; ``more``: ``path``, ``status``, ``seconds`` after their start."""
        self._post("web", name=name, port=port, **more)

    def lock_guest(self, vmid: int, lock: str | None) -> None:
        """Lock a guest, as somebody else's work would; None takes the lock away."""
        self._post("lock_guest", vmid=vmid, lock=lock)

    def take_vmid(self, vmid: int) -> None:
        """Let somebody else make a guest with that VMID."""
        self._post("take_vmid", vmid=vmid)

    def fill_storage(self, name: str, is_full: bool = True) -> None:  # noqa: FBT001, FBT002
        """Fill a storage to the brim, or empty it again."""
        self._post("fill_storage", name=name, is_full=is_full)

    def grant(self, role: str, privileges: list[str]) -> None:
        """Set what a role may do."""
        self._post("grant", role=role, privileges=privileges)

    def record(self, is_recording: bool = True) -> None:  # noqa: FBT001, FBT002
        """Keep what is asked and answered from now on, or stop."""
        self._post("record", is_recording=is_recording)

    def records(self) -> list[dict[str, Any]]:
        """What was asked and answered since the last time: m, p, q, b, code, reason, r."""
        found: list[dict[str, Any]] = self._post("records")
        return found

    def reach(self) -> dict[str, dict[str, list[Any]]]:
        """Guest address -> port -> [host, port] on loopback."""
        found: dict[str, dict[str, list[Any]]] = self._post("reach")
        return found

    def state(self) -> dict[str, Any]:
        """The whole world but its secrets."""
        found: dict[str, Any] = self._post("state")
        return found

    def health(self) -> bool:
        """Whether it answers."""
        return bool(self._post("health")["is_ready"])

    def _post(self, verb: str, **args: Any) -> Any:
        act = f"steering the lab: {verb}"
        try:
            answer = self._client.post(verb, json=args)
        except httpx.HTTPError as silent:
            raise ClusterSilent(act, str(silent) or type(silent).__name__) from silent
        if answer.is_error:
            raise Broken(act, answer.text)
        return answer.json()
