"""The compose file as a whole: what is started by default, what only on request, and what nobody outside reaches."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from bot.__main__ import _parser
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
MATTERMOST = SERVICES["mattermost"]


def test_a_real_mattermost_and_its_database_start_only_when_they_are_asked_for():
    asked = {name for name, service in SERVICES.items() if service.get("profiles") == ["mattermost"]}
    assert asked == {"mattermost", "mattermost-postgres"}
    assert all("profiles" not in SERVICES[name] for name in ("postgres", "redis", "migrate", "bot", "worker"))


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_has_a_version_and_every_port_is_this_machines_own(name):
    image = SERVICES[name]["image"]
    assert re.search(r":\d+(\.\d+)*(-\w+)?$", image), image
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@pytest.mark.parametrize("name", SERVICES)
def test_whoever_is_waited_for_says_when_it_is_ready(name):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other], other


def test_volumes_that_are_named_are_declared():
    named = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert named == set(COMPOSE["volumes"])


def test_what_the_compose_file_tells_threadform_are_settings_that_go_together(monkeypatch):
    told = COMPOSE["x-threadform"]["environment"]
    for name, value in told.items():
        chosen = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
        monkeypatch.setenv(name, re.sub(r"\$\{[^}]*\}", "x", chosen))
    monkeypatch.setenv("THREADFORM_MATTERMOST_URL", "http://mattermost:8065")
    monkeypatch.setenv("THREADFORM_MATTERMOST_TOKEN", "t")
    settings = Settings()
    assert {name.removeprefix("THREADFORM_").lower() for name in told} <= set(Settings.model_fields)
    assert settings.mattermost_callback == "http://bot:8766"
    assert settings.mattermost_callback_port == 8766
    assert not any("8766" in port for port in SERVICES["bot"]["ports"])
    assert MATTERMOST["environment"]["MM_SERVICESETTINGS_ALLOWEDUNTRUSTEDINTERNALCONNECTIONS"] == "bot"


def test_every_step_with_docker_on_the_page_is_a_command_that_exists():
    page = (ROOT / "docs" / "mattermost.md").read_text()
    steps = re.findall(r"docker compose (?:run --rm|exec) (bot|mattermost) (.+)", page)
    assert {service for service, _ in steps} == {"bot", "mattermost"}
    for service, words in steps:
        if service == "bot":
            assert _parser().parse_args(shlex.split(words)).command == "mattermost"
        else:
            assert words.startswith("/mattermost/bin/mmctl --local ")


def test_no_password_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text()
    assert re.findall(r"PASSWORD\w*:-", text) == []
    assert (
        "${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}@mattermost-postgres:5432/"
        in MATTERMOST["environment"]["MM_SQLSETTINGS_DATASOURCE"]
    )


def test_the_mattermost_may_make_bots_and_call_the_bot_and_nobody_may_sign_up():
    settings = MATTERMOST["environment"]
    assert settings["MM_SERVICESETTINGS_ENABLEBOTACCOUNTCREATION"] == "true"
    assert settings["MM_SERVICESETTINGS_ENABLEUSERACCESSTOKENS"] == "true"
    assert settings["MM_TEAMSETTINGS_ENABLEOPENSERVER"] == "false"
    assert settings["MM_SERVICESETTINGS_ALLOWEDUNTRUSTEDINTERNALCONNECTIONS"] in SERVICES
    assert all(isinstance(value, str) for value in settings.values())
