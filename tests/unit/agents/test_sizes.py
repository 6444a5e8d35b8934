"""Sizes however people write them, in both languages."""

import pytest

from agents.rules.numbers import digits_for_words
from agents.rules.page import page_of
from agents.rules.sizes import read_sizes, settled


def _read(text):
    marks, _ = read_sizes(page_of(text))
    found = {mark.kind: mark.value for mark in settled(marks, ())}
    return found.get("cores"), found.get("memory_mb"), found.get("disk_gb")


@pytest.mark.parametrize(
    ("text", "cores", "memory_mb", "disk_gb"),
    [
        ("4c/8g", 4, 8192, None),
        ("4c8g", 4, 8192, None),
        ("6c/12g/120g", 6, 12288, 120),
        ("2c/4Go/40Go", 2, 4096, 40),
        ("4 vCPUs, 8192 MB of memory and a 50 GB disk", 4, 8192, 50),
        ("2 cores / 2 gb / 25 gb", 2, 2048, 25),
        ("4 coeurs, 8 Go et 60 Go de disque", 4, 8192, 60),
        ("4 cœurs", 4, None, None),
        ("16 Go de RAM, disque 150 Go", None, 16384, 150),
        ("RAM 8 Go, disque 60 Go", None, 8192, 60),
        ("8 Go RAM 60 Go disque", None, 8192, 60),
        ("4 cores 8 ram 60 disk", 4, 8192, 60),
        ("memory 4096 disk 20", None, 4096, 20),
        ("memory: 6 GB, cpu: 3, disk: 35 GB", 3, 6144, 35),
        ("2 coeurs, 60 Go", 2, None, 60),
        ("2 coeurs, 4 Go", 2, 4096, None),
        ("half a gig, a core", 1, 512, None),
        ("0,5 Go de mémoire", None, 512, None),
        ("1,5 Go de ram", None, 1536, None),
        ("1 To de disque", None, None, 1024),
        ("un To de disque", None, None, 1024),
        ("a disk of 1 TB", None, None, 1024),
        ("4,000 cores", 4000, None, None),
        ("4 000 coeurs", 4000, None, None),
        ("two four-core machines", 4, None, None),
        ("from 2 to 4 cores", 4, None, None),
        ("quatre-vingt-seize go de disque", None, None, 96),
        ("soixante-quatre Go de ram", None, 65536, None),
        ("-4 cores", -4, None, None),
        ("nothing about sizes, version 24.04, port 8080", None, None, None),
        ("https://example.org/4g/8c", None, None, None),
    ],
)
def test_a_size_is_read_as_it_was_meant(text, cores, memory_mb, disk_gb):
    assert _read(text) == (cores, memory_mb, disk_gb)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("vingt et un", "21"),
        ("soixante-quinze", "75"),
        ("quatre-vingts", "80"),
        ("quatre-vingt-dix", "90"),
        ("cent vingt-huit", "128"),
        ("deux cents", "200"),
        ("mille", "1000"),
        ("thirty-two", "32"),
        ("two hundred", "200"),
        ("a dozen", "12"),
        ("une douzaine de", "12"),
    ],
)
def test_numbers_in_words_keep_the_length_of_the_text(words, number):
    assert digits_for_words(words).strip() == number
    assert len(digits_for_words(words)) == len(words)


def test_two_numbers_side_by_side_stay_two():
    assert digits_for_words("two four three").split() == ["2", "4", "3"]
