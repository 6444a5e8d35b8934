"""Users, roles and API tokens at first start, with fresh secrets in each lab."""

import secrets
import uuid

from iac.lab.login import hashed
from iac.lab.world import World

ADMIN_TOKEN, BOT_TOKEN = "root@pam!admin", "threadform@pve!bot"
BOT_ROLE = "ThreadformBot"
PRIVILEGES = [
    "Datastore.Allocate",
    "Datastore.AllocateSpace",
    "Datastore.AllocateTemplate",
    "Datastore.Audit",
    "Group.Allocate",
    "Mapping.Audit",
    "Mapping.Modify",
    "Mapping.Use",
    "Permissions.Modify",
    "Pool.Allocate",
    "Pool.Audit",
    "Realm.Allocate",
    "Realm.AllocateUser",
    "SDN.Allocate",
    "SDN.Audit",
    "SDN.Use",
    "Sys.AccessNetwork",
    "Sys.Audit",
    "Sys.Console",
    "Sys.Incoming",
    "Sys.Modify",
    "Sys.PowerMgmt",
    "Sys.Syslog",
    "User.Modify",
    "VM.Allocate",
    "VM.Audit",
    "VM.Backup",
    "VM.Clone",
    "VM.Config.CDROM",
    "VM.Config.CPU",
    "VM.Config.Cloudinit",
    "VM.Config.Disk",
    "VM.Config.HWType",
    "VM.Config.Memory",
    "VM.Config.Network",
    "VM.Config.Options",
    "VM.Console",
    "VM.GuestAgent.Audit",
    "VM.GuestAgent.FileRead",
    "VM.GuestAgent.FileSystemMgmt",
    "VM.GuestAgent.FileWrite",
    "VM.GuestAgent.Unrestricted",
    "VM.Migrate",
    "VM.PowerMgmt",
    "VM.Replicate",
    "VM.Snapshot",
    "VM.Snapshot.Rollback",
]
# What the bot needs and no more; Sys.Console on / is what changing HA asks for.
BOT_PRIVILEGES = [
    name
    for name in PRIVILEGES
    if name.startswith("VM.") and name not in ("VM.Console", "VM.Replicate") and "File" not in name
]
BOT_PRIVILEGES += ["Datastore.AllocateSpace", "Datastore.Audit", "Pool.Audit", "Pool.Allocate", "SDN.Audit", "SDN.Use"]
BOT_PRIVILEGES += ["Sys.Audit", "Sys.Console", "Mapping.Audit", "Mapping.Use"]
ROLES = {
    "Administrator": PRIVILEGES,
    "NoAccess": [],
    "PVEAuditor": [name for name in PRIVILEGES if name.endswith(".Audit")],
    "PVEVMUser": ["VM.Audit", "VM.Backup", "VM.Config.CDROM", "VM.Config.Cloudinit", "VM.Console", "VM.PowerMgmt"],
    "PVEVMAdmin": [name for name in PRIVILEGES if name.startswith("VM.")],
    "PVEDatastoreUser": ["Datastore.AllocateSpace", "Datastore.Audit"],
}


def fill_access(world: World) -> None:
    """Put in the roles, ``root@pam``, the bot, an auditor and their tokens; every secret is new."""
    for name, privileges in ROLES.items():
        world.table("roles")[name] = {"privs": ",".join(privileges), "special": 1}
    world.table("roles")[BOT_ROLE] = {"privs": ",".join(BOT_PRIVILEGES)}
    users = {"root@pam": "the owner", "threadform@pve": "asks, plans and applies", "auditor@pve": "may look"}
    for name, comment in users.items():
        world.table("users")[name] = {"enable": 1, "expire": 0, "comment": comment}
        world.secrets[f"password/{name}"] = hashed(secrets.token_urlsafe(16))
    world.secrets["signing"] = secrets.token_hex(32)
    world.secrets["control"] = secrets.token_urlsafe(32)
    _give_token(world, ADMIN_TOKEN, privsep=0)
    _give_token(world, BOT_TOKEN, privsep=0)
    world.acl.append(_entry("/", "threadform@pve", BOT_ROLE))
    world.acl.append(_entry("/", "auditor@pve", "PVEAuditor"))


def _entry(path: str, user: str, role: str) -> dict[str, str | int]:
    return {"path": path, "type": "user", "ugid": user, "roleid": role, "propagate": 1}


def _give_token(world: World, full: str, privsep: int) -> None:
    user, _, name = full.partition("!")
    world.table(f"tokens/{user}")[name] = {"privsep": privsep, "expire": 0}
    world.secrets[f"token/{full}"] = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))


def token_of(world: World, full: str) -> str:
    """A token as a client sends it: ``user@realm!name=uuid``."""
    return f"{full}={world.secrets[f'token/{full}']}"
