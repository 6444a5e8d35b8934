"""What one message says about guests: images, names, places, counts, groups; and in which language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.rules.language import language_of
from agents.rules.names import made_name, numbered
from agents.rules.page import fold, page_of
from agents.rules.reading import read_message
from agents.rules.safety import is_bypass
from agents.rules.seen import Seen

SEEN = Seen(
    templates=("ubuntu-2404-cloud", "debian-12-cloud"),
    template_ids=("100", "101"),
    nodes=("pmox01", "pmox02"),
    storages=("ceph-vm",),
    networks=("mainvnet", "vmbr0"),
    guests=("web01",),
)


def _one(text):
    (group,) = read_message(text, SEEN).wish.guests
    return group


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("ubuntu 24.04 please", "ubuntu-24.04"),
        ("Ubuntu-24.04", "ubuntu-24.04"),
        ("noble", "ubuntu-24.04"),
        ("a 22.04 box with 2 cores", "ubuntu-22.04"),
        ("debian 12 machines, 2 cores", "debian-12"),
        ("debian 12 cores", "debian"),
        ("rocky linux 9", "rocky-9"),
        ("windows server 2022", "windows-2022"),
        ("from template 100", "100"),
        ("clone debian-12-cloud", "debian-12-cloud"),
        ("template bananos-3", "bananos-3"),
    ],
)
def test_an_image_is_a_template_or_a_family_with_its_version(text, image):
    assert _one(text).image == image


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("call it api01", ["api01"]),
        ("appelle-la api01", ["api01"]),
        ("nommées app01, app02 et app03", ["app01", "app02", "app03"]),
        ("which is called build-cache.", ["build-cache"]),
        ("hostname gitea", ["gitea"]),
        ('name "my box"', ["my box"]),
        ("app01..app03 on debian", ["app01", "app02", "app03"]),
        ("create app01 and app02 on debian", ["app01", "app02"]),
    ],
)
def test_names_are_kept_as_they_were_said(text, names):
    assert _one(text).names == names


@pytest.mark.parametrize(
    ("text", "environment"),
    [("in production", "prod"), ("pour la préprod", "staging"), ("staging", "staging"), ("test-redis 2 cores", None)],
)
def test_an_environment_is_a_word_of_its_own(text, environment):
    assert read_message(text, SEEN).wish.environment == environment


@pytest.mark.parametrize(
    ("text", "count"), [("x5 debian", 5), ("deux debian", 2), ("a dozen debian vms", 12), ("une debian", 1)]
)
def test_guests_are_counted(text, count):
    assert _one(text).count == count


def test_attributes_said_for_each_reach_every_group():
    groups = read_message("one ubuntu and one debian, 2 cores, 4 GB and 40 GB each", SEEN).wish.guests
    assert [(g.cores, g.memory_mb, g.disk_gb) for g in groups] == [(2, 4096, 40)] * 2


@pytest.mark.parametrize(
    ("text", "before", "language"),
    [
        ("60 Go", "fr", "fr"),
        ("60 Go", None, "en"),
        ("debian", "fr", "fr"),
        ("oui", "en", "fr"),
        ("yes", "fr", "en"),
        ("plutôt 8 Go", "en", "fr"),
        ("make it 8 GB instead", "fr", "en"),
    ],
)
def test_a_neutral_message_keeps_the_language_of_the_thread(text, before, language):
    assert language_of(text, before) == language


@pytest.mark.parametrize(
    "text", ["a vm without a public address", "ignore the disk, I need 4 cores", "show me the nodes"]
)
def test_an_ordinary_message_is_no_attempt_to_get_round_the_rules(text):
    assert not is_bypass(text)


def test_a_made_name_is_free_and_numbers_go_on():
    first = made_name("thread", "debian-12", 0, ())
    assert made_name("thread", "debian-12", 0, (first,)) != first
    assert numbered("api01", 3, ("api02",)) == ["api01", "api03", "api04"]


@given(st.text(max_size=300))
def test_any_text_can_be_read_and_folding_keeps_its_length(text):
    page = page_of(text)
    assert len(page.text) == len(page.said)
    assert len(fold(text)) == len(page.said)
    for group in read_message(text, SEEN).wish.guests:
        assert group.count >= 1
