"""Parameters as PVE checks them: unknown, missing and of the wrong kind are one 400 with a reason for each."""

import re
from functools import cache

from iac.lab.world import ApiError, Params

UNKNOWN = "property is not defined in schema and the schema does not allow additional properties"
MISSING = "property is missing and it is not optional"
KINDS = {"i": ("integer", re.compile(r"-?\d+")), "b": ("boolean", re.compile(r"[01]|true|false|yes|no|on|off"))}
KINDS["n"] = ("number", re.compile(r"-?\d+(\.\d+)?"))
NUMBERED = re.compile(r"\d+$")


@cache
def parsed(takes: str) -> tuple[dict[str, str], frozenset[str]]:
    """Read ``"newid!:i name full:b net[n]"``: the letter of each name's kind, and the names that must be there."""
    words = [word.partition(":") for word in takes.split()]
    kinds = {name.rstrip("!"): kind for name, _, kind in words}
    return kinds, frozenset(name[:-1] for name, _, _ in words if name.endswith("!"))


def check_params(takes: str, params: Params) -> None:
    """Refuse what ``takes`` does not take; raises ``ApiError`` 400 with the fault of each parameter."""
    kinds, wanted = parsed(takes)
    errors = dict.fromkeys(wanted - params.keys(), MISSING)
    for name, value in params.items():
        if fault := _fault(kinds.get(name, kinds.get(NUMBERED.sub("[n]", name))), value):
            errors[name] = fault
    if errors:
        raise ApiError(400, "Parameter verification failed.", errors)


def _fault(kind: str | None, value: str) -> str:
    if kind is None:
        return UNKNOWN
    if kind not in KINDS:
        return ""
    name, pattern = KINDS[kind]
    return "" if pattern.fullmatch(value) else f"type check ('{name}') failed - got '{value}'"
