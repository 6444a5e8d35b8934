"""Who may do what: roles on paths, computed as pveum does (inheritance, propagation, pools, separated tokens)."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from iac.lab.world import ApiError, Row, World

ROOT = "root@pam"
NO_ACCESS = "NoAccess"


@dataclass
class Who:
    """The one who calls: ``user`` is ``name@realm``, ``token`` the token's name where one was used."""

    world: World
    user: str
    token: str | None = None

    @property
    def id(self) -> str:
        """As it stands in a UPID."""
        return f"{self.user}!{self.token}" if self.token else self.user

    @cached_property
    def groups(self) -> set[str]:
        """The groups of the user."""
        return set(filter(None, str(self.world.table("users").get(self.user, {}).get("groups", "")).split(",")))

    def privileges(self, path: str) -> dict[str, bool]:
        """Each privilege held on ``path`` and whether it propagates; a separated token never exceeds its user."""
        of_user = self._privileges(path, self.user, self.groups)
        if self.token is None:
            return of_user
        row = self.world.table(f"tokens/{self.user}").get(self.token, {})
        if not int(row.get("privsep", 1)):
            return of_user
        own = self._privileges(path, self.id, set())
        return {name: spreads and of_user[name] for name, spreads in own.items() if name in of_user}

    def holds(self, path: str, *names: str, is_any: bool = False) -> bool:
        """Whether all of ``names`` (with ``is_any``: one of them) are held on ``path``."""
        held = self.privileges(path)
        return any(name in held for name in names) if is_any else all(name in held for name in names)

    def require(self, path: str, *names: str, is_any: bool = False) -> None:
        """Refuse with PVE's own words where ``holds`` says no; raises ``ApiError`` 403."""
        if self.holds(path, *names, is_any=is_any):
            return
        shown = "|".join(names) if is_any else ", ".join(n for n in names if not self.holds(path, n))
        raise ApiError(403, f"Permission check failed ({path}, {shown})")

    def _privileges(self, path: str, ugid: str, groups: set[str]) -> dict[str, bool]:
        if ugid == ROOT:
            return dict.fromkeys(_all_privileges(self.world), True)
        roles = _roles(self.world, path, ugid, groups)
        for pool in _pools_around(self.world, path):
            roles |= _roles(self.world, f"/pool/{pool}", ugid, groups)
        return {
            name: spreads
            for role, spreads in roles.items()
            for name in _privileges_of(self.world, role)
            if NO_ACCESS not in roles
        }


def _all_privileges(world: World) -> tuple[str, ...]:
    return _privileges_of(world, "Administrator")


def _privileges_of(world: World, role: str) -> tuple[str, ...]:
    return _names(str(world.table("roles").get(role, {}).get("privs", "")))


@lru_cache(maxsize=256)
def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


def _levels(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part]
    return ["/", *("/" + "/".join(parts[: n + 1]) for n in range(len(parts)))]


def _roles(world: World, path: str, ugid: str, groups: set[str]) -> dict[str, bool]:
    """The deepest level that names the caller wins; at one level the user's own entry beats the group's."""
    found: dict[str, bool] = {}
    for level in _levels(path):
        rows = [row for row in world.acl if row["path"] == level and (row["propagate"] or level == path)]
        own = _named(rows, {ugid}, is_group=False)
        found = own or _named(rows, groups, is_group=True) or found
    return found


def _named(rows: list[Row], names: set[str], *, is_group: bool) -> dict[str, bool]:
    chosen = [row for row in rows if row["ugid"] in names and (row["type"] == "group") is is_group]
    return {row["roleid"]: bool(row["propagate"]) for row in chosen}


def _pools_around(world: World, path: str) -> list[str]:
    kind, _, name = path.lstrip("/").partition("/")
    if kind == "vms":
        return [pool for pool, row in world.pools.items() if name in map(str, row["vms"])]
    if kind == "storage":
        return [pool for pool, row in world.pools.items() if name in row["storages"]]
    return []
