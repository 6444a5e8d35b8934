"""A cluster of its own for each test, and a planner that plans against it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from iac.lab.control import LabControl
from iac.lab.server import RunningLab, serve
from iac.terraform.environment import Credentials
from iac.terraform.toolchain import Toolchain
from tests.fixtures.workbench import Bench

NOWHERE = Credentials("https://127.0.0.1:9/", "bot@pve!test=00000000-0000-0000-0000-0000000000aa")


@pytest.fixture
def offline(toolchain: Toolchain, tmp_path: Path) -> Bench:
    """No cluster at all: a plan of new guests needs none."""
    return Bench(toolchain, tmp_path / "runs", NOWHERE)


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[RunningLab]:
    (tmp_path / "lab").mkdir()
    async with await serve(tmp_path / "lab", pace=0) as running:
        yield running


@pytest.fixture
def bench(lab: RunningLab, toolchain: Toolchain, tmp_path: Path) -> Bench:
    access = lab.access
    return Bench(toolchain, tmp_path / "runs", Credentials(access.endpoint, access.bot_token, access.ca_path))


@pytest.fixture
def control(lab: RunningLab) -> Iterator[LabControl]:
    """It blocks: call it from a thread, the lab answers in this loop."""
    with LabControl(lab.access) as steering:
        yield steering
