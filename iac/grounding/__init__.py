"""What reality and the limits say about one asked guest: every contradiction, each with a way on. Pure."""

from collections.abc import Collection, Iterator

from iac.grounding.beside import beside_findings
from iac.grounding.findings import Finding, found, shown
from iac.grounding.names import is_label, name_findings, suggest_label
from iac.grounding.nearest import nearest, offered
from iac.grounding.places import place_findings
from iac.grounding.sizes import disk_findings, size_findings
from iac.grounding.templates import resolve_template
from iac.inventory import Inventory
from iac.spec import GuestSpec, Limits

__all__ = ["Finding", "is_label", "resolve_template", "suggest_label", "ungrounded"]


def ungrounded(
    spec: GuestSpec,
    inventory: Inventory,
    limits: Limits,
    *,
    own: Collection[str] = (),
    request: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Everything about one asked guest that the cluster or the limits contradict, in the order people ask.

    ``own`` are names of guests that the same stack holds already: a change of them is no clash. ``request`` are the
    names of all guests asked for at once, which may be each other's neighbours. A finding's ``slot`` is one of name,
    template, cores, memory, disk, node, storage, network, pool, neighbour, device, cpu; its suggestions are names
    that are there, the nearest first.
    """
    found_first = _findings(spec, inventory, limits, frozenset(name.lower() for name in own))
    return (*found_first, *beside_findings(spec, inventory, {*own, *request}))


def _findings(spec: GuestSpec, inventory: Inventory, limits: Limits, own: frozenset[str]) -> Iterator[Finding]:
    template = resolve_template(spec.template, inventory)
    now = next((g for g in inventory.machines if g.name == spec.name and g.name.lower() in own), None)
    yield from name_findings(spec.name, inventory, own)
    if template is None and now is None:
        yield _unknown_template(spec, inventory)
    yield from size_findings(spec, inventory, limits)
    yield from disk_findings(spec, limits, template=template, now=now)
    yield from place_findings(spec, inventory, now=now)


def _unknown_template(spec: GuestSpec, inventory: Inventory) -> Finding:
    known = nearest(spec.template, (g.name for g in inventory.templates if g.kind == "qemu"))
    key = "ask.template.unknown" if known else "ask.template.none"
    return found("template", key, known, template=shown(spec.template), templates=offered(known))
