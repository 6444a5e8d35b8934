"""What the lab stores is what PVE would store: drives, cards, sizes, JSON types, pending changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.lab.config import apply_pending, pending_rows, shown, typed, update
from iac.lab.disks import in_units, parsed_size, size_of, stored_card, stored_drive
from iac.lab.world import GIB, Guest

SIZES = st.integers(min_value=1, max_value=2**50)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("local-lvm:20,ssd=1", "local-lvm:vm-101-disk-0,ssd=1,size=20G"),
        ("file=ceph-vm:5", "ceph-vm:vm-101-disk-0,size=5G"),
        ("file=local-lvm:cloudinit,", "local-lvm:vm-101-cloudinit,media=cdrom"),
        ("file=a:vm-101-disk-3,size=10737418240,aio=io_uring", "a:vm-101-disk-3,size=10G,aio=io_uring"),
        ("none,media=cdrom", "none,media=cdrom"),
        ("local-lvm:0.5", "local-lvm:vm-101-disk-0,size=512M"),
    ],
)
def test_a_drive_reads_back_as_pve_stores_it(sent, stored):
    assert stored_drive(Guest(101, "n"), sent) == stored


def test_a_drive_that_is_written_again_keeps_its_size():
    guest = Guest(101, "n", config={"scsi0": "a:vm-101-disk-0,size=10G"})
    assert stored_drive(guest, "a:vm-101-disk-0,ssd=1") == "a:vm-101-disk-0,ssd=1,size=10G"


def test_new_volumes_take_the_lowest_free_number():
    guest = Guest(101, "n", config={"scsi0": "a:vm-101-disk-0,size=1G", "unused0": "a:vm-101-disk-1"})
    assert stored_drive(guest, "a:1").startswith("a:vm-101-disk-2,")


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("model=virtio,bridge=vmbr0", "virtio=BC:24:11:00:0C:A0,bridge=vmbr0"),
        ("virtio,bridge=vmbr0,tag=20", "virtio=BC:24:11:00:0C:A0,bridge=vmbr0,tag=20"),
        ("virtio=02:00:00:00:00:01,bridge=v", "virtio=02:00:00:00:00:01,bridge=v"),
        ("model=e1000,macaddr=02:00:00:00:00:01,bridge=v", "e1000=02:00:00:00:00:01,bridge=v"),
    ],
)
def test_a_card_reads_back_with_its_address(sent, stored):
    assert stored_card(101, "net0", sent) == stored


@given(SIZES)
def test_a_size_survives_its_text(size):
    assert size_of(f"x:y,size={in_units(size)}") == size
    assert parsed_size(in_units(size)) == size


@pytest.mark.parametrize("text", ["", "big", "-5G", "1P", "5 G"])
def test_what_is_no_size_is_negative(text):
    assert parsed_size(text) < 0


def test_whole_numbers_are_numbers_and_memory_is_text():
    sent = {"cores": "4", "onboot": "1", "memory": "2048", "agent": "1", "cpulimit": "1.5", "balloon": "0"}
    assert typed(sent) == {
        "cores": 4,
        "onboot": 1,
        "memory": "2048",
        "agent": "1",
        "cpulimit": 1.5,
        "balloon": 0,
    }


@pytest.mark.parametrize(
    ("key", "value", "waits"),
    [
        ("description", "x", False),
        ("tags", "b;a", False),
        ("ciuser", "ubuntu", False),
        ("scsi1", "a:5", False),
        ("net1", "virtio,bridge=v", False),
        ("cores", "8", True),
        ("memory", "4096", True),
        ("cpu", "host", True),
        ("agent", "enabled=1", True),
    ],
)
def test_some_changes_wait_for_a_power_cycle_and_some_do_not(key, value, waits):
    guest = Guest(101, "n", status="running", config={"cores": 2, "memory": "2048"})
    update(guest, {key: value})
    assert (key in guest.pending) is waits
    assert key in shown(guest)
    apply_pending(guest)
    assert not guest.pending
    assert key in guest.config


def test_memory_grows_at_once_where_it_can_be_plugged():
    guest = Guest(101, "n", status="running", config={"memory": "1024", "numa": 1, "hotplug": "network,memory"})
    update(guest, {"memory": "2048"})
    assert (guest.config["memory"], guest.pending) == ("2048", {})


def test_a_change_that_is_taken_back_waits_no_more():
    guest = Guest(101, "n", status="running", config={"cores": 2})
    update(guest, {"cores": "4"})
    update(guest, {"cores": "2"})
    assert guest.pending == {}
    update(guest, {"cores": "4"})
    update(guest, {"revert": "cores"})
    assert guest.pending == {}


def test_a_deletion_that_waits_is_shown_as_one():
    guest = Guest(101, "n", status="running", config={"vga": "serial0"})
    update(guest, {"delete": "vga"})
    assert pending_rows(guest) == [{"key": "vga", "value": "serial0", "delete": 1}]
    assert "vga" not in shown(guest)


def test_a_drive_that_is_replaced_leaves_its_volume_behind():
    guest = Guest(101, "n", config={"scsi0": "a:vm-101-disk-0,size=1G"})
    update(guest, {"scsi0": "a:5"})
    assert guest.config["unused0"] == "a:vm-101-disk-0"


def test_tags_come_back_sorted_and_once():
    guest = Guest(101, "n")
    update(guest, {"tags": "web,bot;web prod"})
    assert guest.config["tags"] == "bot;prod;web"


def test_a_gibibyte_is_a_gibibyte():
    assert parsed_size("1G") == GIB
