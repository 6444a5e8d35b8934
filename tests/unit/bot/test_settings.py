"""What the environment may say."""

import pytest
from pydantic import ValidationError

from bot.settings import NetworkSetting, Settings
from bot.wiring.crew import models_of


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


def test_a_setting_that_is_empty_is_not_set(monkeypatch):
    for name in ("HOME", "PVE_CA", "PVE_TOKEN", "DATABASE_URL", "PEOPLE", "WEB_PORT"):
        monkeypatch.setenv(f"THREADFORM_{name}", "")
    settings = Settings()
    assert settings.home.name == ".threadform"
    assert settings.pve_ca is None
    assert settings.web_port == 8765


def test_a_tilde_is_the_home_directory(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("THREADFORM_HOME", "~/threadform")
    assert Settings().home == tmp_path / "threadform"


NETWORK = {"first": "10.0.0.1", "last": "10.0.0.6", "prefix": 29, "gateway": "10.0.0.1", "dns": ["10.0.0.3"]}


def test_no_guest_gets_the_address_of_the_gateway_or_of_a_name_server():
    addresses = NetworkSetting.model_validate(NETWORK).addresses()
    assert [a.ip for a in addresses] == ["10.0.0.2", "10.0.0.4", "10.0.0.5", "10.0.0.6"]


def test_no_guest_gets_the_address_of_the_network_itself():
    whole = NetworkSetting.model_validate({"first": "10.0.0.0", "last": "10.0.0.3", "prefix": 30})
    assert [a.ip for a in whole.addresses()] == ["10.0.0.1", "10.0.0.2"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"last": "10.0.1.5"}, "10.0.1.5 is not in 10.0.0.0/29"),
        ({"gateway": "10.0.0.254"}, "10.0.0.254 is not in"),
        ({"first": "10.0.0.0", "last": "10.255.0.0", "prefix": 8}, "65,536"),
    ],
)
def test_a_network_that_cannot_be_is_loud(change, why):
    with pytest.raises(ValidationError, match=why):
        NetworkSetting.model_validate(NETWORK | change)


def test_a_person_named_twice_is_loud():
    ann = {"id": "web:ann", "name": "Ann"}
    with pytest.raises(ValidationError, match="web:ann more than once"):
        Settings(people=[ann | {"roles": ["requester"]}, ann | {"roles": ["admin"]}])


def test_a_person_without_a_platform_is_loud():
    with pytest.raises(ValidationError, match="people"):
        Settings(people=[{"id": "ann", "name": "Ann", "roles": ["requester"]}])


def test_an_account_belongs_to_one_person():
    twice = (
        {"id": "web:ann", "name": "Ann", "also": ["slack:U1"]},
        {"id": "web:bea", "name": "Bea", "also": ["slack:U1"]},
    )
    with pytest.raises(ValidationError, match="names slack:U1 more than once"):
        Settings(people=twice)


def test_an_alias_is_nobody_elses_id():
    with pytest.raises(ValidationError, match="names web:bea more than once"):
        Settings(people=({"id": "web:ann", "name": "Ann", "also": ["web:bea"]}, {"id": "web:bea", "name": "Bea"}))


def test_an_alias_names_its_platform():
    with pytest.raises(ValidationError, match="also"):
        Settings(people=({"id": "web:ann", "name": "Ann", "also": ["U1"]},))


def test_in_the_lab_the_terminal_is_the_same_person_as_the_page():
    assert [(p.id, p.also) for p in Settings().everybody if p.name == "Bob"] == [("web:bob", ("terminal:bob",))]


def test_an_endpoint_without_a_model_is_loud():
    with pytest.raises(ValidationError, match="THREADFORM_LOCAL_MODEL"):
        Settings(local_url="http://127.0.0.1:11434/v1")


def test_a_budget_of_money_needs_the_price_of_every_model():
    priced = {"gemini-2.5-*": {"input": 0.3, "output": 2.5}}
    assert Settings(gemini_key="k", model_budget={"month_eur": 9}, model_prices=priced).model_budget.month_eur == 9
    with pytest.raises(ValidationError, match="no price for gemini"):
        Settings(gemini_key="k", model_budget={"month_eur": 9})


def test_a_budget_of_tokens_needs_no_price():
    assert Settings(gemini_key="k", model_budget={"person_tokens": 9}).model_budget.person_tokens == 9


def test_models_are_asked_in_order_and_a_server_of_ones_own_costs_nothing():
    prices = {"*": {"input": 9, "output": 9}, "gemini-2.5-*": {"input": 1, "output": 2}}
    named = {"gemini_key": "k", "openai_url": "https://o/v1", "openai_model": "m", "local_url": "http://l/v1"}
    links = models_of(Settings(**named, local_model="llama", model_prices=prices, model_tries=5))
    assert [(link.name, link.tries) for link in links] == [
        ("gemini:gemini-2.5-flash", 5),
        ("openai:m", 5),
        ("local:llama", 5),
    ]
    assert [(link.price.input_eur, link.price.output_eur) for link in links] == [(1, 2), (9, 9), (9, 9)]
    (free,) = models_of(Settings(local_url="http://l/v1", local_model="llama"))
    assert free.price.of(10**9, 10**9) == 0
    (unknown,) = models_of(Settings(gemini_key="k"))
    assert unknown.price is None


def test_a_password_in_the_address_of_a_model_is_a_secret():
    urls = {"openai_url": "https://u:pass-one@o/v1", "local_url": "http://u:pass-two@l/v1"}
    settings = Settings(**urls, openai_model="m", local_model="l", local_key="key-three")
    assert {"pass-one", "pass-two", "key-three"} <= set(settings.secrets)
