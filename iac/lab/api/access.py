"""Access: tickets, users, tokens, roles, access lists, and what the caller may do."""

import secrets
import uuid

from iac.lab.api.tables import change_row, found_row, values_of
from iac.lab.login import hashed, new_ticket
from iac.lab.rights import Who
from iac.lab.routing import Call, need, route
from iac.lab.world import ApiError, Row

USER = "comment email enable:b expire:i firstname groups keys lastname"
OF_TOKEN = "comment expire:i privsep:b"  # noqa: S105 - the parameters of a token
ROLES_RIGHT = need("/access", "Sys.Modify")
AREAS = ("/", "/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms")
NO_USER, NO_ROLE = "no such user ('{name}')", "role '{name}' does not exist"


def require_user_right(call: Call, *names: str) -> None:
    """The privilege on users of that user's groups, or on all of them."""
    call.who.require("/access/groups", *names, is_any=True)


@route("POST", "/access/ticket", takes="username! password! realm otp path privs new-format:b tfa-challenge")
def ticket(call: Call) -> Row:
    """Log in by password; answered without a login, so ``Call.who`` is nobody."""
    return new_ticket(call.world, call.params)


@route("GET", "/access/permissions", takes="path userid")
def permissions(call: Call) -> Row:
    """What the caller may do, path by path; another user's only with Sys.Audit on /access."""
    who = _asked_about(call)
    paths = [call.params["path"]] if "path" in call.params else _paths(call)
    held = {path: who.privileges(path) for path in paths}
    return {path: {name: int(spreads) for name, spreads in row.items()} for path, row in held.items() if row}


def _paths(call: Call) -> list[str]:
    world = call.world
    paths = {*AREAS, *(row["path"] for row in world.acl), *(f"/vms/{vmid}" for vmid in world.guests)}
    return sorted(paths | {f"/pool/{name}" for name in world.pools} | {f"/storage/{name}" for name in world.storages})


def _asked_about(call: Call) -> Who:
    wanted = call.params.get("userid", call.who.id)
    if wanted == call.who.id:
        return call.who
    call.who.require("/access", "Sys.Audit")
    user, _, token = wanted.partition("!")
    found_row(call.world.table("users"), user, NO_USER)
    return Who(call.world, user, token or None)


# -- users -------------------------------------------------------------------------------
@route("GET", "/access/users", takes="enabled:b full:b")
def user_list(call: Call) -> list[Row]:
    """All users to those who may see them; else only oneself."""
    rows = [{"userid": name} | row for name, row in call.world.table("users").items()]
    may_see_all = call.who.holds("/access/groups", "User.Modify", "Sys.Audit", is_any=True)
    rows = [row for row in rows if may_see_all or row["userid"] == call.who.user]
    wanted = call.params.get("enabled")
    return [row for row in rows if wanted in (None, str(row.get("enable", 1)))]


@route("POST", "/access/users", takes=USER + " userid! password")
def user_add(call: Call) -> None:
    """Make a user."""
    require_user_right(call, "User.Modify", "Realm.AllocateUser")
    name = call.params.pop("userid")
    if name in call.world.table("users"):
        raise ApiError(500, f"create user failed: user '{name}' already exists")
    if "password" in call.params:
        call.world.secrets[f"password/{name}"] = hashed(call.params.pop("password"))
    call.world.table("users")[name] = {"enable": 1, "expire": 0} | values_of(USER, call.params)


@route("GET", "/access/users/{userid}")
def user_show(call: Call) -> Row:
    """One user."""
    if call["userid"] != call.who.user:
        require_user_right(call, "User.Modify", "Sys.Audit")
    row = found_row(call.world.table("users"), call["userid"], NO_USER)
    tokens = call.world.table(f"tokens/{call['userid']}")
    return row | {"groups": [g for g in str(row.get("groups", "")).split(",") if g]} | {"tokens": tokens}


@route("PUT", "/access/users/{userid}", takes=USER + " append:b")
def user_change(call: Call) -> None:
    """Change a user."""
    require_user_right(call, "User.Modify")
    call.params.pop("append", None)
    change_row(found_row(call.world.table("users"), call["userid"], NO_USER), USER, call.params)


@route("DELETE", "/access/users/{userid}")
def user_remove(call: Call) -> None:
    """Remove a user with its tokens and its access."""
    require_user_right(call, "User.Modify")
    name, world = call["userid"], call.world
    found_row(world.table("users"), name, NO_USER)
    del world.table("users")[name]
    world.tables.pop(f"tokens/{name}", None)
    world.acl = [row for row in world.acl if row["ugid"].partition("!")[0] != name]
    for key in [k for k in world.secrets if k == f"password/{name}" or k.startswith(f"token/{name}!")]:
        del world.secrets[key]


@route("PUT", "/access/password", takes="userid! password! confirmation-password")
def password_change(call: Call) -> None:
    """Change one's own password, or another's with the right to change users."""
    name = call.params["userid"]
    if name != call.who.user:
        require_user_right(call, "User.Modify")
    found_row(call.world.table("users"), name, NO_USER)
    call.world.secrets[f"password/{name}"] = hashed(call.params["password"])


