"""What of a card is out is known by reading its thread back, whatever else was said there."""

from bot.chat.layout.files import File
from bot.chat.slack.pieces import files_behind, instead, mark_of, metadata, out_of, stands_for

OWN = "U0BOT"
FILE = File("plan.diff", "+ é\n", "diff")


def _message(ts, about=None, user=OWN, **more):
    return {"ts": ts, "user": user, **({"metadata": dict(about)} if about else {}), **more}


def _file(ts, name="plan.diff", size=5, user=OWN):
    return _message(ts, files=[{"name": name, "size": size}], user=user)


ROOT = _message("2.0", metadata("run:1", "", ["post:1", mark_of(FILE)]))


def test_a_card_is_whole_when_everything_behind_it_is_there():
    found = out_of([ROOT, _message("3.0", metadata("run:1", "post:1")), _file("4.0")], "run:1", OWN)
    assert (found.root, found.is_whole) == ("2.0", True)


def test_a_card_without_its_file_or_its_second_message_is_not_whole():
    assert not out_of([ROOT, _message("3.0", metadata("run:1", "post:1"))], "run:1", OWN).is_whole
    assert not out_of([ROOT, _file("4.0")], "run:1", OWN).is_whole
    assert not out_of([], "run:1", OWN).is_whole


def test_a_word_about_a_file_that_could_not_be_shared_stands_for_it():
    told = _message("4.0", metadata("run:1", f"no-file:{mark_of(FILE)}"))
    assert out_of([ROOT, _message("3.0", metadata("run:1", "post:1")), told], "run:1", OWN).is_whole


def test_a_card_of_one_message_is_whole_by_itself():
    assert out_of([_message("2.0", metadata("k", ""))], "k", OWN).is_whole


def test_nobody_else_can_say_that_a_card_of_ours_is_out():
    forged = _message("2.0", metadata("run:1", ""), user="U0EVIL")
    assert not out_of([forged], "run:1", OWN).root
    assert not out_of(
        [ROOT, _message("3.0", metadata("run:1", "post:1")), _file("4.0", user="U0EVIL")], "run:1", OWN
    ).is_whole


def test_metadata_of_other_apps_and_other_keys_mean_nothing():
    other = {"event_type": "theirs", "event_payload": {"key": "run:1", "piece": ""}}
    assert not out_of([_message("2.0", other), _message("3.0", metadata("run:2", ""))], "run:1", OWN).root


def test_a_file_counts_only_behind_its_card_and_by_its_size_in_bytes():
    assert mark_of(FILE) == "plan.diff:5"
    assert files_behind([_file("1.0"), _file("3.0", size=6)], "2.0") == {"plan.diff:6"}


def test_the_message_that_took_another_ones_place_is_found():
    messages = [ROOT, _message("5.0", instead("run:1:applied", "2.0")), _message("6.0", instead("x", "9.9"), user="U1")]
    assert stands_for(messages, "2.0", OWN) == "5.0"
    assert stands_for(messages, "9.9", OWN) == ""
