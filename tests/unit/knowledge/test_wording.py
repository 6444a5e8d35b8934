"""A model's words are taken only where the passages bear them out."""

import pytest

from agents.knowledge.wording import MOST, Worded, borne_out

QUOTES = ("A disk can grow while the machine runs: `qm resize 100 scsi0 +20G`. Proxmox VE does not shrink a disk.",)
ASKED = "how do I make the disk larger?"


def taken(text, used=(1,), language="en"):
    return borne_out(Worded(text=text, used=list(used)), QUOTES, ASKED, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Run `qm resize 100 scsi0 +20G`; the machine may keep running."),
        ("en", "The disk can grow while it runs, but Proxmox VE does not shrink it."),
        ("fr", "Le disque peut grandir pendant que la machine tourne, avec `qm resize 100 scsi0 +20G`."),
    ],
)
def test_words_that_the_passages_bear_out_are_taken(language, text):
    assert taken(text, language=language) == text


@pytest.mark.parametrize(
    "text",
    [
        "Run `qm resize 100 scsi0 +40G`.",
        "Run `rm -rf /var` to make the disk grow while the machine runs.",
        "The disk can grow; see https://evil.example/resize for the machine.",
        "The disk can grow with --force while the machine runs.",
        "Yesterday was sunny and everybody enjoyed football.",
        "The disk can grow while the machine runs. It was approved and applied already.",
        "",
        "The disk can grow. " * MOST,
    ],
)
def test_words_that_they_do_not_bear_out_are_left(text):
    assert taken(text) == ""


@pytest.mark.parametrize("used", [(), (0,), (2,), (1, 7)])
def test_words_that_name_no_passage_of_ours_are_left(used):
    assert taken("The disk can grow while the machine runs.", used) == ""
