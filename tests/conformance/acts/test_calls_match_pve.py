"""Every call that an act makes, against PVE's own description of its API: path, method and each parameter."""

import itertools
from dataclasses import replace

import pytest

from iac.acts import VERBS, Deed, Kept, Seen, expanded, plan_acts
from tests.conformance.lab.conftest import schema
from tests.conformance.lab.pve_schema import matching, request_faults
from tests.unit.iac_rules.samples import CLUSTER, cluster

__all__ = ["schema"]

KEPT = Kept("clean", "Taken by Threadform, run r1", 1.0)
DEEDS = {verb: Deed(verb, "web01") for verb in VERBS if verb != "drain"}
DEEDS |= {"migrate": Deed("migrate", "web01", "pmox02"), "drain": Deed("drain", node="pmox01")}
STOPPED = {"start"}


def calls(verb, kind, *, is_in_ha):
    """The calls of one verb on a guest for which it makes sense."""
    changes = {"kind": kind, "status": "stopped" if verb in STOPPED else "running"}
    changes |= {"ha_state": "started"} if is_in_ha else {}
    world = cluster(guests=tuple(replace(g, **changes) if g.vmid == 200 else g for g in CLUSTER.guests))
    seen = {g.vmid: Seen(g, verb == "unprotect", (KEPT,), ("ceph-vm",)) for g in world.guests}
    deed = replace(DEEDS[verb], snapshot="new" if verb == "snapshot_create" else "", has_memory=True)
    return [step.call for step in plan_acts(expanded([deed], world), world, seen, "r1").steps]


def makes_sense(verb, kind, is_in_ha):
    """A container has no reset button; what HA looks after already is put under it by nobody, and the other way."""
    return (verb, kind) != ("reset", "lxc") and {"ha_on": not is_in_ha, "ha_off": is_in_ha}.get(verb, True)


CASES = [c for c in itertools.product(VERBS, ("qemu", "lxc"), (False, True)) if makes_sense(*c)]


@pytest.mark.parametrize(("verb", "kind", "is_in_ha"), CASES)
def test_pve_knows_the_call_and_everything_in_it(verb, kind, is_in_ha, schema):
    made = calls(verb, kind, is_in_ha=is_in_ha)
    assert made
    for call in made:
        found = matching(schema, call.method, call.path)
        assert found is not None, call.line
        template, values = found
        record = {"q": {}, "b": dict(call.params)}
        assert request_faults(record, schema[template][call.method], values) == [], call.line
