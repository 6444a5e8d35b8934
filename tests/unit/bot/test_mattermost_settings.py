"""What the settings of Mattermost refuse: half a connection, and a door that stands open without anybody saying so."""

import pytest
from pydantic import ValidationError

from bot.settings import Settings

EVERY = "0.0.0.0"  # noqa: S104 - refused, not bound to
SERVER = {"mattermost_url": "https://chat.example.org", "mattermost_token": "t" * 26}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "10.1.2.3", "192.168.0.9", "fd00::1"])
def test_a_private_address_is_taken(host):
    assert Settings(**SERVER, mattermost_callback_host=host).mattermost_callback_host == host


@pytest.mark.parametrize("host", [EVERY, "::", "8.8.8.8", "2001:4860::1", "bot.example.org"])
def test_any_other_address_is_refused_unless_it_is_meant(host):
    with pytest.raises(ValidationError, match="CALLBACK_EXPOSED"):
        Settings(**SERVER, mattermost_callback_host=host)
    meant = Settings(**SERVER, mattermost_callback_host=host, mattermost_callback_exposed=True)
    assert meant.mattermost_callback_host == host


def test_without_a_server_nothing_of_it_is_looked_at():
    assert Settings(mattermost_callback_host=EVERY).mattermost_url == ""


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"mattermost_url": "https://chat.example.org"}, "TOKEN is not set"),
        ({"mattermost_token": "t"}, "URL is not set"),
        ({**SERVER, "mattermost_url": "chat.example.org"}, "MATTERMOST_URL must be an address"),
        ({**SERVER, "mattermost_callback_url": "ftp://x"}, "CALLBACK_URL must be an address"),
        ({**SERVER, "mattermost_secret": "short"}, "at least 32"),
    ],
)
def test_half_a_connection_is_refused_with_the_name_of_what_is_missing(given, named):
    with pytest.raises(ValidationError, match=named):
        Settings(**given)


def test_every_secret_of_it_is_hidden():
    settings = Settings(**SERVER, mattermost_secret="s" * 32, mattermost_command_token="one-token, two-token")
    assert {"t" * 26, "s" * 32, "one-token", "two-token"} <= set(settings.secrets)


def test_the_address_of_the_listener_is_where_it_is_bound_unless_another_is_named():
    assert Settings(**SERVER).mattermost_callback == "http://127.0.0.1:8766"
    assert Settings(**SERVER, mattermost_callback_host="::1").mattermost_callback == "http://[::1]:8766"
    named = Settings(**SERVER, mattermost_callback_url="https://bot.example.org/x")
    assert named.mattermost_callback == "https://bot.example.org/x"
