"""The eye against a fake of the PVE API that somebody else wrote, in its own process."""

import select
import subprocess
import sys
from importlib.util import find_spec

import pytest

from iac.proxmox import Access, ProxmoxEye

pytestmark = [
    pytest.mark.skipif(find_spec("fakepve") is None, reason="fakepve is not installed"),
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
]
TOKEN = "root@pam!eye"
SECRET = "11111111-2222-4333-8444-555555555555"
ITS_OWN_PROGRAM = f"""
import asyncio, sys
from fakepve.certs import make_cert
from fakepve.server import FakePve

async def serve():
    pve = FakePve(host="127.0.0.1", port=0)
    pve.apitokens["{TOKEN}"] = "{SECRET}"
    pve.add_vm(100, "ubuntu-2404-cloud", template=True, config={{"scsi0": "local-lvm:base-100-disk-0,size=4G"}})
    pve.add_vm(101, "web01", status="running", config={{"cores": 2, "memory": "2048"}})
    cert, key, _ = make_cert(sys.argv[1], hosts=("127.0.0.1",))
    await pve.start(cert, key)
    print(f"https://127.0.0.1:{{pve.port}}", flush=True)
    await asyncio.Event().wait()

asyncio.run(serve())
"""


@pytest.fixture
def endpoint(tmp_path):
    command = [sys.executable, "-c", ITS_OWN_PROGRAM, str(tmp_path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert select.select([child.stdout], [], [], 120)[0], "the third-party fake did not start"
        yield child.stdout.readline().strip()
    finally:
        child.terminate()
        child.wait(60)
        child.stdout.close()


async def test_its_cluster_is_read(endpoint):
    inventory = await ProxmoxEye(Access(endpoint, f"{TOKEN}={SECRET}", is_insecure=True), seconds=60).read()
    assert {(g.vmid, g.name, g.is_template) for g in inventory.guests} == {
        (100, "ubuntu-2404-cloud", True),
        (101, "web01", False),
    }
    assert inventory.is_quorate
    assert all(n.is_online and n.cores and n.memory_bytes for n in inventory.nodes)
    assert inventory.templates[0].storages == ("local-lvm",)
