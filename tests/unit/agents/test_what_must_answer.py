"""What must answer on a new guest, in the words of people, in two languages; what is no such wish is left alone."""

import pytest

from agents.rules.amending import amended
from agents.rules.drafting import draft_of, specs_of
from agents.rules.reading import read_message
from agents.rules.seen import Seen
from agents.rules.shapes import Wish
from iac.spec import HttpCheck, parse_http
from tests.unit.iac_rules.samples import CLUSTER

SEEN = Seen(guests=("web01",), nodes=("pmox01", "pmox02"))
SIZE = "debian 12, 2 cores, 4 GB, 40 GB disk"
NAMED = "2 VMs debian 12, 2 cores, 4 GB, 40 GB, call them api01 and db01"


def wish(text):
    return read_message(text, SEEN).wish


@pytest.mark.parametrize(
    ("text", "http"),
    [
        ("and it should answer on port 8080", ":8080/"),
        ("it must answer over HTTP on port 8080 at /health", ":8080/health"),
        ("it has to respond to http requests on port 3000 /Ready?full=1", ":3000/Ready?full=1"),
        ("they should all answer on :8080/health", ":8080/health"),
        ("it should answer over http", ":80/"),
        ("it needs to reply on 9000 over http", ":9000/"),
        ("that answers on port 8080", ":8080/"),
        ("it is ready when it answers on port 8080.", ":8080/"),
        ("wait until it answers at /healthz", ":80/healthz"),
        ("doit répondre en HTTP sur le port 8080 /health", ":8080/health"),
        ("et elle doit répondre sur le port 8080", ":8080/"),
        ("elles doivent toutes répondre en http", ":80/"),
        ("qui répond en HTTP sur le port 3000, chemin /santé", ":3000/"),
        ("prête quand elle répond sur le port 8080 sur la page /health", ":8080/health"),
        ("elle devra répondre au port 8000", ":8000/"),
    ],
)
def test_what_must_answer_is_read_and_its_port_is_no_size(text, http):
    found = wish(f"{SIZE}, {text}")
    assert found.http == http or (found.http or "").startswith(f"{http}sant")
    assert [(g.cores, g.memory_mb, g.disk_gb, g.names) for g in found.guests] == [(2, 4096, 40, [])]


@pytest.mark.parametrize(
    "text",
    [
        "it should answer quickly",
        "it must not answer on port 8080",
        "it should answer on port 99999",
        "elle ne doit pas répondre sur le port 80",
        "why does web01 not answer on port 80",
        "it should have 4 cores",
        "the answer is 8080",
        "it should respond with 16 GB",
    ],
)
def test_other_words_make_no_check(text):
    assert wish(text).http is None


@pytest.mark.parametrize("text", ["it should answer over https on port 8443", "elle doit répondre en HTTPS"])
def test_a_check_over_https_is_told_as_left_out(text):
    found = wish(f"{SIZE}, {text}")
    assert (found.http, found.left_out) == (None, ["https"])


@pytest.mark.parametrize(
    ("text", "checked"),
    [
        ("api01 should answer on port 8080", ["api01"]),
        ("db01 and api01 must answer on port 8080", ["api01", "db01"]),
        ("they should answer on port 8080", ["api01", "db01"]),
        ("db01 doit répondre en http", ["db01"]),
    ],
)
def test_the_guest_that_is_named_is_checked_alone(text, checked):
    draft = draft_of(wish(f"{NAMED}, {text}"), CLUSTER, "dev")
    assert sorted(spec.name for spec in specs_of(draft) if spec.http) == checked
    assert len(draft.guests) == 2


def test_the_check_stays_through_a_correction_and_another_one_takes_its_place():
    first = wish(f"{SIZE}, it should answer on port 8080")
    bigger = amended(first, read_message("make it 8 GB", SEEN))
    assert (bigger.http, bigger.guests[0].memory_mb) == (":8080/", 8192)
    other = read_message("it should answer on port 9000 /up", SEEN)
    assert not other.is_empty
    assert amended(bigger, other).http == ":9000/up"


def test_a_check_is_read_back_as_it_was_written():
    assert parse_http(str(HttpCheck(8080, "/health"))) == HttpCheck(8080, "/health")
    for odd in ("", ":0/", ":65536/", ":80", ":80/a b", ":80/\r\nX: 1", "8080/"):
        assert parse_http(odd) is None
    assert Wish().http is None
