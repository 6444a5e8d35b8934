"""Who may do what in the lab, and how PVE says no."""

import uuid

import httpx
import pytest

from iac.lab.control import LabControl
from iac.lab.seed_access import BOT_ROLE
from iac.lab.trust import trusting
from tests.integration.lab.pve_client import Pve


@pytest.fixture
async def someone(lab):
    """Makes a client that logs in as it is told to."""
    made = []

    def make(token=None, **headers):
        made.append(Pve.of(lab.access, token, **headers))
        return made[-1]

    yield make
    for client in made:
        await client.client.aclose()


@pytest.fixture
async def dora(someone, pve):
    """A user with a password and nothing else."""
    await pve.post("/access/users", userid="dora@pve", password="a-long-password")
    row = await someone().post("/access/ticket", username="dora@pve", password="a-long-password")
    return someone(Cookie=f"PVEAuthCookie={row['ticket']}", CSRFPreventionToken=row["CSRFPreventionToken"])


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (None, "No ticket"),
        (f"root@pam!admin={uuid.UUID(int=1)}", "invalid token value!"),
        (f"root@pam!other={uuid.UUID(int=1)}", "no such token 'other' for user 'root@pam'"),
        (f"ghost@pve!x={uuid.UUID(int=1)}", "no such user ('ghost@pve')"),
        ("nonsense", "no such user ('nonsense')"),
    ],
)
async def test_nobody_gets_in_without_a_right_token(someone, token, words):
    refusal = await someone(token).no("GET", "/version")
    assert (refusal.code, refusal.reason) == (401, words)


async def test_a_wrong_password_opens_nothing(someone, dora):
    refusal = await someone().no("POST", "/access/ticket", username="dora@pve", password="wrong")
    assert (refusal.code, refusal.reason) == (401, "authentication failure")


async def test_a_ticket_reads_and_writes_only_with_its_csrf_token(someone, dora):
    cookie = dora.client.headers["Cookie"]
    bare = someone(Cookie=cookie)
    assert await bare.get("/version")
    refusal = await bare.no("POST", "/nodes/pmox01/qemu/110/status/stop")
    assert (refusal.code, refusal.reason) == (401, "permission denied - invalid csrf token")
    assert (await dora.no("POST", "/nodes/pmox01/qemu/110/status/stop")).code == 403


async def test_a_forged_ticket_is_refused(someone, dora):
    forged = dora.client.headers["Cookie"].replace("dora@pve", "root@pam")
    refusal = await someone(Cookie=forged).no("GET", "/version")
    assert (refusal.code, refusal.reason) == (401, "permission denied - invalid PVE ticket")


async def test_whoever_may_see_nothing_sees_nothing(dora):
    assert await dora.get("/cluster/resources", type="vm") == []
    assert await dora.get("/nodes/pmox01/qemu") == []
    assert await dora.get("/pools") == []
    assert [set(row) for row in await dora.get("/cluster/resources", type="node")] == [
        {"id", "type", "node", "status", "level"}
    ] * 3


async def test_a_role_on_one_guest_shows_that_guest_alone(dora, pve):
    await pve.post("/access/roles", roleid="Reader", privs="VM.Audit")
    await pve.put("/access/acl", path="/vms/110", roles="Reader", users="dora@pve")
    assert [row["vmid"] for row in await dora.get("/cluster/resources", type="vm")] == [110]
    refusal = await dora.no("POST", "/nodes/pmox01/qemu/110/status/stop")
    assert (refusal.code, refusal.reason) == (403, "Permission check failed (/vms/110, VM.PowerMgmt)")
    refusal = await dora.no("GET", "/nodes/pmox01/qemu/111/config")
    assert refusal.reason == "Permission check failed (/vms/111, VM.Audit)"


async def test_a_role_on_a_pool_reaches_its_guests(dora, pve):
    await pve.put("/access/acl", path="/pool/dev", roles="PVEVMAdmin", users="dora@pve")
    assert [row["vmid"] for row in await dora.get("/cluster/resources", type="vm")] == [115]
    await dora.done("POST", "/nodes/pmox03/qemu/115/status/stop")


async def test_a_role_that_does_not_spread_stays_where_it_is(dora, pve):
    await pve.put("/access/acl", path="/vms", roles="PVEVMAdmin", users="dora@pve", propagate=0)
    assert await dora.get("/cluster/resources", type="vm") == []


async def test_no_access_on_a_guest_beats_what_was_given_above(dora, pve):
    await pve.put("/access/acl", path="/vms", roles="PVEVMAdmin", users="dora@pve")
    await pve.put("/access/acl", path="/vms/110", roles="NoAccess", users="dora@pve")
    assert 110 not in [row["vmid"] for row in await dora.get("/cluster/resources", type="vm")]


