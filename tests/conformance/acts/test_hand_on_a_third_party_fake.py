"""The hand against a fake of the PVE API that somebody else wrote: power, snapshots and backups to their end."""

import asyncio
from importlib.util import find_spec

import pytest

from iac.acts import Deed, expanded, plan_acts, written
from iac.hand import Doer
from iac.hand.doing import FILE
from iac.proxmox import Access, Closely, ProxmoxEye
from tests.conformance.proxmox.test_eye_on_a_third_party_fake import SECRET, TOKEN, endpoint

__all__ = ["endpoint"]
pytestmark = [
    pytest.mark.skipif(find_spec("fakepve") is None, reason="fakepve is not installed"),
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
]


async def test_a_whole_day_of_a_machine(endpoint, tmp_path):
    access = Access(endpoint, f"{TOKEN}={SECRET}", is_insecure=True)
    day = [
        Deed("reboot", "web01"),
        Deed("snapshot_create", "web01", snapshot="clean"),
        Deed("shutdown", "web01"),
        Deed("start", "web01"),
        Deed("snapshot_rollback", "web01"),
        Deed("snapshot_delete", "web01"),
    ]
    for number, deed in enumerate(day):
        inventory = await ProxmoxEye(access, seconds=60).read()
        asked = expanded([deed], inventory)
        plan = plan_acts(asked, inventory, await Closely(access, 60).look({101}), "r1")
        directory = tmp_path / f"run{number}"
        directory.mkdir()
        (directory / FILE).write_bytes(written(plan.steps))
        acted = await asyncio.to_thread(Doer(access, directory, 60.0).apply, plan.digest)
        assert acted.is_good, (deed, acted)
    assert (await Closely(access, 60).look({101}))[101].snapshots == ()
