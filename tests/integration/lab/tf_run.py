"""The real terraform with the real provider against one lab, the way a test needs it."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from iac.lab.access import LabAccess
from iac.terraform.pins import PROVIDER, PROVIDER_VERSION
from iac.terraform.toolchain import Toolchain

NETWORK_KEYS = "bridge disconnected enabled firewall mac_address model mtu queues rate_limit trunks vlan_id"
SECONDS = 280


@dataclass
class Terraform:
    toolchain: Toolchain
    folder: Path
    access: LabAccess
    resources: dict[str, Any] = field(default_factory=dict)

    def prepare(self) -> None:
        """Init with the product's own mirror and lock file."""
        shutil.copy(self.toolchain.lock, self.folder)
        self.write()
        self.run("init", "-input=false", "-lockfile=readonly")

    def write(self) -> None:
        needs = {"required_providers": {"proxmox": {"source": PROVIDER, "version": PROVIDER_VERSION}}}
        whole: dict[str, Any] = {"terraform": needs, "provider": {"proxmox": {}}}
        whole |= {"resource": self.resources} if self.resources else {}
        (self.folder / "main.tf.json").write_text(json.dumps(whole))

    def run(self, *words: str, codes: tuple[int, ...] = (0,)) -> int:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
        environment |= {
            "TF_CLI_CONFIG_FILE": str(self.toolchain.config),
            "CHECKPOINT_DISABLE": "1",
            "PROXMOX_VE_ENDPOINT": self.access.endpoint,
            "PROXMOX_VE_API_TOKEN": self.access.bot_token,
            "SSL_CERT_FILE": str(self.access.ca_path),
        }
        done = subprocess.run(
            [str(self.toolchain.binary.path), *words, "-no-color"],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode in codes, done.stdout + done.stderr
        return done.returncode

    def apply(self, **resources: Any) -> None:
        """Change the configuration, apply it, and insist that nothing is left to do."""
        self.resources = {**self.resources, **resources}
        self.write()
        self.run("apply", "-auto-approve", "-input=false")
        assert self.run("plan", "-detailed-exitcode", "-input=false", codes=(0, 2)) == 0


def guest(**more: Any) -> dict[str, Any]:
    """A guest the way the product asks for one, cloned from the lab's Ubuntu template."""
    card = dict.fromkeys(NETWORK_KEYS.split()) | {"bridge": "mainvnet"}
    address = {"address": "192.168.20.5/16", "gateway": "192.168.0.1"}
    account = {"username": "ubuntu", "keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIInvented name"]}
    cloudinit = {"datastore_id": "ceph-vm", "ip_config": [{"ipv4": [address]}], "user_account": [account]}
    return {
        "name": "api01",
        "node_name": "pmox02",
        "vm_id": 130,
        "pool_id": "staging",
        "tags": ["staging", "bot"],
        "on_boot": True,
        "stop_on_destroy": True,
        "reboot_after_update": False,
        "clone": [{"vm_id": 100, "node_name": "pmox01", "full": True}],
        "agent": [{"enabled": True, "wait_for_ip": [{"disabled": True}]}],
        "cpu": [{"cores": 2, "type": "host"}],
        "memory": [{"dedicated": 2048}],
        "disk": [{"datastore_id": "ceph-vm", "interface": "scsi0", "size": 20}],
        "network_device": [card],
        "initialization": [cloudinit],
        "lifecycle": [{"ignore_changes": ["node_name", "clone", "started"]}],
    } | more
