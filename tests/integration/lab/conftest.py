"""A lab in this process for each test; the real terraform and the real provider where they are."""

import os
import shutil
from pathlib import Path

import pytest

from iac.lab.control import LabControl
from iac.lab.server import serve
from tests.integration.lab.pve_client import Pve

ROOT = Path(__file__).resolve().parents[3]
PROVIDER = "bpg/proxmox/0.111.1/linux_amd64/terraform-provider-proxmox*"


@pytest.fixture
async def lab(tmp_path):
    async with await serve(tmp_path / "lab", pace=0) as running:
        yield running


@pytest.fixture
async def pve(lab):
    client = Pve.of(lab.access, lab.access.admin_token)
    yield client
    await client.client.aclose()


@pytest.fixture
async def bot(lab):
    client = Pve.of(lab.access, lab.access.bot_token)
    yield client
    await client.client.aclose()


@pytest.fixture
async def steer(lab):
    """Does to the lab what ``LabControl`` would, without leaving this process's one thread."""
    return lambda verb, **args: lab.door._steered(verb, args)


@pytest.fixture
def control():
    """Makes a ``LabControl`` for a lab in another process."""
    made = []

    def make(access):
        made.append(LabControl(access))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="session")
def provider_binary():
    named = os.environ.get("THREADFORM_PROVIDER_BIN")
    found = [Path(named)] if named else sorted((ROOT / ".threadform" / "tools").glob(f"**/{PROVIDER}"))
    if not found or not found[0].is_file():
        pytest.skip("no bpg/proxmox provider: set THREADFORM_PROVIDER_BIN, or let `make` fill .threadform/tools")
    return found[0]


@pytest.fixture(scope="session")
def terraform_binary():
    found = os.environ.get("THREADFORM_TF_BIN") or shutil.which("terraform") or shutil.which("tofu")
    if not found:
        pytest.skip("neither terraform nor tofu is on PATH")
    return found
