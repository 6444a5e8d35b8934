"""Guests that are asked for at once: who stands beside whom, who apart, and in which order they are placed. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from iac.spec import GuestSpec

Unit = tuple[GuestSpec, ...]
"""Guests that must go to one node, the largest first; most are alone."""


@dataclass(frozen=True, slots=True)
class Party:
    """All guests of one request, in the order in which they are placed; ``spread`` are to be spread."""

    units: tuple[Unit, ...]
    spread: frozenset[str]


def party_of(specs: Sequence[GuestSpec]) -> Party:
    """Sort a request: whoever is alike in size goes by name, so the order in which it was said means nothing."""
    mutual = _mutual(specs)
    units = sorted((_by_size(unit) for unit in _units(mutual)), key=_largest_first)
    return Party(tuple(units), frozenset(spec.name for spec in mutual if spec.is_spread))


def _mutual(specs: Sequence[GuestSpec]) -> list[GuestSpec]:
    """Who stands beside somebody, or keeps apart, does so both ways, whichever of the two is placed first."""
    beside = {spec.name: {o.name for o in specs if spec.name in o.near} for spec in specs}
    shunned = {spec.name: {o.name for o in specs if spec.name in o.apart} for spec in specs}
    return [
        replace(s, near=_others(s, s.near, beside[s.name]), apart=_others(s, s.apart, shunned[s.name])) for s in specs
    ]


def _others(spec: GuestSpec, own: Iterable[str], theirs: Iterable[str]) -> tuple[str, ...]:
    """The names in both, once each; nobody is their own neighbour."""
    return tuple(sorted({*own, *theirs} - {spec.name}))


def _units(specs: Sequence[GuestSpec]) -> list[list[GuestSpec]]:
    """Guests joined by who wants to be near whom, over any number of steps."""
    units: list[list[GuestSpec]] = []
    for spec in specs:
        joined = [unit for unit in units if any(_are_near(spec, other) for other in unit)]
        units = [unit for unit in units if unit not in joined]
        units.append([spec, *(other for unit in joined for other in unit)])
    return units


def _are_near(one: GuestSpec, other: GuestSpec) -> bool:
    return other.name in one.near


def _by_size(unit: Sequence[GuestSpec]) -> Unit:
    return tuple(sorted(unit, key=_size))


def _size(spec: GuestSpec) -> tuple[int, int, int, str]:
    return -spec.memory_mb, -spec.cores, -spec.disk_gb, spec.name


def _largest_first(unit: Unit) -> tuple[int, int, int, str]:
    """Who can go to few nodes goes first: those that need a device or a node, then the largest."""
    is_bound = any(spec.devices or spec.node or spec.near for spec in unit)
    return not is_bound, -sum(s.memory_mb for s in unit), -sum(s.cores for s in unit), unit[0].name
