"""A stack written down: the same bytes for the same stack, and no value anywhere but in the values file."""

import json
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iac.manifest import TFVARS, render
from iac.terraform.pins import PROVIDER, PROVIDER_VERSION
from tests.fixtures.stacks import ADDRESS, guest, stack

EMPTY = render(stack())

calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines may be busy


def values(*guests, **more):
    return json.loads(render(stack(*guests), **more)[TFVARS])["guests"]


def test_a_person_finds_everything_to_leave_with_plain_terraform():
    assert {"README.md", "main.tf", "variables.tf", "outputs.tf", "versions.tf", TFVARS} <= set(EMPTY)
    assert {f"modules/vm/{n}.tf" for n in ("main", "variables", "outputs", "versions")} <= set(EMPTY)


def test_sizes_places_and_addresses_stand_in_the_values_file():
    found = values(guest(pool="staging", is_ha=True))["api01"]
    assert (found["cores"], found["memory_mb"], found["disk_gb"]) == (4, 8192, 60)
    assert (found["vm_id"], found["node"], found["storage"], found["network"]) == (
        1000,
        "pmox01",
        "ceph-vm",
        "mainvnet",
    )
    assert (found["address"], found["gateway"]) == ("192.168.10.20/16", "192.168.0.1")
    assert (found["pool"], found["ha"]) == ("staging", True)


def test_a_guest_without_a_reserved_address_asks_the_network():
    found = values(guest(address=None))["api01"]
    assert (found["address"], found["gateway"], found["dns_servers"]) == (None, None, [])


def test_every_value_of_a_guest_is_declared_by_both_modules():
    for path in ("variables.tf", "modules/vm/variables.tf"):
        declared = set(re.findall(rb"^ {4}(\w+) +=", EMPTY[path], re.MULTILINE))
        assert {name.encode() for name in values(guest())["api01"]} == declared, path


def test_guests_keep_the_order_they_were_asked_for():
    assert list(values(guest(name="b"), guest(name="a"))) == ["b", "a"]


def test_the_guard_against_destruction_is_lifted_only_when_told_and_nothing_else_changes():
    lifted = render(stack(), may_destroy=True)
    assert b"prevent_destroy = true" in EMPTY["modules/vm/main.tf"]
    assert b"prevent_destroy = true" not in lifted["modules/vm/main.tf"]
    assert {name for name in EMPTY if EMPTY[name] != lifted[name]} == {"modules/vm/main.tf"}


def test_the_modules_keep_guests_where_they_are_and_never_restart_or_wait_for_them():
    module = EMPTY["modules/vm/main.tf"].decode()
    assert "ignore_changes = [node_name, clone, started]" in module
    assert re.search(r"reboot_after_update = false", module)
    assert re.search(r"wait_for_ip \{\s+disabled = true", module)


def test_the_modules_ask_for_the_provider_that_is_installed():
    for path in ("versions.tf", "modules/vm/versions.tf"):
        assert f'source  = "{PROVIDER}"' in EMPTY[path].decode()
        assert f'version = "{PROVIDER_VERSION}"' in EMPTY[path].decode()


def test_no_password_can_be_set():
    assert not any(b"password" in body for name, body in EMPTY.items() if name.endswith(".tf"))


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@calmly
@given(TEXT, TEXT, TEXT)
def test_no_value_ever_enters_a_terraform_file(description, user, domain):
    address = ADDRESS.__class__("10.0.0.2", 24, dns=("10.0.0.1",), domain=domain)
    files = render(stack(guest(description=description, user=user, address=address)))
    assert {name: body for name, body in files.items() if name != TFVARS} == {
        name: body for name, body in EMPTY.items() if name != TFVARS
    }
    found = json.loads(files[TFVARS])["guests"]["api01"]
    assert (found["description"], found["user"], found["dns_domain"]) == (description, user, domain)


@calmly
@given(TEXT)
def test_the_same_stack_is_the_same_bytes(description):
    assert render(stack(guest(description=description))) == render(stack(guest(description=description)))
