"""Who plays whom in the demo."""

import pytest

from bot.cli.demo import _people
from bot.settings import Settings
from iac.errors import Broken


@pytest.mark.parametrize(
    ("approve_as", "name"),
    [("approver", "Bob"), ("admin", "Carol"), ("requester", "Alice"), ("carol", "Carol"), ("web:bob", "Bob")],
)
def test_the_one_who_approves_is_named_or_is_the_first_whose_highest_role_it_is(approve_as, name):
    requester, approver = _people(Settings(), approve_as)
    assert requester.name == "Alice"
    assert approver.name == name


def test_nobody_by_that_name_is_said_with_those_there_are():
    with pytest.raises(Broken, match=r"Alice \(requester\), Bob \(approver\), Carol \(admin\)"):
        _people(Settings(), "dave")
