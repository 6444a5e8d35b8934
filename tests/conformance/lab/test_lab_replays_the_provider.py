"""The provider's recorded traffic, sent to the lab again: the same codes, and answers of the same shape and content."""

import json
import urllib.parse

import pytest

from iac.lab.server import serve
from tests.conformance.lab.pve_schema import findings
from tests.conformance.lab.trace_world import FOLDER, UPID, outside, scenario, shape_faults, trace_world, unknown
from tests.integration.lab.pve_client import Pve

if not FOLDER.is_dir():
    pytest.skip("the recorded provider traffic is not here", allow_module_level=True)

NAMES = sorted(path.stem for path in FOLDER.glob("*.jsonl"))


class Replay:
    """Sends recorded requests; tasks get their own UPIDs here, so those in paths are put right."""

    def __init__(self, lab, pve):
        self.lab, self.pve, self.faults = lab, pve, []
        # The recording fake numbered volumes its own way.
        self.upids = {"local-lvm:vm-101-disk-6": "local-lvm:vm-101-disk-1"}

    async def request(self, line):
        path = urllib.parse.unquote(line["p"])
        for theirs, ours in self.upids.items():
            path = path.replace(theirs, ours)
        where = {"params": line["q"]} | ({"data": line["b"]} if line["b"] else {})
        answer = await self.pve.client.request(line["m"], urllib.parse.quote(path, safe="/:=@"), **where)
        payload = answer.json()
        self.remember(line["r"], payload)
        self.judge(line, answer, payload)

    def remember(self, theirs, ours):
        if UPID.match(str(theirs["data"])) and UPID.match(str(ours["data"])):
            self.upids[theirs["data"]] = ours["data"]

    def judge(self, line, answer, payload):
        if line["p"].endswith("network-get-interfaces"):
            return  # how long an agent takes to answer is a matter of pace
        said = f"{line['m']} {line['p']} {json.dumps(line['b'])}"
        if answer.status_code != line["code"]:
            self.faults.append(f"{said}: {answer.status_code} {payload.get('message')!r} is not {line['code']}")
        elif line["code"] == 200:
            found = shape_faults(payload["data"], line["r"]["data"])
            self.faults += [f"{said}{fault}" for fault in found]


@pytest.mark.parametrize("name", NAMES)
async def test_what_the_provider_asked_is_answered_alike(tmp_path, schema, name):
    async with await serve(tmp_path, pace=0, world=trace_world) as lab:
        lab.door.is_recording = True
        pve = Pve.of(lab.access, lab.access.admin_token)
        replay = Replay(lab, pve)
        for kind, what in scenario(name):
            if kind == "request":
                await replay.request(what)
            elif what["path"] == "/_stub/storage":
                lab.lab.world.storages["local-lvm"].is_shared = True
            else:
                verb, args = outside(what)
                lab.door._steered(verb, args)
        await pve.client.aclose()
    assert "\n".join(unknown(replay.faults)) == ""
    # ``pos`` of one firewall rule is text in PVE, which the provider needs, and a number in PVE's own description.
    assert [fault for fault in findings(list(lab.door.records), schema) if "answer.pos" not in fault] == []
