"""Steps as bytes and back: one canonical form, whose SHA-256 is what a yes is bound to. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from iac.acts.values import Call, Deed, Goal, Step

FORM = 1
"""Raised when the form changes: what an older version wrote is refused then, not misread."""


def written(steps: Sequence[Step]) -> bytes:
    """The steps as canonical JSON: sorted keys, no spaces, UTF-8."""
    told = {"form": FORM, "steps": [asdict(step) for step in steps]}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of_acts(body: bytes) -> str:
    """SHA-256 of the written steps, in hex."""
    return hashlib.sha256(body).hexdigest()


def read_steps(body: bytes) -> tuple[Step, ...]:
    """The steps of such bytes; ``ValueError`` where they are of another form."""
    told = json.loads(body)
    if not isinstance(told, dict) or told.get("form") != FORM:
        raise ValueError("not the steps of this version")
    return tuple(_step(each) for each in told["steps"])


def _step(told: Mapping[str, Any]) -> Step:
    goal = Goal(**told["goal"]) if told["goal"] else None
    lists = {"tags": tuple(told["tags"]), "costs": tuple(told["costs"])}
    parts = {"deed": Deed(**told["deed"]), "call": Call(**told["call"]), "goal": goal}
    return Step(**{**told, **lists, **parts})
