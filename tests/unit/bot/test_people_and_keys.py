"""Who is who, and the keys an installation makes for itself."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from bot.chat.port import Actor
from bot.domain.person import Role
from bot.settings import Settings
from bot.wiring.keys import lab_ssh_key, own_secret, state_key
from bot.wiring.people import book_of
from iac.errors import Broken

BOOK = book_of(Settings().everybody)


def test_an_actor_is_known_by_platform_and_id_together():
    assert BOOK.person(Actor("web", "bob")).may_approve
    assert not BOOK.person(Actor("slack", "bob")).roles


def test_calling_oneself_bob_gives_nobody_bobs_rights():
    assert not BOOK.person(Actor("web", "mallory", "Bob")).roles


def test_roles_come_from_the_settings():
    assert BOOK.named("web:carol").is_admin
    assert BOOK.named("web:alice").roles == {Role.REQUESTER}


def test_somebody_who_left_still_has_a_name():
    assert BOOK.named("slack:U042").name == "U042"


def test_a_secret_is_made_once_and_kept_for_its_user_alone(tmp_path):
    path = tmp_path / "keys" / "state.key"
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: own_secret(path), range(32)))
    assert len(made) == 1
    assert len(made.pop()) == 32
    assert path.stat().st_mode & 0o077 == 0
    assert [p.name for p in path.parent.iterdir()] == ["state.key"]


def test_a_state_key_from_the_environment_wins(tmp_path):
    key = base64.b64encode(b"k" * 32).decode()
    assert state_key(Settings(home=tmp_path, state_key=key)) == b"k" * 32


@pytest.mark.parametrize(("key", "why"), [("not base64!", "base64"), ("c2hvcnQ=", "5 bytes")])
def test_a_state_key_that_is_wrong_is_loud(tmp_path, key, why):
    with pytest.raises(Broken, match=why):
        state_key(Settings(home=tmp_path, state_key=key))


def test_the_labs_ssh_key_is_one_that_openssh_reads(tmp_path):
    line = lab_ssh_key(tmp_path)
    assert line == lab_ssh_key(tmp_path)
    load_ssh_public_key(line.encode())
    assert (tmp_path / "ssh" / "id_ed25519").stat().st_mode & 0o077 == 0
