"""What terraform leaves on disk: its state, and the stream of an apply."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.errors import Broken
from iac.terraform.door import as_event, complaints
from iac.terraform.events import Tail, parse_progress
from iac.terraform.state import as_half_made, guests_in, read_state, tainted_in
from iac.workspace import serial_of

VM = "proxmox_virtual_environment_vm"


def state(serial=4, **guests):
    resources = [
        {
            "module": f'module.vm["{name}"]',
            "mode": "managed",
            "type": VM,
            "name": "guest",
            "instances": [{"attributes": {"name": name}, **({"status": "tainted"} if is_tainted else {})}],
        }
        for name, is_tainted in guests.items()
    ]
    other = {"mode": "managed", "type": "proxmox_haresource", "name": "guest", "instances": [{"attributes": {}}]}
    return json.dumps({"version": 4, "serial": serial, "resources": [*resources, other]}).encode()


def test_a_state_names_its_guests_and_those_that_broke_on_the_way():
    body = state(api01=False, api02=True)
    assert guests_in(body) == {"api01", "api02"}
    assert tainted_in(body) == {"api02": f'module.vm["api02"].{VM}.guest'}


def test_a_guest_that_is_marked_as_half_made_is_so_in_the_next_state_and_the_others_stay_whole():
    body = as_half_made(state(api01=False, api02=False), ["api02", "api09"])
    assert list(tainted_in(body)) == ["api02"]
    assert (guests_in(body), serial_of(body)) == ({"api01", "api02"}, 5)
    assert json.loads(body)["resources"][-1] == json.loads(state())["resources"][-1]


def test_a_state_without_anybody_to_mark_stays_as_it_is_to_the_byte():
    body = state(api01=True, api02=False)
    assert as_half_made(body, ["api01", "api09"]) is body
    assert as_half_made(body, []) is body


def test_no_state_knows_nobody():
    assert guests_in(None) == frozenset()
    assert tainted_in(None) == {}
    assert serial_of(None) == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"serial": "x"}', b"\xff"])
def test_what_is_no_state_is_refused(body):
    with pytest.raises(Broken):
        serial_of(body)


def test_the_newest_whole_state_counts(tmp_path):
    assert read_state(tmp_path) is None
    (tmp_path / "terraform.tfstate").write_bytes(state(4)[:-20])
    assert read_state(tmp_path) is None
    (tmp_path / "terraform.tfstate").write_bytes(state(4))
    assert read_state(tmp_path) == (4, state(4))


def test_a_state_that_terraform_could_not_save_is_the_only_record(tmp_path):
    (tmp_path / "terraform.tfstate").write_bytes(state(4))
    (tmp_path / "errored.tfstate").write_bytes(state(5, api01=False))
    assert read_state(tmp_path) == (5, state(5, api01=False))


def test_each_step_of_an_apply_is_told():
    hook = {"resource": {"addr": "module.vm"}, "elapsed_seconds": 12}
    for kind, step in (
        ("apply_start", "started"),
        ("apply_progress", "going"),
        ("apply_complete", "done"),
        ("apply_errored", "failed"),
    ):
        assert parse_progress({"type": kind, "@message": "m", "hook": hook}) == ("module.vm", step, 12.0, "m")


@pytest.mark.parametrize(
    "event", [{}, {"type": "version"}, {"type": "apply_start"}, {"type": "apply_start", "hook": 1}]
)
def test_what_is_no_step_is_not_told_as_one(event):
    assert parse_progress(event) is None


def test_a_growing_file_is_read_once_and_in_whole_lines(tmp_path):
    path = tmp_path / "apply.jsonl"
    path.write_bytes(b'{"type": "version"}\n{"type": "apply_st')
    tail = Tail(path)
    assert [e["type"] for e in tail.read()] == ["version"]
    assert list(tail.read()) == []
    with path.open("ab") as file:
        file.write(b'art"}\npanic: half a li')
    assert [e["type"] for e in tail.read()] == ["apply_start"]
    assert list(tail.read(is_complete=True)) == [{"type": "text", "@message": "panic: half a li"}]


@given(st.binary())
def test_any_line_is_some_event(line):
    assert isinstance(as_event(line), dict)


def test_terraforms_complaints_are_its_errors_once_each_not_its_warnings():
    def diagnostic(severity, summary, detail=""):
        return {"type": "diagnostic", "diagnostic": {"severity": severity, "summary": summary, "detail": detail}}

    events = (
        diagnostic("warning", "old"),
        diagnostic("error", "no room", "ceph-vm"),
        diagnostic("error", "no room", "ceph-vm"),
    )
    assert complaints(events, "noise") == ("no room: ceph-vm",)
    assert complaints((), "panic: oh\n") == ("panic: oh",)
    assert complaints(({"type": "text", "@message": "crashed"},), "") == ("crashed",)
    assert complaints((), "") == ()
