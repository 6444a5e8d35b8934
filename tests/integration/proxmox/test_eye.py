"""The eye on a real HTTPS server: what it reads, and how it says that it cannot."""

import asyncio
import time
from dataclasses import replace

import pytest

from iac.errors import Broken, ClusterSilent
from iac.inventory import GIB
from iac.lab.tls import certificates, server_context
from iac.placement import place
from iac.proxmox import Access, CachedEye, ProxmoxEye
from iac.proxmox.door import Door
from iac.spec import GuestSpec

ASK = GuestSpec("api01", "ubuntu-2404-cloud", 4, 8192, 60)


async def test_a_whole_cluster_is_read(lab):
    inventory = await ProxmoxEye(lab.access, seconds=60).read()
    assert (inventory.cluster, inventory.is_quorate) == ("lab", True)
    assert [(n.name, n.is_online, n.cores, n.memory_bytes) for n in inventory.nodes] == [
        (f"pmox0{i}", True, 20, 32 * GIB) for i in (1, 2, 3)
    ]
    assert [(g.vmid, g.name, g.storages) for g in inventory.templates] == [
        (101, "debian-12-cloud", ("ceph-vm",)),
        (102, "rocky-9-cloud", ("ceph-vm",)),
        (100, "ubuntu-2404-cloud", ("ceph-vm",)),
    ]
    assert inventory.guest("web01").pool == "prod"
    assert inventory.guest("gitlab01").ha_state
    assert inventory.pools == ("dev", "prod", "staging", "test")
    assert abs(inventory.read_at - time.time()) < 60


async def test_networks_come_with_their_addresses(lab):
    inventory = await ProxmoxEye(lab.access, seconds=60).read()
    found = {n.name: (n.kind, n.cidr, n.gateway) for n in inventory.networks}
    assert found["mainvnet"] == ("vnet", "192.168.0.0/16", "192.168.0.1")
    assert found["vmbr0"][0] == "bridge"


async def test_what_is_read_can_be_placed(lab):
    placement = place(ASK, await ProxmoxEye(lab.access, seconds=60).read())
    assert placement.storage == "ceph-vm"
    assert len(placement.verdicts) == 3


async def test_a_node_that_is_off_is_seen_as_such(lab):
    await lab.do("node_offline", "pmox02")
    inventory = await ProxmoxEye(lab.access, seconds=60).read()
    assert [n.name for n in inventory.online_nodes] == ["pmox01", "pmox03"]
    assert inventory.node("pmox02").is_online is False


async def test_a_lost_quorum_is_seen(lab):
    await lab.do("quorum", False)
    assert (await ProxmoxEye(lab.access, seconds=60).read()).is_quorate is False


async def test_a_full_storage_is_seen(lab):
    await lab.do("fill_storage", "ceph-vm")
    inventory = await ProxmoxEye(lab.access, seconds=60).read()
    assert next(s for s in inventory.storages if s.name == "ceph-vm").room_bytes == 0


# ---------------------------------------------------------------- the eye never changes anything


async def test_the_eye_only_ever_gets(lab):
    await lab.do("record")
    await ProxmoxEye(lab.access, seconds=60).read()
    asked = [row for row in await lab.do("records") if "/lab/" not in row["p"]]
    assert asked
    assert {row["m"] for row in asked} == {"GET"}


def test_the_eye_has_no_verb_that_changes():
    assert [name for name in dir(ProxmoxEye) if not name.startswith("_")] == ["read"]


def test_the_token_is_never_shown():
    assert "s3cret" not in repr(Access("https://pve:8006", "bot@pve!t=s3cret"))


# ---------------------------------------------------------------- a cluster that refuses


async def refused(eye):
    with pytest.raises(Broken) as caught:
        await eye.read()
    return caught.value


async def test_a_wrong_token_is_told_as_such(lab):
    fault = await refused(
        ProxmoxEye(replace(lab.access, api_token="threadform@pve!bot=00000000-0000-4000-8000-000000000000"))
    )
    assert fault.sentence.key == "broken.unauthorized"
    assert "00000000" not in str(fault)


async def test_a_missing_privilege_is_named(lab):
    await lab.do("fault", "answer", "/cluster/status", code=403, reason="Permission check failed (/, Sys.Audit)")
    fault = await refused(ProxmoxEye(lab.access, seconds=60))
    assert fault.sentence.key == "broken.forbidden"
    assert "Sys.Audit" in fault.sentence.values["why"]


async def test_a_privilege_that_the_answer_does_not_name_is_named_by_us(lab):
    await lab.do("fault", "answer", "/nodes/pmox01/network", code=403, reason="Forbidden")
    assert "Sys.Audit on /nodes" in (await refused(ProxmoxEye(lab.access, seconds=60))).why


async def test_sizes_hidden_for_want_of_a_privilege_are_not_taken_for_an_empty_cluster(lab):
    state = await lab.do("state")
    for role, told in state["tables"]["roles"].items() if "tables" in state else ():
        left = [p for p, has in told.items() if has and p != "Sys.Audit"]
        await lab.do("grant", role, left)
    fault = await refused(ProxmoxEye(lab.access, seconds=60))
    assert (fault.sentence.key, "Sys.Audit" in fault.why) == ("broken.forbidden", True)


async def test_an_older_cluster_without_sdn_or_ha_is_read_all_the_same(lab):
    for path in ("/cluster/sdn/vnets", "/cluster/sdn/zones", "/cluster/ha/status/current"):
        await lab.do("fault", "answer", path, times=-1, code=501, reason=f"Method 'GET {path}' not implemented")
    inventory = await ProxmoxEye(lab.access, seconds=60).read()
    assert [n.kind for n in inventory.networks] == ["bridge"]


