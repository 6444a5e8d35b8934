"""The lab's own table of paths, parameters and privileges against PVE's description of its API."""

import re

import pytest

import iac.lab.answers  # noqa: F401 - registers every route
from iac.lab.params import parsed
from iac.lab.routing import ROUTES

EVERY = [route for routes in ROUTES.values() for route in routes]
KINDS = {"integer": "i", "boolean": "b", "number": "n"}
# Checked inside the answer, because they depend on more than the path: users by group, clone's two ways in.
BY_HAND = re.compile(r"^/access/(users|password)|/clone$")


def named(route):
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", EVERY, ids=named)
def test_every_path_of_the_lab_exists_in_pve(route, schema):
    assert route.method in schema[route.path]


@pytest.mark.parametrize("route", [r for r in EVERY if r.takes is not None], ids=named)
def test_a_path_takes_no_parameter_that_pve_does_not_take(route, schema):
    rules = schema[route.path][route.method]["parameters"].get("properties") or {}
    kinds, wanted = parsed(route.takes)
    # migratedfrom & co. stand in PVE's description too: nothing here is allowed to be of our own making.
    assert set(kinds) - set(rules) == set()
    must = {n for n, r in rules.items() if not r.get("optional") and f"{{{n}}}" not in route.path and "[n]" not in n}
    assert wanted == must


@pytest.mark.parametrize("route", [r for r in EVERY if r.takes], ids=named)
def test_a_parameter_has_the_kind_that_pve_gives_it(route, schema):
    rules = schema[route.path][route.method]["parameters"]["properties"]
    kinds, _ = parsed(route.takes)
    assert kinds == {name: KINDS.get(rules[name].get("type"), "") for name in kinds}


@pytest.mark.parametrize("route", EVERY, ids=named)
def test_a_path_asks_for_the_privileges_that_pve_asks_for(route, schema):
    check = (schema[route.path][route.method].get("permissions") or {}).get("check")
    if check is None or BY_HAND.search(route.path) or check[0] != "perm":
        return
    _, path, privileges, *more = check
    [need] = route.needs
    assert (need.path, set(need.names), need.is_any) == (path, set(privileges), "any" in more)
