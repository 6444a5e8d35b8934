"""Which terraform is taken, and what is said when there is none that will do."""

import json
import stat

import pytest

from iac.errors import ToolMissing
from iac.terraform.binary import Binary, ask, check, find, parse_version


def program(path, body):
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def answering(path, version="1.9.0", platform="linux_amd64"):
    return program(path, f"echo '{json.dumps({'terraform_version': version, 'platform': platform})}'")


@pytest.fixture
def only_here(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}")
    return tmp_path


def test_tofu_is_taken_before_terraform(only_here):
    answering(only_here / "terraform")
    assert find(None) == only_here / "terraform"
    answering(only_here / "tofu")
    assert find(None) == only_here / "tofu"


def test_where_neither_is_on_path_nothing_is_found(only_here):
    assert find(None) is None


def test_a_named_binary_wins_and_a_wrong_name_is_not_passed_over(only_here):
    answering(only_here / "terraform")
    named = answering(only_here / "mine")
    assert find(str(named)) == named
    with pytest.raises(ToolMissing, match="THREADFORM_TF_BIN"):
        find(str(only_here / "nothing"))


def test_it_says_who_it_is(tmp_path):
    assert ask(answering(tmp_path / "tofu", "1.6.2")) == Binary(tmp_path / "tofu", "tofu", "1.6.2", "linux_amd64")


@pytest.mark.parametrize(
    "body", ["echo hello", "echo '{}'", "echo '[]'", "exit 3", "echo '{\"terraform_version\": 1}'"]
)
def test_a_program_that_is_not_terraform_is_refused(tmp_path, body):
    with pytest.raises(ToolMissing, match="does not answer"):
        ask(program(tmp_path / "terraform", body))


def test_the_environment_that_others_set_does_not_reach_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "/nowhere/at/all")
    monkeypatch.setenv("TF_LOG", "trace")
    answer = json.dumps({"terraform_version": "1.9.0", "platform": "x"})
    asked = ask(program(tmp_path / "terraform", f"env > '{tmp_path}/seen'\necho '{answer}'"))
    assert asked.version == "1.9.0"
    seen = dict(line.partition("=")[::2] for line in (tmp_path / "seen").read_text().splitlines())
    assert "TF_LOG" not in seen
    assert "TF_CLI_CONFIG_FILE" not in seen
    assert seen["CHECKPOINT_DISABLE"] == "1"


@pytest.mark.parametrize(
    ("version", "is_enough"),
    [("1.4.9", False), ("1.5.0", True), ("1.5.7", True), ("1.11.4", True), ("1.10.0-rc1", True), ("0.15.0", False)],
)
def test_one_point_five_is_the_oldest(tmp_path, version, is_enough):
    binary = Binary(tmp_path, "terraform", version, "linux_amd64")
    assert binary.is_new_enough is is_enough
    if is_enough:
        assert check(binary) is binary
    else:
        with pytest.raises(ToolMissing, match=r"1\.5\.0 or newer"):
            check(binary)


def test_versions_compare_as_numbers():
    assert parse_version("1.11.4") > parse_version("1.9.9")
