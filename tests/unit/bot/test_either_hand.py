"""The runner's hand over one directory: which of the two it is, the files say; only approved bytes are acted on."""

import stat

import pytest

from bot.wiring.acting import acts_of
from bot.wiring.hands import ACTS_FILE, EitherHand
from iac.acts import Call, Deed, Step, written
from iac.errors import Refused
from iac.hand import Done, Journal
from iac.hand.doing import FILE
from iac.hand.journal import NAME
from iac.terraform.environment import Credentials

NOWHERE = Credentials("https://127.0.0.1:9/", "bot@pve!test=00000000-0000-0000-0000-0000000000aa")
REBOOT = Step(Deed("reboot", "115"), 115, "runner01", "pmox03", "running", (), Call("POST", "/x/status/reboot"))


@pytest.fixture
def hand(tmp_path):
    return EitherHand(tmp_path / "r1", None, NOWHERE, 5.0)


def test_both_sides_name_the_file_of_acts_alike():
    assert ACTS_FILE == FILE


def test_acts_that_were_planned_on_another_machine_are_laid_down_for_this_one_alone_to_read(hand):
    assert not hand.has_plan()
    hand.unpack(written([REBOOT]))
    assert hand.has_plan()
    assert (hand.directory / FILE).read_bytes() == written([REBOOT])
    assert stat.S_IMODE((hand.directory / FILE).stat().st_mode) == 0o600


def test_acts_whose_digest_is_another_are_not_begun(hand):
    hand.unpack(written([REBOOT]))
    with pytest.raises(Refused) as no:
        hand.apply("0" * 64)
    assert no.value.sentence.key == "acts.plan_changed"
    assert not (hand.directory / NAME).exists()


def test_a_directory_has_one_hand_at_a_time(hand):
    assert hand.hold(0.0)
    assert not EitherHand(hand.directory, None, NOWHERE, 5.0).hold(0.0)


def test_what_the_hand_writes_is_heard_once_and_a_torn_line_not_at_all(tmp_path):
    steps = acts_of(tmp_path)
    assert list(steps()) == []
    journal = Journal(tmp_path / NAME)
    journal.open()
    journal.write(Done(0, "started", 0.0, "POST /x"))
    journal.write(Done(0, "done", 2.0, "WARNINGS: 1"))
    journal.close()
    with journal.path.open("ab") as file:
        file.write(b'{"at": 1, "word": "sta')
    heard = list(steps())
    assert [(step.address, step.event, step.text) for step in heard] == [
        ("act:0", "started", ""),
        ("act:0", "done", "WARNINGS: 1"),
    ]
    assert list(steps()) == []


def test_a_journal_is_begun_once(tmp_path):
    journal = Journal(tmp_path / NAME)
    assert not journal.was_begun
    journal.open()
    journal.close()
    assert journal.was_begun
    with pytest.raises(FileExistsError):
        Journal(tmp_path / NAME).open()
