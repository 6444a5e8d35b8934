import pytest

from bot.store.database import parse_url


@pytest.mark.parametrize(
    ("written", "driver"),
    [
        ("sqlite:////var/lib/threadform/threadform.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite"),
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg"),
    ],
)
def test_a_plain_url_is_enough_and_gets_our_driver(written, driver):
    assert parse_url(written).drivername == driver


def test_a_password_in_the_url_survives():
    assert parse_url("postgres://u:p%40ss@h:5433/d").password == "p@ss"
