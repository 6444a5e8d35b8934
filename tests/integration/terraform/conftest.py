"""A cluster of its own for each test, and a planner that plans against it."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from iac.lab.control import LabControl
from iac.lab.server import RunningLab, serve
from iac.plan import Plan
from iac.spec import PlacedGuest
from iac.terraform.applier import Applied, Applier
from iac.terraform.environment import Credentials
from iac.terraform.planner import TerraformPlanner
from iac.terraform.state import read_state
from iac.terraform.toolchain import Toolchain
from tests.fixtures.stacks import stack

NOWHERE = Credentials("https://127.0.0.1:9/", "bot@pve!test=00000000-0000-0000-0000-0000000000aa")


class Bench:
    """Plans and applies one stack after another, as the product does: a directory a run, the state handed on."""

    def __init__(self, toolchain: Toolchain, home: Path, credentials: Credentials) -> None:
        self.toolchain, self.home, self.credentials = toolchain, home, credentials
        self.planner = TerraformPlanner(toolchain, home, credentials)
        self.state: bytes | None = None
        self.runs = 0

    async def plan(self, *guests: PlacedGuest, planner: TerraformPlanner | None = None) -> Plan:
        self.runs += 1
        return await (planner or self.planner).plan(self.run_id, stack(*guests), self.state)

    def apply(self, digest: str, on_event: Callable[..., None] = lambda _: None, seconds: float = 240) -> Applied:
        applier = self.applier(on_event, seconds)
        try:
            applied = applier.apply(digest)
        finally:
            applier.let_go()
        found = read_state(self.directory)
        self.state = found[1] if found else self.state
        return applied

    def applier(self, on_event: Callable[..., None] = lambda _: None, seconds: float = 240) -> Applier:
        return Applier(self.toolchain, self.credentials, self.directory, seconds, on_event)

    @property
    def run_id(self) -> str:
        return f"run{self.runs}"

    @property
    def directory(self) -> Path:
        return self.home / self.run_id


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
