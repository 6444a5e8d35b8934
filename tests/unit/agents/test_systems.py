"""Systems as people type them: misspelt, unheard of, and words that only look like one."""

import pytest

from agents.rules.images import read_images
from agents.rules.page import page_of
from agents.rules.seen import NOTHING


def images(text):
    return [mark.value for mark in read_images(page_of(text), NOTHING)[0]]


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("a debain 12 vm", "debian-12"),
        ("UBUNUT 24.04", "ubuntu-24.04"),
        ("ubuntu24.04", "ubuntu-24.04"),
        ("fedpra 41", "fedora-41"),
        ("bananos 3", "bananos-3"),
        ("templeos 5.03, 2 cores", "templeos-5.03"),
        ("debian12, 2 cores", "debian-12"),
        ("openbsd 7", "openbsd-7"),
        ("macos", "macos"),
        ("windows 3.11 with 2 cores", "windows-3.11"),
        ("rocky 9\ncores: 2", "rocky-9"),
        ("rocky 9 memory: 2", "rocky-9"),
    ],
)
def test_a_system_is_read(text, image):
    assert images(text) == [image]


@pytest.mark.parametrize("text", ["for my videos", "a median of 12", "photos 4 cores", "the fedoras", "bananos"])
def test_an_ordinary_word_is_no_system(text):
    assert images(text) in ([], ["fedora"])


def test_an_unheard_word_beside_a_known_system_is_left_alone():
    assert images("debian 12 for videos 3") == ["debian-12"]
