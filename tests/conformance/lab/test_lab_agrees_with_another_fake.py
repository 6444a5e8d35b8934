"""The same proxmoxer journeys against the lab and against a third-party fake of PVE, as far as that one goes."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
from proxmoxer import ProxmoxAPI
from proxmoxer.core import ResourceException
from urllib3.exceptions import InsecureRequestWarning

from iac.lab import child
from tests.fixtures.ports import free_port

TEMPLATE = {
    "name": "ubuntu-2404-cloud",
    "cores": 1,
    "memory": "1024",
    "scsi0": "local-lvm:base-100-disk-0,size=3G",
    "net0": "virtio=BC:24:11:00:00:01,bridge=vmbr0",
}
RUNNING = TEMPLATE | {"name": "web01", "cores": 2, "scsi0": "local-lvm:vm-110-disk-0,size=80G"}
ROW_KEYS = {"vmid", "name", "status", "node", "type", "id", "maxcpu", "maxmem", "maxdisk", "cpu", "mem", "uptime"}
READY_SECONDS = 120


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """The third-party fake as its own process; nothing of it is imported."""
    command = Path(sys.executable).with_name("fakepve")
    if not (command.exists() or shutil.which("fakepve")):
        pytest.skip("the third-party fake is not installed: pip install 'fakepve==0.5.0'")
    folder = tmp_path_factory.mktemp("other")
    guests = [
        {"vmid": 100, "name": TEMPLATE["name"], "status": "stopped", "config": TEMPLATE},
        {"vmid": 110, "name": RUNNING["name"], "status": "running", "config": RUNNING},
    ]
    (folder / "guests.json").write_text(json.dumps({"guests": guests}))
    port = free_port()
    words = [str(folder / "guests.json"), "--host", "127.0.0.1", "--port", str(port), "--time-scale", "0"]
    words += ["--user", "root@pam", "--password", "invented"]
    process = subprocess.Popen([str(command), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for_port(port)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureRequestWarning)
        api = ProxmoxAPI("127.0.0.1", port=port, user="root@pam", password="invented", verify_ssl=False)
    yield api
    process.terminate()
    process.wait()


def wait_for_port(port):
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail("the third-party fake did not start")


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    lab = child.start(tmp_path_factory.mktemp("lab"), pace=0)
    user, _, token = lab.access.admin_token.partition("!")
    name, _, value = token.partition("=")
    port = int(lab.access.endpoint.rpartition(":")[2])
    trust = str(lab.access.ca_path)
    yield ProxmoxAPI("127.0.0.1", port=port, user=user, token_name=name, token_value=value, verify_ssl=trust)
    lab.stop()


@pytest.fixture(params=["ours", "other"])
def api(request):
    with warnings.catch_warnings():
        # The other fake makes its own certificate and names no authority.
        warnings.simplefilter("ignore", InsecureRequestWarning)
        yield request.getfixturevalue(request.param)


@pytest.fixture
def node(api):
    return next(row["node"] for row in api.cluster.resources.get(type="vm") if row["vmid"] == 110)


@pytest.fixture
def new(api, node):
    """A fresh clone, gone afterwards."""
    guest = api.nodes(node).qemu(130)
    assert done(api, api.nodes(node).qemu(100).clone.post(newid=130, name="api01", full=1)) == "OK"
    yield guest
    if guest.status.current.get()["status"] == "running":
        done(api, guest.status.stop.post())
    assert done(api, guest.delete(purge=1)) == "OK"


def done(api, upid):
    row = api.nodes(upid.split(":")[1]).tasks(upid).status.get()
    assert row["status"] == "stopped"
    assert row["upid"] == upid
    return row["exitstatus"]


def refusal(call, *args, **kwargs):
    with pytest.raises(ResourceException) as no:
        call(*args, **kwargs)
    return no.value.status_code, re.sub(r"nodes/\w+/", "nodes/N/", str(no.value))


def test_the_cluster_reads_alike(api, node):
    assert set(api.version.get()) >= {"version", "release", "repoid"}
    [row] = [row for row in api.cluster.resources.get(type="vm") if row["vmid"] == 110]
    assert set(row) >= ROW_KEYS
    assert (row["id"], row["type"], row["status"]) == ("qemu/110", "qemu", "running")
    assert [type(row[key]) for key in ("maxcpu", "maxmem", "maxdisk", "uptime")] == [int] * 4
    head = next(row for row in api.cluster.status.get() if row["type"] == "cluster")
    assert head["quorate"] == 1
    assert node in [row["node"] for row in api.nodes.get() if row["status"] == "online"]


def test_a_clone_starts_and_stops(api, new):
    assert new.config.get()["name"] == "api01"
    assert done(api, new.status.start.post()) == "OK"
    assert new.status.current.get()["status"] == "running"
    assert done(api, new.status.stop.post()) == "OK"
    assert new.status.current.get()["status"] == "stopped"


def test_a_configuration_reads_back_as_it_was_written(new):
    assert new.config.put(cores=4, memory=2048, tags="bot", description="by a test") is None
    config = new.config.get()
    assert (int(config["cores"]), config["memory"], config["tags"]) == (4, "2048", "bot")
    assert config["scsi0"].startswith(("ceph-vm:vm-130-disk-0,", "local-lvm:vm-130-disk-0,"))
    assert re.fullmatch(r"[0-9a-f]{40}", config["digest"])


def test_new_cores_wait_on_a_running_guest(api, new):
    done(api, new.status.start.post())
    new.config.put(cores=4)
    [row] = [row for row in new.pending.get() if row["key"] == "cores"]
    assert (int(row["value"]), int(row["pending"])) == (1, 4)


def test_a_snapshot_is_listed_until_it_is_deleted(api, new):
    assert done(api, new.snapshot.post(snapname="before", description="clean")) == "OK"
    assert [row["name"] for row in new.snapshot.get()] == ["before", "current"]
    assert done(api, new.snapshot("before").rollback.post()) == "OK"
    assert done(api, new.snapshot("before").delete()) == "OK"
    assert [row["name"] for row in new.snapshot.get()] == ["current"]


def test_a_task_has_a_log_that_ends_with_its_result(api, node, new):
    upid = new.status.start.post()
    lines = api.nodes(node).tasks(upid).log.get()
    assert [row["n"] for row in lines] == list(range(1, len(lines) + 1))
    assert lines[-1]["t"] == "TASK OK"


def test_what_is_not_there_is_refused_in_the_same_words(api, node):
    missing = (500, "500 Internal Server Error: Configuration file 'nodes/N/qemu-server/999.conf' does not exist")
    assert refusal(api.nodes(node).qemu(999).status.current.get) == missing
    assert refusal(api.nodes(node).qemu(999).config.get) == missing
    assert refusal(api.nodes(node).qemu(999).status.start.post) == missing
    assert refusal(api.pools("zz").get) == (500, "500 Internal Server Error: pool 'zz' does not exist")


def test_a_taken_vmid_is_refused_in_the_same_words(api, node):
    words = "500 Internal Server Error: unable to create VM 110: config file already exists"
    assert refusal(api.nodes(node).qemu(100).clone.post, newid=110) == (500, words)
    code, words = refusal(api.cluster.nextid.get, vmid=110)
    assert (code, "VM 110 already exists" in words) == (400, True)


def test_wrong_parameters_are_refused_in_the_same_words(api, node):
    guest = api.nodes(node).qemu(110)
    for call, args, word in [
        (guest.config.put, {"colour": "red"}, "property is not defined in schema"),
        (api.nodes(node).qemu(100).clone.post, {"newid": "x"}, "type check ('integer') failed - got 'x'"),
        (api.nodes(node).qemu(100).clone.post, {}, "property is missing and it is not optional"),
        (guest.snapshot.post, {"snapname": "9x"}, "invalid configuration ID '9x'"),
        (api.nodes(node).rrddata.get, {"timeframe": "eon"}, "does not have a value in the enumeration"),
        (guest.config.put, {"cores": 1, "digest": "0" * 40}, "checksum mismatch"),
    ]:
        _, words = refusal(call, **args)
        assert word in words


def test_permissions_are_told_path_by_path(api):
    held = api.access.permissions.get()
    assert held["/"]["VM.Audit"] == 1