async def test_a_fault_of_the_cluster_is_worth_another_try(lab):
    await lab.do("fault", "answer", "/nodes$", times=1, code=500, reason="got timeout")
    fault = await refused(ProxmoxEye(lab.access, seconds=60))
    assert fault.is_worth_retrying
    assert "got timeout" in fault.why
    assert (await ProxmoxEye(lab.access, seconds=60).read()).nodes


@pytest.mark.parametrize("code", [595, 596, 599])
async def test_a_node_behind_the_proxy_that_does_not_answer_is_silence(lab, code):
    await lab.do("fault", "answer", "/nodes/pmox02/network", code=code, reason="no route to host")
    assert isinstance(await refused(ProxmoxEye(lab.access, seconds=60)), ClusterSilent)


# ---------------------------------------------------------------- a cluster that does not answer


SOON = 200


async def silence_of(access, seconds=0.5):
    began = time.monotonic()
    with pytest.raises(ClusterSilent) as caught:
        await ProxmoxEye(access, seconds=seconds).read()
    assert time.monotonic() - began < seconds + SOON
    return caught.value


async def test_a_silent_cluster_ends_in_time(lab):
    await lab.do("silence")
    assert (await silence_of(lab.access)).sentence.key == "broken.cluster_silent"


async def test_one_silent_call_among_many_ends_in_time(lab):
    await lab.do("fault", "silent", "/nodes/pmox03/network", times=-1)
    await silence_of(lab.access)


async def test_a_closed_connection_is_silence(lab):
    await lab.do("fault", "close", "/storage", times=-1)
    await silence_of(lab.access, seconds=5)


async def test_a_port_that_takes_connections_and_says_nothing_is_silence(unheard):
    await silence_of(Access(f"https://127.0.0.1:{unheard}", "a@pve!b=c"))


async def test_an_answer_that_drips_ends_in_time(listener, tmp_path):
    found = certificates(tmp_path)
    port = await listener(_drip, server_context(found))
    await silence_of(Access(f"https://127.0.0.1:{port}", "a@pve!b=c", found.ca))


async def test_a_closed_port_is_silence(closed):
    fault = await silence_of(Access(f"https://127.0.0.1:{closed}", "a@pve!b=c"), seconds=5)
    assert "refused" in fault.why.lower()


async def test_a_fault_that_is_kept_keeps_no_connection(closed):
    fault = await silence_of(Access(f"https://127.0.0.1:{closed}", "a@pve!b=c"), seconds=5)
    assert fault.__context__ is None


async def test_a_call_that_ends_after_its_door_was_closed_leaves_no_connection(lab):
    door = Door(lab.access, seconds=60)
    door.close()
    assert await door.get("/version")
    assert len(door._api._store["session"].get_adapter("https://").poolmanager.pools) == 0


async def test_an_unknown_name_is_silence():
    await silence_of(Access("https://nothing.invalid:8006", "a@pve!b=c"), seconds=5)


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(lab):
    fault = await refused(ProxmoxEye(replace(lab.access, ca_path=None), seconds=60))
    assert fault.sentence.key == "broken.certificate"
    insecure = ProxmoxEye(replace(lab.access, ca_path=None, is_insecure=True), seconds=60)
    assert (await insecure.read()).nodes


async def test_something_else_on_the_port_is_not_taken_for_a_cluster(listener, tmp_path):
    found = certificates(tmp_path)
    port = await listener(_web_page, server_context(found))
    fault = await refused(ProxmoxEye(Access(f"https://127.0.0.1:{port}", "a@pve!b=c", found.ca)))
    assert fault.sentence.key == "broken.not_pve"


async def test_the_environments_proxy_is_not_asked_about_loopback(lab, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    assert (await ProxmoxEye(lab.access, seconds=60).read()).nodes


@pytest.mark.parametrize(
    ("endpoint", "token"),
    [
        ("http://pve:8006", "a@pve!b=c"),
        ("pve:8006", "a@pve!b=c"),
        ("https://", "a@pve!b=c"),
        ("https://pve:8006", "s3cret"),
        ("https://pve:8006", "root@pam=s3cret"),
        ("https://pve:8006", "a@pve!b="),
    ],
)
def test_a_malformed_address_or_token_is_told_without_repeating_it(endpoint, token):
    with pytest.raises(Broken) as caught:
        ProxmoxEye(Access(endpoint, token))
    assert "s3cret" not in str(caught.value)


# ---------------------------------------------------------------- readings that are shared


async def test_a_young_reading_is_used_again_and_an_old_one_is_not(lab):
    now = [1000.0]
    eye = ProxmoxEye(lab.access, seconds=60, clock=lambda: now[0])
    cached = CachedEye(eye, max_age_s=5, clock=lambda: now[0])
    first = await cached.read()
    now[0] += 4
    assert await cached.read() is first
    now[0] += 2
    assert (await cached.read()).read_at == 1006.0


async def test_many_who_wait_share_one_reading(lab):
    cached = CachedEye(ProxmoxEye(lab.access, seconds=60), max_age_s=600)
    readings = await asyncio.gather(*(cached.read() for _ in range(5)))
    assert len({id(r) for r in readings}) == 1


async def test_a_failed_reading_is_not_kept(lab):
    cached = CachedEye(ProxmoxEye(lab.access, seconds=60), max_age_s=600)
    await lab.do("fault", "answer", "/nodes$", times=1, code=500, reason="got timeout")
    assert isinstance(await refused(cached), Broken)
    assert (await cached.read()).nodes


# ---------------------------------------------------------------- servers that misbehave


async def _drip(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _web_page(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>")
    await writer.drain()
