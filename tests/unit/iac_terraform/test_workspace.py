"""One private directory a run."""

import stat

import pytest

from iac.errors import Broken
from iac.workspace import Skeleton, Workspace, write

FILES = {"main.tf": b"a", "modules/vm/main.tf": b"b"}


@pytest.fixture
def skeleton(tmp_path):
    ready = tmp_path / "skeleton"
    (ready / "providers").mkdir(parents=True)
    (ready / "providers" / "linux_amd64").symlink_to("/somewhere")
    lock = tmp_path / "lock"
    lock.write_bytes(b"locked")
    return Skeleton(ready, lock)


def test_everything_in_it_is_for_its_owner_alone(tmp_path, skeleton):
    workspace = write(tmp_path / "runs" / "r1", FILES, b"{}", skeleton)
    for path in (p for p in workspace.directory.rglob("*") if not p.is_symlink() and workspace.ready not in p.parents):
        if path != workspace.ready:
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert workspace.state_file.read_bytes() == b"{}"
    assert workspace.lock_file.read_bytes() == b"locked"


def test_the_provider_is_linked_never_copied(tmp_path, skeleton):
    workspace = write(tmp_path / "r1", FILES, None, skeleton)
    assert (workspace.ready / "providers" / "linux_amd64").is_symlink()
    assert not workspace.state_file.exists()


def test_nothing_of_an_earlier_plan_is_left(tmp_path, skeleton):
    first = write(tmp_path / "r1", FILES | {"old.tf": b"x"}, b"{}", skeleton)
    first.plan_file.write_bytes(b"plan")
    again = write(tmp_path / "r1", FILES, None, skeleton)
    assert not again.plan_file.exists()
    assert not again.state_file.exists()
    assert not (again.directory / "old.tf").exists()


def test_what_an_apply_left_is_never_overwritten(tmp_path, skeleton):
    workspace = write(tmp_path / "r1", FILES, b"{}", skeleton)
    workspace.events_file.touch()
    with pytest.raises(Broken, match="has begun"):
        write(tmp_path / "r1", {}, None, skeleton)
    assert Workspace(tmp_path / "r1").state_file.read_bytes() == b"{}"
