"""A state as people read it."""

import json

import pytest

from iac.errors import Broken
from iac.terraform.telling import differences, guests_of, line_of

VM = "proxmox_virtual_environment_vm"


def a_state(**guests):
    def attributes(name, cores):
        return {
            "name": name,
            "vm_id": 1000,
            "node_name": "pmox01",
            "cpu": [{"cores": cores}],
            "memory": [{"dedicated": 2048}],
            "disk": [{"size": 20, "datastore_id": "ceph-vm"}],
            "tags": ["threadform"],
            "started": True,
            "initialization": [{"user_account": [{"password": "hunter2"}]}],
        }

    found = [
        {"type": VM, "instances": [{"attributes": attributes(name, abs(cores))} | _mark(cores)]}
        for name, cores in guests.items()
    ]
    return json.dumps({"serial": 1, "resources": found}).encode()


def _mark(cores):
    return {"status": "tainted"} if cores < 0 else {}


def test_each_guest_is_one_line_with_its_size_and_place():
    ((name, facts),) = guests_of(a_state(api01=4)).items()
    assert line_of(name, facts) == "api01 (VMID 1000 on pmox01): 4 cores, 2048 MB, disk 20 GB"


def test_a_guest_whose_making_broke_off_says_so():
    assert line_of("api01", guests_of(a_state(api01=-4))["api01"]).endswith("its making broke off")


def test_what_came_went_and_changed_is_told_a_line_each():
    old, new = guests_of(a_state(api01=2, gone=1)), guests_of(a_state(api01=4, fresh=1))
    signs = [line.partition(":")[0].partition(" (")[0] for line in differences(old, new)]
    assert signs == ["~ api01", "+ fresh", "- gone"]
    assert next(iter(differences(old, new))) == "~ api01: cores 2 -> 4"


def test_two_states_that_say_the_same_have_no_differences():
    assert list(differences(guests_of(a_state(api01=2)), guests_of(a_state(api01=2)))) == []


def test_no_secret_of_a_state_is_among_what_is_told():
    assert "hunter2" not in str(guests_of(a_state(api01=2)))


def test_no_state_has_no_guests_and_what_is_no_state_is_refused():
    assert guests_of(None) == {}
    with pytest.raises(Broken):
        guests_of(b"{}")
