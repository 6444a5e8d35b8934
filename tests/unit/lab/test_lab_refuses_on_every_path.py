"""How PVE says no, path by path: rights first, then the way to the node, then quorum, then parameters."""

import re

import pytest

import iac.lab.answers  # noqa: F401 - registers every route
from iac.lab.params import KINDS, MISSING, parsed
from iac.lab.rights import ROOT, Who
from iac.lab.routing import ROUTES, VALUE, answer
from iac.lab.running import Lab
from iac.lab.seed import first_world
from iac.lab.world import ApiError

EVERY = sorted((route for routes in ROUTES.values() for route in routes), key=lambda r: (r.path, r.method))
GUARDED = [route for route in EVERY if route.needs]
OF_A_NODE = [route for route in EVERY if "{node}" in route.path]
VALUES = {"node": "pmox01", "vmid": "110", "storage": "ceph-vm", "sid": "vm:110"}
DORA = "dora@pve"


def named(route):
    return f"{route.method} {route.path}"


def at(route, **values):
    """The path with every value in it filled."""
    return VALUE.sub(lambda found: (VALUES | values).get(found[1], "x"), route.path)


@pytest.fixture(scope="module")
def lab():
    found = Lab(first_world())
    found.world.table("users")[DORA] = {"enable": 1}
    found.world.acl.append({"path": "/", "type": "user", "ugid": DORA, "roleid": "Dora", "propagate": 1})
    return found


@pytest.fixture
def refused(lab):
    """The refusal of one request, by a user who holds exactly these privileges everywhere."""

    def ask(route, path, *privileges, user=DORA, **params):
        lab.world.table("roles")["Dora"] = {"privs": ",".join(privileges)}
        with pytest.raises(ApiError) as no:
            answer(lab, Who(lab.world, user), route.method, path, params)
        return no.value

    return ask


@pytest.mark.parametrize("route", GUARDED, ids=named)
def test_who_holds_nothing_is_refused_with_the_path_and_the_privilege(route, refused):
    no = refused(route, at(route))
    first = route.needs[0]
    joined = ("|" if first.is_any else ", ").join(first.names)
    assert no.code == 403
    assert re.fullmatch(rf"Permission check failed \(/.*, {re.escape(joined)}\)", no.reason)
    assert "{" not in no.reason


@pytest.mark.parametrize("route", [r for r in GUARDED if not r.needs[0].is_any], ids=named)
def test_each_privilege_is_needed_and_the_missing_one_is_named(route, refused):
    every = {name for need in route.needs for name in need.names}
    for need in [need for need in route.needs if not need.is_any]:
        for name in need.names:
            no = refused(route, at(route), *(every - {name}))
            assert (no.code, name in no.reason) == (403, True)


@pytest.mark.parametrize("route", OF_A_NODE, ids=named)
def test_a_node_that_is_not_there_is_looked_up_in_vain(route, refused):
    no = refused(route, at(route, node="pmox09"), user=ROOT)
    assert (no.code, no.reason.partition(" - ")[0]) == (500, "hostname lookup 'pmox09' failed")


@pytest.mark.parametrize("route", OF_A_NODE, ids=named)
def test_a_node_that_is_off_cannot_be_reached(route, refused, lab):
    lab.world.nodes["pmox02"].is_online = False
    try:
        assert refused(route, at(route, node="pmox02"), user=ROOT).code == 595
    finally:
        lab.world.nodes["pmox02"].is_online = True


@pytest.mark.parametrize("route", [r for r in EVERY if r.method != "GET" and not r.is_local], ids=named)
def test_without_a_quorum_nothing_is_changed(route, refused, lab):
    lab.world.has_quorum = False
    try:
        no = refused(route, at(route), user=ROOT)
    finally:
        lab.world.has_quorum = True
    assert (no.code, no.reason) == (500, "cluster not ready - no quorum?")


@pytest.mark.parametrize("route", [r for r in EVERY if r.takes is not None], ids=named)
def test_a_parameter_that_pve_does_not_know_is_named(route, refused):
    no = refused(route, at(route), user=ROOT, colour="red")
    assert (no.code, no.reason) == (400, "Parameter verification failed.")
    assert "not defined in schema" in no.errors["colour"]


@pytest.mark.parametrize("route", [r for r in EVERY if "!" in (r.takes or "")], ids=named)
def test_every_parameter_that_is_missing_is_named(route, refused):
    _, wanted = parsed(route.takes)
    no = refused(route, at(route), user=ROOT)
    assert (no.code, no.errors) == (400, dict.fromkeys(wanted, MISSING))


TYPED = [
    (route, name, KINDS[kind][0]) for route in EVERY for name, kind in parsed(route.takes or "")[0].items() if kind
]


@pytest.mark.parametrize(("route", "name", "kind"), TYPED, ids=lambda value: named(value) if value in EVERY else value)
def test_a_parameter_of_another_kind_is_named_with_what_came(route, name, kind, refused):
    no = refused(route, at(route), user=ROOT, **{name: "many"})
    assert (no.code, no.errors[name]) == (400, f"type check ('{kind}') failed - got 'many'")


@pytest.mark.parametrize(
    "path", ["/", "/nodes/pmox01/nothing", "/no/such/path", "/nodes//qemu", "/nodes/pmox01/qemu/110/config/x"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_path_that_nobody_registered_is_not_implemented(method, path, lab):
    with pytest.raises(ApiError) as no:
        answer(lab, Who(lab.world, ROOT), method, path, {})
    assert (no.value.code, no.value.reason) == (501, f"Method '{method} {path}' not implemented")
