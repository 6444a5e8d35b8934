"""A plan made on one machine is applied on another whose disk is empty: exactly that plan, or none."""

import asyncio
import shutil

import pytest

from iac.errors import Broken, Refused
from iac.plan import digest_of
from iac.terraform.skeleton import warm
from iac.terraform.state import read_state
from iac.workspace import Workspace, pack, unpack
from tests.fixtures.stacks import guest

pytestmark = pytest.mark.terraform


async def moved(bench):
    """The directory of the last plan as an archive; the disk is empty afterwards."""
    files = await asyncio.to_thread(pack, bench.directory)
    await asyncio.to_thread(shutil.rmtree, bench.home)
    return files


async def test_the_approved_plan_is_applied_from_an_empty_disk(bench, lab):
    plan = await bench.plan(guest())
    files = await moved(bench)
    unpack(bench.directory, files, warm(bench.toolchain))
    assert digest_of(Workspace(bench.directory).plan_file.read_bytes()) == plan.digest
    applied = await asyncio.to_thread(bench.apply, plan.digest)
    assert applied.errors == ()
    assert "1000" in lab.lab.world.guests
    assert read_state(bench.directory) is not None
    assert not (await bench.plan(guest())).has_changes


async def test_a_change_of_something_that_stands_goes_on_from_its_state(bench):
    first = await bench.plan(guest())
    assert (await asyncio.to_thread(bench.apply, first.digest)).errors == ()
    second = await bench.plan(guest(cores=8))
    files = await moved(bench)
    unpack(bench.directory, files, warm(bench.toolchain))
    assert (await asyncio.to_thread(bench.apply, second.digest)).errors == ()
    found = read_state(bench.directory)
    assert found is not None
    assert b'"cores": 8' in found[1]


async def test_a_plan_that_was_changed_on_the_way_is_refused(bench, lab):
    plan = await bench.plan(guest())
    files = await moved(bench)
    unpack(bench.directory, files, warm(bench.toolchain))
    path = Workspace(bench.directory).plan_file
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(Refused) as no:
        await asyncio.to_thread(bench.apply, plan.digest)
    assert no.value.sentence.key == "terraform.plan_changed"
    assert "1000" not in lab.lab.world.guests


async def test_a_directory_in_which_an_apply_has_begun_is_evidence_and_is_not_written_over(bench):
    plan = await bench.plan(guest())
    files = await asyncio.to_thread(pack, bench.directory)
    await asyncio.to_thread(bench.apply, plan.digest)
    with pytest.raises(Broken, match="begun"):
        unpack(bench.directory, files, warm(bench.toolchain))


async def test_the_archive_holds_no_trace_of_an_apply_and_no_provider(bench, tmp_path):
    plan = await bench.plan(guest())
    before = pack(bench.directory)
    await asyncio.to_thread(bench.apply, plan.digest)
    unpack(tmp_path / "b", before, warm(bench.toolchain))
    assert not Workspace(tmp_path / "b").events_file.exists()
    assert len(before) < 200_000
