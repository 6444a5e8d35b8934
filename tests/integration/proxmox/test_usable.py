"""Done means usable: agent, address, cloud-init and SSH of real sockets, and what is missing otherwise."""

import time

import pytest

from iac.lab.reach import LabReach
from iac.spec import Address, GuestSpec, HttpCheck, PlacedGuest
from iac.usable import UsableCheck

WEB01 = 111


def placed(vmid=WEB01, ip="192.168.10.11", node="pmox01", http=None):
    spec = GuestSpec("web01", "debian-12-cloud", 2, 2048, 20, http=http)
    address = Address(ip, 16) if ip else None
    return PlacedGuest(spec, vmid, node, "ceph-vm", "mainvnet", 101, "pmox01", address, "debian", (), (), "")


def check(lab):
    return UsableCheck(lab.access, LabReach(lab.keys))


async def test_a_guest_that_is_up_is_usable(lab):
    up = await check(lab).check(placed(), seconds=60)
    assert up.missing == ()
    assert (up.guest, up.address) == ("web01", "192.168.10.11")
    assert up.ssh_line.startswith("ssh -p ")
    assert up.ssh_line.endswith("debian@127.0.0.1")
    assert None not in (up.agent_s, up.cloud_init_s, up.ssh_s)


async def test_a_guest_that_ha_moved_is_followed(lab):
    await lab.do("move_guest", WEB01, "pmox03")
    assert (await check(lab).check(placed(), seconds=60)).missing == ()


async def test_a_guest_without_a_reserved_address_tells_its_own(lab):
    assert (await check(lab).check(placed(ip=None), seconds=60)).address == "192.168.10.11"


async def test_a_silent_agent_is_missing_and_ssh_is_not(lab):
    await lab.do("agent_silent", WEB01)
    for seconds in (1.5, 15):  # the second for a machine that is too busy to look at SSH in the first
        up = await check(lab).check(placed(), seconds=seconds)
        if up.ssh_s is not None:
            break
    assert up.missing == ("agent", "address", "cloud_init")
    assert up.ssh_s is not None


async def test_another_address_than_the_reserved_one_does_not_count(lab):
    up = await check(lab).check(placed(ip="192.168.77.77"), seconds=1.5)
    assert {"address", "ssh"} <= set(up.missing)


@pytest.mark.parametrize("verb", ["ping", "exec"])
async def test_a_token_that_may_not_ask_is_told_at_once(lab, verb):
    await lab.do("fault", "answer", f"agent/{verb}$", times=-1, code=403, reason="Permission check failed")
    began = time.monotonic()
    up = await check(lab).check(placed(), seconds=240)
    assert time.monotonic() - began < 200
    assert ("agent_forbidden" if verb == "ping" else "cloud_init_forbidden") in up.missing


async def test_a_silent_cluster_ends_in_time_and_everything_inside_is_missing(lab):
    await lab.do("silence")
    began = time.monotonic()
    up = await check(lab).check(placed(), seconds=1)
    assert time.monotonic() - began < 200
    assert {"agent", "address", "cloud_init"} <= set(up.missing)


async def test_a_cloud_init_that_failed_is_told_at_once_in_its_own_words_without_secrets(lab):
    log = "Setting up nginx\nSet the following 'random' passwords\nubuntu:Xa91kkQpw\nE: Unable to locate package ngnix"
    await lab.do("fault", "cloud_init_error", str(WEB01), times=-1, text=log)
    began = time.monotonic()
    up = await check(lab).check(placed(), seconds=240)
    assert time.monotonic() - began < 200
    assert "cloud_init_failed" in up.missing
    assert (up.cloud_init_s, up.said[-1]) == (None, "E: Unable to locate package ngnix")
    assert any("Runparts: 1 failures" in line for line in up.said)
    assert "Xa91kkQpw" not in "".join(up.said)


async def test_a_template_without_cloud_init_is_told_at_once(lab):
    words = "Agent error: Guest agent command failed, error was 'Failed to execute child process (No such file)'"
    await lab.do("fault", "answer", "agent/exec$", times=-1, code=500, reason=words)
    began = time.monotonic()
    up = await check(lab).check(placed(), seconds=240)
    assert time.monotonic() - began < 200
    assert "cloud_init_absent" in up.missing


async def test_a_page_that_was_asked_for_is_waited_for_and_told_with_its_status(lab):
    await lab.do("start_guest", WEB01)
    await lab.do("web", "web01", 8080, path="/health", status=204, seconds=0.5)
    up = await check(lab).check(placed(http=HttpCheck(8080, "/health")), seconds=240)
    assert (up.missing, up.http_status) == ((), 204)
    assert up.http_s >= up.ssh_s


@pytest.mark.parametrize(
    ("page", "missing", "status"),
    [({"status": 500}, "http_status", 500), ({"path": "/other"}, "http_status", 404), ({"seconds": 9e9}, "http", None)],
)
async def test_a_page_that_answers_badly_or_never_is_missing_and_the_rest_holds(lab, page, missing, status):
    await lab.do("web", "web01", 8080, **page)
    for seconds in (2, 30):  # the second for a machine that is too busy to look at the page in the first
        up = await check(lab).check(placed(http=HttpCheck(8080)), seconds=seconds)
        if up.missing == (missing,):
            break
    assert (up.missing, up.http_status, up.http_s) == ((missing,), status, None)
    assert None not in (up.agent_s, up.cloud_init_s, up.ssh_s)


async def test_a_page_is_not_tried_before_ssh_opens(lab):
    await lab.do("web", "web01", 8080)
    up = await check(lab).check(placed(ip="192.168.77.77", http=HttpCheck(8080)), seconds=1.5)
    assert {"ssh", "http_untried"} <= set(up.missing)
