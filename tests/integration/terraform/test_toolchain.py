"""Installing: once, quickly the second time, and never trusting what is not what was installed."""

import shutil
import threading
from dataclasses import replace

import pytest

from iac.errors import ToolMissing
from iac.terraform import doctor
from iac.terraform.building import build
from iac.terraform.doctor import inspect
from iac.terraform.pins import BUILT_VERSION, INSTALL, PROVIDER_VERSION, SOURCES
from iac.terraform.toolchain import install, load

pytestmark = pytest.mark.terraform


@pytest.fixture
def home(toolchain, tmp_path):
    """A home that holds the provider already, so that nothing is built or downloaded."""
    provider = replace(toolchain.mirror, home=tmp_path / "tools").provider
    provider.parent.mkdir(parents=True)
    shutil.copy(toolchain.mirror.provider, provider)
    return tmp_path / "tools"


@pytest.fixture
def binary(toolchain):
    return str(toolchain.binary.path)


def test_the_second_time_is_quick_and_says_nothing(home, binary):
    heard = []
    first = install(home, binary=binary, say=heard.append)
    assert heard
    heard.clear()
    assert install(home, binary=binary, say=heard.append) == first
    assert heard == [], "what takes time is said"


def test_it_asks_no_network_for_providers_and_the_lock_file_names_one_build(home, binary):
    chain = install(home, binary=binary)
    assert "direct" not in chain.config.read_text()
    assert str(chain.mirror.directory) in chain.config.read_text()
    lock = chain.lock.read_text()
    assert f'version     = "{PROVIDER_VERSION}"' in lock
    assert lock.count('"h1:') == 1


def test_two_processes_that_install_at_once_do_not_disturb_each_other(home, binary):
    found = []
    threads = [threading.Thread(target=lambda: found.append(install(home, binary=binary))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(map(str, found))) == 1


def test_where_nothing_is_installed_the_command_is_named(tmp_path, binary):
    with pytest.raises(ToolMissing, match=INSTALL):
        load(tmp_path, binary=binary)


def test_another_provider_than_the_installed_one_is_never_used(home, binary):
    chain = install(home, binary=binary)
    with chain.mirror.provider.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ToolMissing, match="not the one installed"):
        load(home, binary=binary)


def test_a_lock_file_that_is_gone_is_written_again(home, binary):
    chain = install(home, binary=binary)
    chain.lock.unlink()
    with pytest.raises(ToolMissing, match="lock file"):
        load(home, binary=binary)
    assert install(home, binary=binary).lock.exists()


def test_a_half_written_stamp_counts_as_nothing(home, binary):
    chain = install(home, binary=binary)
    chain.stamp.write_text(chain.stamp.read_text()[:20])
    with pytest.raises(ToolMissing):
        load(home, binary=binary)
    assert install(home, binary=binary) == chain


def test_the_doctor_finds_everything_well_after_an_installation(home, binary):
    install(home, binary=binary)
    assert all(finding.is_ok and not finding.mend for finding in inspect(home, binary=binary))
    names = [finding.name for finding in inspect(home, binary=binary)]
    assert names == ["terraform or tofu", f"provider bpg/proxmox {PROVIDER_VERSION}", "go"]


def test_the_doctor_names_the_command_for_what_is_missing(tmp_path, binary):
    found = {finding.name: finding for finding in inspect(tmp_path, binary=binary)}
    provider = found[f"provider bpg/proxmox {PROVIDER_VERSION}"]
    assert (provider.found, provider.is_ok) == (None, False)
    assert INSTALL in provider.mend
    assert list(tmp_path.iterdir()) == [], "a doctor only looks"


def test_a_machine_with_nothing_hears_of_all_three_ways(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing) as missing:
        install(tmp_path / "tools")
    for way in ("install Go", "registry", "on PATH"):
        assert way in missing.value.why
    go = next(finding for finding in inspect(tmp_path / "tools") if finding.name == doctor.GO)
    assert not go.is_ok
    assert "three ways" in go.mend


def test_a_wrong_setting_is_told_by_the_doctor_too(tmp_path):
    found = inspect(tmp_path, binary=str(tmp_path / "nothing"))[0]
    assert not found.is_ok
    assert "THREADFORM_TF_BIN" in found.mend


def test_both_builds_are_pinned_to_the_last_checksum():
    for name, wanted in (("provider", f"v{PROVIDER_VERSION}"), ("terraform", f"v{BUILT_VERSION}")):
        assert wanted in (SOURCES / name / "go.mod").read_text()
        sums = (SOURCES / name / "go.sum").read_text().splitlines()
        assert len(sums) > 50
        assert all(" h1:" in line for line in sums)


@pytest.mark.skipif(shutil.which("go") is None, reason="there is no Go here")
def test_a_build_that_fails_leaves_nothing_behind(tmp_path):
    with pytest.raises(Exception, match="no-such-package"):
        build("provider", "example.invalid/no-such-package", tmp_path / "bin" / "x", lambda _: None)
    assert list((tmp_path / "bin").iterdir()) == []
