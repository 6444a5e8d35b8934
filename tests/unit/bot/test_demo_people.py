"""Who plays whom in the demo, and that it touches nothing of a production set-up."""

import pytest

from bot.cli.demo import _people, apart
from bot.settings import PersonSetting, Settings
from bot.wiring.machines import runner_environment
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


def test_on_a_machine_that_is_set_up_for_production_the_demo_touches_none_of_it(tmp_path):
    yours = Settings(
        database_url="postgresql://db.example/threadform",
        redis_url="redis://redis.example",
        state_key="c2VjcmV0",
        pve_endpoint="https://pve.example:8006",
        pve_token="bot@pve!x=1",
        people=(PersonSetting(id="web:zoe", name="Zoé", roles=("admin",)),),
    )
    demo = apart(yours, tmp_path)
    assert demo.is_lab
    assert demo.database == f"sqlite+aiosqlite:///{tmp_path / 'threadform.db'}"
    assert [person.name for person in demo.everybody][:2] == ["Alice", "Bob"]
    told = runner_environment(demo)
    assert "example" not in " ".join(told.values())
    assert {told[name] for name in ("THREADFORM_PVE_ENDPOINT", "THREADFORM_PVE_TOKEN", "THREADFORM_STATE_KEY")} == {""}
