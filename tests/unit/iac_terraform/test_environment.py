"""What terraform's processes are told, and what they never are."""

from pathlib import Path

from iac.terraform.door import mask
from iac.terraform.environment import Credentials, for_go, for_provider, for_terraform

SECRET = "11111111-2222-3333-4444-555555555555"
KEYS = Credentials("https://pve:8006/", f"bot@pve!x={SECRET}", Path("/ca.pem"), is_insecure=True)


def test_a_credential_never_shows_its_token():
    assert SECRET not in repr(KEYS)
    assert SECRET not in str(KEYS)


def test_the_provider_finds_what_it_needs():
    found = for_terraform(Path("/c.tfrc"), KEYS)
    assert found["PROXMOX_VE_ENDPOINT"] == "https://pve:8006/"
    assert found["PROXMOX_VE_API_TOKEN"] == KEYS.api_token
    assert (found["SSL_CERT_FILE"], found["PROXMOX_VE_INSECURE"]) == ("/ca.pem", "true")
    assert found["TF_CLI_CONFIG_FILE"] == "/c.tfrc"


def test_a_certificate_is_checked_unless_told_otherwise():
    assert "PROXMOX_VE_INSECURE" not in for_terraform(None, Credentials("https://pve/", "a@b!c=d"))


def test_our_own_secrets_and_foreign_settings_stay_with_us(monkeypatch):
    for name in (
        "THREADFORM_PVE_TOKEN",
        "SLACK_BOT_TOKEN",
        "TF_LOG",
        "TF_VAR_x",
        "TF_PLUGIN_CACHE_DIR",
        "PROXMOX_VE_PASSWORD",
    ):
        monkeypatch.setenv(name, "leak")
    for environment in (for_terraform(Path("/c"), KEYS), for_provider(KEYS), for_go()):
        assert "leak" not in environment.values()


def test_building_needs_no_compiler_and_keeps_gos_own_settings(monkeypatch):
    monkeypatch.setenv("GOPROXY", "https://proxy.example.test")
    assert for_go()["GOPROXY"] == "https://proxy.example.test"
    assert for_go()["CGO_ENABLED"] == "0"
    assert "GOPROXY" not in for_terraform(None)


def test_secrets_are_masked_whole_and_in_half():
    assert SECRET not in mask(f"401 for {KEYS.api_token} and {SECRET}", KEYS)
    assert mask("nothing here", None) == "nothing here"
    assert mask("nothing here", Credentials("https://x", "")) == "nothing here"
