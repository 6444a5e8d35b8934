"""Secrets stay out of the log."""

import json

import pytest
import structlog

from bot.log import configure, redact

TOKEN = "bot@pve!threadform=01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        f"Authorization: PVEAPIToken={TOKEN}",
        "xoxb-1234-abcd",
        "xapp-1-A-2-b",
        "AIza" + "x" * 35,
        "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_secret_is_hidden_wherever_it_stands(secret):
    shown = redact(f"before {secret} after")
    assert secret not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


def test_the_password_of_a_url_is_hidden_and_its_host_is_not():
    assert redact("postgresql://u:hunter2@db.example/x") == "postgresql://[hidden]@db.example/x"


def test_plain_words_pass():
    assert redact("run 4f2 of alice@example.org planned") == "run 4f2 of alice@example.org planned"


def test_a_log_line_is_json_with_its_event_and_without_its_token(capsys):
    configure("json", "info")
    structlog.get_logger().info("run.planned", run="4f2", api_token=TOKEN, why=f"said {TOKEN}")
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "run.planned"
    assert line["run"] == "4f2"
    assert TOKEN not in json.dumps(line)


def test_below_its_level_the_log_is_silent(capsys):
    configure("json", "warning")
    structlog.get_logger().info("run.planned")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "url", ["redis://:hunter2@cache:6379/0", "unix://:hunter2@/run/kv.sock", "postgresql://bot:hunt@er2@db/tf"]
)
def test_a_password_in_a_url_is_hidden_however_it_stands_there(url):
    assert "er2" not in redact(url)


def test_a_secret_deep_inside_a_value_is_hidden(capsys):
    configure("json", "info")
    structlog.get_logger().info("x.happened", outcome={"why": ["redis://:hunter2@cache"], "api_token": "hunter3"})
    said = capsys.readouterr().err
    assert "hunter" not in said
    assert "x.happened" in said
