"""The real terraform with the real provider makes, changes, protects and destroys a guest of the lab."""

import httpx
import pytest

from iac.lab import child
from iac.lab.trust import trusting
from tests.integration.lab.tf_run import Terraform, guest

pytestmark = pytest.mark.terraform
VM = "proxmox_virtual_environment_vm"


@pytest.fixture
def served(tmp_path):
    lab = child.start(tmp_path / "lab", pace=0.05)
    yield lab
    lab.stop()


@pytest.fixture
def terraform(tmp_path, served, toolchain):
    (tmp_path / "stack").mkdir()
    made = Terraform(toolchain, tmp_path / "stack", served.access)
    made.prepare()
    return made


@pytest.fixture
def seen(served):
    """Reads the lab as an administrator."""
    headers = {"Authorization": f"PVEAPIToken={served.access.admin_token}"}
    base = f"{served.access.endpoint}/api2/json"
    with httpx.Client(base_url=base, verify=trusting(served.access), headers=headers) as client:
        yield lambda path: client.get(path).json()["data"]


def test_a_guest_is_cloned_changed_put_under_ha_and_destroyed(terraform, seen, served, control):
    terraform.apply(**{VM: {"api01": guest()}})
    config = seen("/nodes/pmox02/qemu/130/config")
    assert (config["name"], config["cores"], config["memory"]) == ("api01", 2, "2048")
    assert "size=20G" in config["scsi0"]
    assert seen("/nodes/pmox02/qemu/130/status/current")["status"] == "running"
    assert seen("/nodes/pmox02/qemu/130/agent/network-get-interfaces")["result"][1]["ip-addresses"][0] == {
        "ip-address": "192.168.20.5",
        "ip-address-type": "ipv4",
        "prefix": 16,
    }
    assert "192.168.20.5" in control(served.access).reach()

    resource = {"vm": {"resource_id": "vm:130", "state": "started", "depends_on": [f"{VM}.api01"]}}
    terraform.apply(**{VM: {"api01": guest(cpu=[{"cores": 4, "type": "host"}])}, "proxmox_haresource": resource})
    pending = {row["key"]: row.get("pending") for row in seen("/nodes/pmox02/qemu/130/pending")}
    assert pending["cores"] == 4
    assert "vm:130" in [row["sid"] for row in seen("/cluster/ha/resources")]

    terraform.run("destroy", "-auto-approve", "-input=false")
    assert not [row for row in seen("/cluster/resources?type=vm") if row["vmid"] == 130]
    assert "vm:130" not in [row["sid"] for row in seen("/cluster/ha/resources")]


def test_a_guest_that_ha_moved_is_not_planned_again(terraform, served, control):
    terraform.apply(**{VM: {"api01": guest()}})
    control(served.access).move_guest(130, "pmox03")
    assert terraform.run("plan", "-detailed-exitcode", "-input=false", codes=(0, 2)) == 0


def test_a_clone_that_fails_leaves_nothing_behind(terraform, served, seen, control):
    control(served.access).fault("task_error", "^qmclone$", text="clone failed: no space left", times=1)
    terraform.resources = {VM: {"api01": guest()}}
    terraform.write()
    terraform.run("apply", "-auto-approve", "-input=false", codes=(1,))
    assert not [row for row in seen("/cluster/resources?type=vm") if row["vmid"] == 130]
    terraform.apply()
