"""A message that is made to be searched for secrets for ever: it takes no longer than another of its length."""

import time

import pytest

from iac.redaction import HIDDEN, redact

LONGEST = 16_000
"""Characters of the longest message that the page takes."""
MOST_CPU_S = 5.0
"""Of this process alone, not of the clock: a hundred times what it takes, and a thousandth of what it once took."""
UUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


@pytest.mark.parametrize(
    "piece",
    ["a@", "a@a!", "a-", "a-a@", "-eyJ", "eyJ-", "-eyJaaaaaaaaaa.", "://a:b", "://:", "PVE:@", "PVE:a@", "-PVE"],
)
@pytest.mark.parametrize("ending", ["", ":" + "a@" * 4000])
def test_no_message_keeps_the_search_for_secrets_busy(piece, ending):
    message = (piece * LONGEST)[: LONGEST - len(ending)] + ending
    began = time.process_time()
    hidden = redact(f"{message} password=hunter2222")
    assert time.process_time() - began < MOST_CPU_S
    assert "hunter2222" not in hidden


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        (f"ann@example.org@ldap!threadform={UUID}", UUID),
        (f"token:root@pam!t={UUID}", UUID),
        ("PVE:ann@example.org@ldap:65A0B1C2::c2lnbmVk", "c2lnbmVk"),
        ("my-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmVk", "c2lnbmVk"),
        ("eyJa-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmVk", "c2lnbmVk"),
        ("my-other_token-password = hunter2222", "hunter2222"),
        ("https://ann:p@ss:w/rd@db.example/x", "p@ss:w/rd"),
    ],
)
def test_what_stands_close_to_a_secret_does_not_save_it(said, secret):
    hidden = redact(f"({said})")
    assert secret not in hidden
    assert HIDDEN in hidden
