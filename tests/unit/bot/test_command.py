"""The command: what was asked wrongly is said with the setting's name, and nothing is started."""

import json
import re

import pytest

from bot.__main__ import main
from bot.cli.settings import table
from bot.settings import Settings


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("argv", [[], ["dance"], ["demo", "--port", "many"], ["tools", "remove"], ["serve", "--fast"]])
def test_what_is_no_command_exits_with_2_and_the_usage(argv, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(argv)
    assert stopped.value.code == 2
    assert "usage: threadform" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THREADFORM_WEB_PORT", "http"),
        ("THREADFORM_BEAT_SECONDS", "1"),
        ("THREADFORM_LOG_LEVEL", "loud"),
        ("THREADFORM_PEOPLE", '[{"id": "web:a"}]'),
        ("THREADFORM_PVE_ENDPOINT", "https://pve.example:8006"),
        ("THREADFORM_PEOPLE", "Ann, Ben"),
        ("THREADFORM_LIMITS", "{"),
    ],
)
def test_a_setting_that_is_wrong_exits_with_2_and_its_name(monkeypatch, capsys, name, value):
    monkeypatch.setenv(name, value)
    assert main(["doctor"]) == 2
    assert name in capsys.readouterr().err


def test_a_misspelt_setting_is_not_passed_over(monkeypatch, capsys):
    monkeypatch.setenv("THREADFORM_PVE_ENDPONT", "https://pve.example:8006")
    assert main(["doctor"]) == 2
    said = capsys.readouterr().err
    assert "THREADFORM_PVE_ENDPONT" in said
    assert "did you mean THREADFORM_PVE_ENDPOINT" in said


def test_what_a_platform_sets_for_a_service_of_our_name_is_left_alone(monkeypatch):
    monkeypatch.setenv("THREADFORM_PORT", "tcp://10.0.0.1:8765")
    monkeypatch.setenv("THREADFORM_SERVICE_HOST", "10.0.0.1")
    assert main(["settings"]) == 0


def test_a_wrong_secret_is_not_repeated(monkeypatch, capsys):
    monkeypatch.setenv("THREADFORM_PVE_TOKEN", "bot@pve!x=hunter2")
    monkeypatch.setenv("THREADFORM_PVE_ENDPOINT", "http://pve.example")
    assert main(["doctor"]) == 2
    assert "hunter2" not in capsys.readouterr().err


@pytest.mark.parametrize("command", ["migrate", "serve", "demo", "chat"])
def test_a_home_that_cannot_be_made_is_a_sentence_and_not_a_traceback(monkeypatch, tmp_path, capsys, command):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("THREADFORM_HOME", str(tmp_path / "file" / "home"))
    assert main([command]) == 1
    said = capsys.readouterr().err
    assert f"threadform {command}:" in said
    assert "file" in said


def test_the_table_of_settings_names_every_one_and_tells_what_it_means():
    rows = dict(re.findall(r"^\| `(THREADFORM_\w+)` \|[^|]*\| (.+) \|$", table(), re.MULTILINE))
    assert rows.keys() == {f"THREADFORM_{name.upper()}" for name in Settings.model_fields}
    assert all(len(meaning) > 5 and meaning != "None" for meaning in rows.values())


def test_the_table_is_printed(capsys):
    assert main(["settings"]) == 0
    assert "THREADFORM_HOME" in capsys.readouterr().out


def test_the_doctor_names_what_is_missing_and_the_command_that_mends_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("THREADFORM_TOOLS_HOME", str(tmp_path / "tools"))
    monkeypatch.setenv("THREADFORM_TF_BIN", str(tmp_path / "no-terraform"))
    assert main(["doctor", "--json"]) == 1
    lines = {line["name"]: line for line in json.loads(capsys.readouterr().out)}
    missing = [line for line in lines.values() if line["is_needed"] and not line["is_ok"]]
    assert missing
    assert all(line["mend"] for line in missing)
    assert lines["python"]["is_ok"]
    assert "lab stands in" in lines["cluster"]["found"]


def test_the_doctor_shows_no_password(monkeypatch, capsys):
    monkeypatch.setenv("THREADFORM_REDIS_URL", "redis://:hunter2@cache:6379/0")
    monkeypatch.setenv("THREADFORM_DATABASE_URL", "postgresql://bot:hunter2@db/tf")
    main(["doctor"])
    assert "hunter2" not in capsys.readouterr().out


def test_a_cluster_that_does_not_answer_is_a_finding_with_a_way_on(monkeypatch, capsys):
    monkeypatch.setenv("THREADFORM_PVE_ENDPOINT", "https://127.0.0.1:9")
    monkeypatch.setenv("THREADFORM_PVE_TOKEN", "bot@pve!x=hunter2")
    monkeypatch.setenv("THREADFORM_PVE_SECONDS", "1")
    monkeypatch.setenv("THREADFORM_PEOPLE", '[{"id": "web:a", "name": "A", "roles": ["approver"]}]')
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "MISSING  cluster: https://127.0.0.1:9" in said
    assert "THREADFORM_PVE_ENDPOINT, _TOKEN and _CA" in said
    assert "hunter2" not in said


def test_the_doctor_names_every_model_in_its_order(monkeypatch, tmp_path, capsys):
    told = {"HOME": str(tmp_path), "GEMINI_KEY": "k", "LOCAL_URL": "http://127.0.0.1:1/v1", "LOCAL_MODEL": "llama"}
    for name, value in told.items():
        monkeypatch.setenv(f"THREADFORM_{name}", value)
    main(["doctor"])
    line = "model: gemini:gemini-2.5-flash (price not known), then local:llama, then the offline rules"
    assert line in capsys.readouterr().out
