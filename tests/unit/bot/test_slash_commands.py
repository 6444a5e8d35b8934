"""Which messages are commands, and what they say."""

import time

import pytest

from bot.chat.words import Words
from bot.domain.command import (
    SHOWN,
    is_request,
    language_of,
    parse_command,
    reason_of,
    run_of,
    scope_of,
    split_command,
)
from bot.domain.errors import Refused

WORDS = Words.load()
MOST_CPU_S = 1.0
"""Of this process alone, not of the clock: a thousand times what it takes, and a part of what it once took."""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/freeze moving the storage", ("freeze", "moving the storage")),
        ("  /Unfreeze  ", ("unfreeze", "")),
        ("/dégeler", ("dégeler", "")),
        ("/quota", ("quota", "")),
        ("/threadform status ab12", ("threadform", "status ab12")),
        ("/THREADFORM", ("threadform", "")),
        ("/request\n2 cores", ("request", "2 cores")),
        ("/stauts ab12", ("stauts", "ab12")),
        ("/new", None),
        ("/as bob", None),
        ("/quit", None),
        ("freeze", None),
        ("please /freeze", None),
        ("/etc/hosts is wrong on api01", None),
        ("/24 is too small a network", None),
        ("/", None),
        ("", None),
    ],
)
def test_only_a_message_that_begins_with_a_word_of_ours_or_a_slip_of_one_is_a_command(text, found):
    assert split_command(text) == found


def test_the_reason_is_one_line():
    assert parse_command("freeze", "moving\n\n  the storage ").rest == "moving the storage"


def test_a_request_stays_as_it_was_written():
    assert (
        parse_command("threadform", "request two machines:\n- api01\n- db01").rest == "two machines:\n- api01\n- db01"
    )


@pytest.mark.parametrize(
    ("said", "verb"),
    [
        ("geler panne", "freeze"),
        ("état", "status"),
        ("etat a1b2", "status"),
        ("lister toutes", "list"),
        ("approuver a1b2", "approve"),
        ("rejeter a1b2 trop grand", "discard"),
        ("abandonner a1b2", "discard"),
        ("demander une machine", "request"),
        ("prévision", "forecast"),
        ("bail prolonger api01", "lease"),
        ("aide", "help"),
    ],
)
def test_french_words_do_the_same(said, verb):
    assert parse_command("/threadform", said).verb == verb
    name, _, rest = said.partition(" ")
    assert parse_command(name, rest).verb == verb
    assert language_of("threadform", said) == "fr"


@pytest.mark.parametrize(
    ("said", "language"),
    [("list", None), ("list mine", "en"), ("list toutes", "fr"), ("vm api01", None), ("vm api01 partager", "fr")],
)
def test_the_words_tell_the_language_where_only_one_language_has_them(said, language):
    assert language_of("threadform", said) == language


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("threadform", "/threadform "),
        ("/threadform", "/threadform "),
        ("!threadform", "!threadform "),
        ("tf-lab", "/tf-lab "),
    ],
)
def test_a_platform_may_call_its_command_as_it_likes_and_is_answered_in_its_way(name, call):
    command = parse_command(name, "status a1b2")
    assert (command.verb, command.rest, command.call) == ("status", "a1b2", call)
    assert parse_command(name, "").verb == "help"


def test_where_the_verb_is_the_command_there_is_no_name_before_it():
    assert parse_command("/status", "a1b2").call == "/"


@pytest.mark.parametrize("said", ["list mine share", "list mine partager", "LIST mine SHARE"])
def test_an_answer_is_shared_only_where_its_last_word_says_so(said):
    command = parse_command("threadform", said)
    assert (command.rest, command.is_shared) == ("mine", True)
    assert not parse_command("threadform", "list mine").is_shared


@pytest.mark.parametrize("said", ["approve a1b2 share", "request one to share", "freeze we share", "discard a1 share"])
def test_a_decision_a_request_and_a_reason_are_never_cut_for_sharing(said):
    command = parse_command("threadform", said)
    assert command.rest.endswith("share")
    assert not command.is_shared


@pytest.mark.parametrize(
    ("said", "near"), [("stauts", "/threadform status"), ("aprove a1", "/threadform approve"), ("listr", "lister")]
)
def test_a_slip_is_answered_with_the_nearest_word(said, near):
    with pytest.raises(Refused) as no:
        parse_command("threadform", said)
    assert near in WORDS.say(no.value.sentence, "en")


def test_a_word_like_none_of_ours_is_answered_with_all_of_them():
    with pytest.raises(Refused) as no:
        parse_command("threadform", "xyzzy now")
    assert "approve" in WORDS.say(no.value.sentence, "en")


@pytest.mark.parametrize(
    ("name", "text"),
    [("freeze", "x" * 301), ("discard", "a1b2 " + "x" * 301), ("vm", "x" * 101), ("status", "x" * 500)],
)
def test_a_letter_of_a_reason_and_a_name_that_is_none_are_refused(name, text):
    with pytest.raises(Refused, match=r"command\.too"):
        parse_command(name, text)


@pytest.mark.parametrize(
    ("said", "scope"),
    [
        ("", "mine"),
        ("mine", "mine"),
        ("my machines", "mine"),
        ("mes machines", "mine"),
        ("all", "all"),
        ("oubliées", "stale"),
    ],
)
def test_a_list_is_the_person_s_own_unless_they_say_otherwise(said, scope):
    assert scope_of(said) == scope


def test_a_list_of_something_else_explains_itself():
    with pytest.raises(Refused, match=r"command\.usage\.list"):
        scope_of("bobs")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("a1b2", ("a1b2", "", "")),
        ("`A1B2` too big", ("a1b2", "", "too big")),
        ("a1b2:0f9e8d7c6b5a", ("a1b2", "0f9e8d7c6b5a", "")),
        ("", ("", "", "")),
    ],
)
def test_a_run_is_named_as_its_card_or_its_button_names_it(said, found):
    assert run_of(said) == found


def test_only_a_request_is_for_the_crew_and_only_own_words_tell_a_language():
    assert is_request("threadform", "demander une vm")
    assert not is_request("threadform", "status")
    assert reason_of("threadform", "discard a1b2 trop grand") == "trop grand"
    assert reason_of("threadform", "status a1b2") == ""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_word_that_is_offered_is_understood(language):
    for word in SHOWN[language]:
        assert parse_command("threadform", word).verb in SHOWN["en"]


def test_one_endless_word_keeps_nobody_busy():
    """Every platform gives us tens of thousands of letters at once; the event loop reads them."""
    endless = "".join(chr(0x4E00 + at % 20_000) for at in range(400_000))
    began = time.process_time()
    with pytest.raises(Refused) as no:
        parse_command("threadform", endless)
    assert no.value.sentence.key == "command.unknown"
    assert time.process_time() - began < MOST_CPU_S
