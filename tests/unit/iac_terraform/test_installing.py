"""Installing with what a machine has: a terraform that is too old, one that is no terraform, and no Go at all."""

import stat

import pytest

from iac.errors import Broken, ToolMissing
from iac.terraform.building import build
from iac.terraform.doctor import inspect
from iac.terraform.pins import INSTALL
from iac.terraform.toolchain import install, load

ANSWER = '{"terraform_version": "%s", "platform": "linux_amd64"}'


@pytest.fixture
def program(tmp_path):
    """A program that answers as it is told, and writes down what it was asked."""

    def make(version="1.9.0", rest="exit 1"):
        path = tmp_path / "terraform"
        said = f"echo \"$1\" >> '{tmp_path}/asked'; [ \"$1\" = version ] && echo '{ANSWER % version}' && exit 0"
        path.write_text(f"#!/bin/sh\n{said}\n{rest}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return make


@pytest.mark.parametrize("version", ["1.4.9", "0.15.5", "1.4.0-rc1"])
def test_a_terraform_that_is_too_old_is_refused_before_anything_is_done(program, tmp_path, version):
    with pytest.raises(ToolMissing, match=r"1\.5\.0 or newer is needed") as missing:
        install(tmp_path / "tools", binary=program(version))
    assert version in missing.value.why
    assert set((tmp_path / "asked").read_text().split()) == {"version"}
    assert [path.name for path in (tmp_path / "tools").iterdir()] == ["install.lock"]


def test_the_doctor_says_the_same_of_it(program, tmp_path):
    found = inspect(tmp_path / "tools", binary=program("1.4.9"))[0]
    assert not found.is_ok
    assert "1.4.9" in found.found
    assert "1.5.0 or newer" in found.mend


def test_a_terraform_that_breaks_half_way_is_told_in_its_own_words_and_leaves_no_stamp(program, tmp_path):
    with pytest.raises(Broken, match="the disk is on fire"):
        install(tmp_path / "tools", binary=program(rest="echo 'the disk is on fire' >&2; exit 1"))
    assert not list((tmp_path / "tools").glob("*/stamp.json"))


def test_what_broke_half_way_holds_no_lock_against_the_next_one(program, tmp_path):
    for _ in range(2):
        with pytest.raises(Broken, match="on fire"):
            install(tmp_path / "tools", binary=program(rest="echo 'on fire' >&2; exit 1"))


def test_a_terraform_that_names_no_host_is_not_believed(program, tmp_path):
    with pytest.raises(Broken, match="asking for the provider's host"):
        install(tmp_path / "tools", binary=program(rest="echo nothing of the kind; exit 0"))


def test_a_binary_that_nobody_installed_for_is_not_used(program, tmp_path):
    with pytest.raises(ToolMissing, match=INSTALL):
        load(tmp_path, binary=program())


def test_without_go_nothing_is_built_and_the_three_ways_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    said = []
    with pytest.raises(ToolMissing, match="three ways") as missing:
        build("provider", "x", tmp_path / "bin" / "provider", said.append)
    assert missing.value.why.endswith(f"then run: {INSTALL}")
    assert said == []
    assert not (tmp_path / "bin").exists()
