"""What the environment may say."""

import pytest
from pydantic import ValidationError

from bot.settings import NetworkSetting, Settings


def test_with_nothing_set_the_lab_stands_in_and_three_people_are_there():
    settings = Settings()
    assert settings.is_lab
    assert [p.name for p in settings.everybody if p.id.startswith("web:")] == ["Alice", "Bob", "Carol"]
    assert settings.database.startswith("sqlite+aiosqlite:///")
    assert "mainvnet" in settings.address_pools


def test_a_real_cluster_needs_a_token():
    with pytest.raises(ValidationError, match="THREADFORM_PVE_TOKEN"):
        Settings(pve_endpoint="https://pve.example:8006")


def test_a_real_cluster_needs_named_people_never_the_invented_ones():
    with pytest.raises(ValidationError, match="THREADFORM_PEOPLE"):
        Settings(pve_endpoint="https://pve.example:8006", pve_token="t")


def test_a_cluster_is_never_spoken_to_in_clear():
    with pytest.raises(ValidationError, match="https://"):
        Settings(pve_endpoint="http://pve.example:8006", pve_token="t")


def test_an_unknown_default_environment_is_loud():
    with pytest.raises(ValidationError, match="none of the environments"):
        Settings(default_environment="qa")


def test_people_and_networks_come_as_json(monkeypatch):
    monkeypatch.setenv("THREADFORM_PEOPLE", '[{"id": "slack:U1", "name": "Zoé", "roles": ["approver"]}]')
    monkeypatch.setenv("THREADFORM_NETWORKS", '{"vmbr0": {"first": "10.0.0.5", "last": "10.0.0.7", "prefix": 24}}')
    settings = Settings()
    assert settings.everybody[0].name == "Zoé"
    assert [a.ip for a in settings.address_pools["vmbr0"].addresses()] == ["10.0.0.5", "10.0.0.6", "10.0.0.7"]


def test_a_range_that_runs_backwards_is_refused():
    with pytest.raises(ValidationError, match="comes before"):
        NetworkSetting.model_validate({"first": "10.0.0.9", "last": "10.0.0.5", "prefix": 24})


def test_a_secret_is_not_printed():
    settings = Settings(pve_endpoint="https://pve:8006", pve_token="bot@pve!x=1234", people=Settings().everybody)
    assert "1234" not in repr(settings)


@pytest.mark.parametrize("name", ["GEMINI_API_KEY", "GOOGLE_API_KEY", "THREADFORM_GEMINI_KEY"])
def test_a_gemini_key_is_found_under_each_of_its_names(monkeypatch, name):
    monkeypatch.setenv(name, "AIza-test")
    key = Settings().gemini_key
    assert key is not None
    assert key.get_secret_value() == "AIza-test"