async def test_a_separated_token_never_exceeds_its_user(someone, dora, pve):
    told = await dora.post("/access/users/dora@pve/token/laptop", privsep=1)
    token = someone(f"{told['full-tokenid']}={told['value']}")
    await pve.put("/access/acl", path="/vms/110", roles="PVEVMAdmin", tokens="dora@pve!laptop")
    assert await token.get("/cluster/resources", type="vm") == []
    await pve.put("/access/acl", path="/vms/110", roles="PVEAuditor", users="dora@pve")
    assert [row["vmid"] for row in await token.get("/cluster/resources", type="vm")] == [110]
    assert (await token.no("POST", "/nodes/pmox01/qemu/110/status/stop")).code == 403
    await pve.delete("/access/users/dora@pve/token/laptop")
    assert (await token.no("GET", "/version")).code == 401


async def test_the_bot_may_do_its_work_and_no_more(bot):
    await bot.done("POST", "/nodes/pmox01/qemu/100/clone", newid=130, name="api01", pool="dev", target="pmox02")
    await bot.put("/nodes/pmox02/qemu/130/config", cores=2, memory=2048, ciuser="ubuntu", net0="virtio,bridge=mainvnet")
    await bot.done("POST", "/nodes/pmox02/qemu/130/status/start")
    await bot.post("/cluster/ha/resources", sid="vm:130")
    for method, path, params in [
        ("POST", "/access/users", {"userid": "mallory@pve"}),
        ("PUT", "/access/acl", {"path": "/", "roles": "Administrator", "users": "threadform@pve"}),
        ("POST", "/access/roles", {"roleid": "All"}),
        ("POST", "/cluster/backup", {"storage": "cephfs"}),
        ("PUT", "/cluster/sdn", {}),
        ("POST", "/cluster/sdn/zones", {"zone": "mine", "type": "simple"}),
    ]:
        assert (await bot.no(method, path, **params)).code == 403


async def test_permissions_tell_the_bot_what_it_holds(bot, pve, steer):
    held = await bot.get("/access/permissions")
    assert held["/vms"]["VM.Clone"] == 1
    assert "Permissions.Modify" not in held["/"]
    steer("grant", role=BOT_ROLE, privileges=["VM.Audit"])
    assert await bot.get("/access/permissions", path="/vms/110") == {"/vms/110": {"VM.Audit": 1}}
    refusal = await bot.no("POST", "/nodes/pmox01/qemu/100/clone", newid=130)
    assert (refusal.code, refusal.reason) == (403, "Permission check failed (/vms/100, VM.Clone)")
    assert "/vms" in await pve.get("/access/permissions", userid="threadform@pve")
    assert (await bot.no("GET", "/access/permissions", userid="root@pam")).code == 403


async def test_each_key_of_a_configuration_needs_its_own_privilege(dora, pve):
    await pve.post("/access/roles", roleid="Sizer", privs="VM.Config.CPU")
    await pve.put("/access/acl", path="/vms/110", roles="Sizer", users="dora@pve")
    await dora.put("/nodes/pmox01/qemu/110/config", cores=2)
    for key, value, privilege in [
        ("memory", 1024, "Memory"),
        ("net0", "virtio,bridge=vmbr0", "Network"),
        ("description", "x", "Options"),
        ("scsi1", "ceph-vm:5", "Disk"),
        ("ide2", "ceph-vm:cloudinit", "Cloudinit"),
        ("delete", "vga", "HWType"),
    ]:
        refusal = await dora.no("PUT", "/nodes/pmox01/qemu/110/config", **{key: value})
        assert refusal.reason == f"Permission check failed (/vms/110, VM.Config.{privilege})"


async def test_unknown_missing_and_wrong_parameters_are_one_refusal(pve):
    refusal = await pve.no("POST", "/nodes/pmox01/qemu/100/clone", full="maybe", colour="red")
    assert (refusal.code, refusal.reason) == (400, "Parameter verification failed.")
    assert set(refusal.errors) == {"newid", "full", "colour"}


async def test_a_path_that_pve_has_and_the_lab_has_not_is_said(pve):
    refusal = await pve.no("GET", "/cluster/ceph/status")
    assert (refusal.code, refusal.reason) == (501, "Method 'GET /cluster/ceph/status' not implemented")


async def test_only_its_own_token_steers_the_lab(lab):
    verify = trusting(lab.access)
    for token in ("", f"Bearer {lab.access.admin_token}", "Bearer x"):
        async with httpx.AsyncClient(verify=verify, headers={"Authorization": token}) as client:
            answer = await client.post(f"{lab.access.endpoint}/lab/reset")
        assert answer.status_code == 401
    assert LabControl(lab.access).close() is None


async def test_the_lab_answers_only_over_tls_it_can_be_trusted_for(lab):
    async with httpx.AsyncClient(timeout=60) as client:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await client.get(f"{lab.access.endpoint}/api2/json/version")
