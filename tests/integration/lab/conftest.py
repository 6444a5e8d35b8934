"""A lab in this process for each test."""

import pytest

from iac.lab.control import LabControl
from iac.lab.server import serve
from tests.integration.lab.pve_client import Pve


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