# -- tokens ------------------------------------------------------------------------------
def _tokens(call: Call) -> dict[str, Row]:
    if call["userid"] != call.who.user:
        require_user_right(call, "User.Modify")
    found_row(call.world.table("users"), call["userid"], NO_USER)
    return call.world.table(f"tokens/{call['userid']}")


def _token(call: Call) -> Row:
    words = f"no such token '{{name}}' for user '{call['userid']}'"
    return found_row(_tokens(call), call["tokenid"], words)


@route("GET", "/access/users/{userid}/token")
def token_list(call: Call) -> list[Row]:
    """A user's tokens, never their secrets."""
    return [{"tokenid": name} | row for name, row in _tokens(call).items()]


@route("POST", "/access/users/{userid}/token/{tokenid}", takes=OF_TOKEN)
def token_add(call: Call) -> Row:
    """Make a token; its secret is told this once."""
    table, full = _tokens(call), f"{call['userid']}!{call['tokenid']}"
    if call["tokenid"] in table:
        fault = {"tokenid": "Token already exists."}
        raise ApiError(400, "Parameter verification failed.", fault)
    row = {"privsep": 1, "expire": 0} | values_of(OF_TOKEN, call.params)
    table[call["tokenid"]] = row
    call.world.secrets[f"token/{full}"] = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
    told = {name: str(value) for name, value in row.items()}
    return {"full-tokenid": full, "value": call.world.secrets[f"token/{full}"], "info": told}


@route("GET", "/access/users/{userid}/token/{tokenid}")
def token_show(call: Call) -> Row:
    """One token, without its secret."""
    return _token(call)


@route("PUT", "/access/users/{userid}/token/{tokenid}", takes=OF_TOKEN + " delete regenerate:b")
def token_change(call: Call) -> Row:
    """Change a token."""
    row = _token(call)
    change_row(row, OF_TOKEN, call.params)
    return row


@route("DELETE", "/access/users/{userid}/token/{tokenid}")
def token_remove(call: Call) -> None:
    """Remove a token; it opens nothing from now on."""
    _token(call)
    full = f"{call['userid']}!{call['tokenid']}"
    del call.world.table(f"tokens/{call['userid']}")[call["tokenid"]]
    call.world.secrets.pop(f"token/{full}", None)
    call.world.acl = [row for row in call.world.acl if row["ugid"] != full]


# -- roles and access lists --------------------------------------------------------------
@route("GET", "/access/roles")
def role_list(call: Call) -> list[Row]:
    """Every role and its privileges."""
    return [{"roleid": name} | row for name, row in call.world.table("roles").items()]


@route("POST", "/access/roles", ROLES_RIGHT, takes="roleid! privs")
def role_add(call: Call) -> None:
    """Make a role."""
    name = call.params["roleid"]
    if name in call.world.table("roles"):
        raise ApiError(500, f"create role failed: role '{name}' already exists")
    call.world.table("roles")[name] = {"privs": call.params.get("privs", "")}


@route("GET", "/access/roles/{roleid}")
def role_show(call: Call) -> Row:
    """The privileges of one role."""
    row = found_row(call.world.table("roles"), call["roleid"], NO_ROLE)
    return {name: 1 for name in row["privs"].split(",") if name}


@route("PUT", "/access/roles/{roleid}", ROLES_RIGHT, takes="privs append:b")
def role_change(call: Call) -> None:
    """Change a role."""
    row = found_row(call.world.table("roles"), call["roleid"], NO_ROLE)
    old = row["privs"].split(",") if call.flag("append") else []
    row["privs"] = ",".join(dict.fromkeys([*old, *call.params.get("privs", "").split(",")]))


@route("DELETE", "/access/roles/{roleid}", ROLES_RIGHT)
def role_remove(call: Call) -> None:
    """Remove a role that is not built in."""
    row = found_row(call.world.table("roles"), call["roleid"], NO_ROLE)
    if row.get("special"):
        raise ApiError(500, f"auto-generated role '{call['roleid']}' cannot be deleted")
    del call.world.table("roles")[call["roleid"]]


@route("GET", "/access/acl")
def acl_list(call: Call) -> list[Row]:
    """Who has which role where: all of it, or what the caller may change."""
    is_auditor = call.who.holds("/access", "Sys.Audit")
    return [row for row in call.world.acl if is_auditor or call.who.holds(row["path"], "Permissions.Modify")]


@route("PUT", "/access/acl", takes="path! roles! users groups tokens propagate:b delete:b")
def acl_change(call: Call) -> None:
    """Give or take roles on a path; refused to whoever may not hand them on."""
    call.who.require(call.params["path"], "Permissions.Modify")
    for kind in ("user", "group", "token"):
        for ugid in filter(None, call.params.get(f"{kind}s", "").split(",")):
            for role in call.params["roles"].split(","):
                found_row(call.world.table("roles"), role, NO_ROLE)
                _set_acl(call, {"path": call.params["path"], "type": kind, "ugid": ugid, "roleid": role})


def _set_acl(call: Call, row: Row) -> None:
    same = row.items()
    call.world.acl = [old for old in call.world.acl if not same <= old.items()]
    if not call.flag("delete"):
        call.world.acl.append(row | {"propagate": int(call.flag("propagate", default=True))})
