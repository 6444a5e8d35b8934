"""Ports and volumes of a compose file, short and long. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from agents.repository.amounts import gigabytes
from agents.repository.facts import Port, Volume
from agents.repository.filling import filled, is_open
from agents.repository.words import path_of, port_of
from agents.repository.yamls import Row, Table, table_of, text_of

_SHORT = re.compile(
    r"(?:(?:(?P<address>\[[0-9a-fA-F:.]{2,45}\]|[0-9.]{7,15}|localhost):)?(?P<published>[\d-]{0,11}):)?"
    r"(?P<container>[\d-]{1,11})(?:/(?P<protocol>[a-z]{3,4}))?"
)
_MOST = 64
_CONFIGURATION = re.compile(r"\.(?:ya?ml|json|conf|cfg|ini|toml|env|crt|pem|key|sql|sh|xml|properties|cnf|template)$")


def port_list(ports: Sequence[Any], expose: Sequence[Any]) -> tuple[tuple[Port, ...], int]:
    """The ports that are published, then those only other services see; and how many could not be read."""
    found: list[Port] = []
    odd = 0
    for each in ports:
        read = list(_long(each) if isinstance(each, Table) else _short(text_of(each)))
        found += read[:_MOST]
        odd += not read
    for each in expose:
        inner = [port for port in _short(text_of(each)) if all(port.container != p.container for p in found)]
        found += inner
    return tuple(dict.fromkeys(found)), odd


def volume_list(volumes: Sequence[Any], tmpfs: Any) -> tuple[tuple[Volume, ...], int]:
    """The volumes, and how many could not be read."""
    read = [_mounted(each) if isinstance(each, Table) else _short_volume(text_of(each)) for each in volumes]
    memory = [Volume("tmpfs", path) for each in _rows(tmpfs) if (path := path_of(text_of(each).partition(":")[0]))]
    kept = [volume for volume in read if volume is not None]
    return tuple(dict.fromkeys([*kept, *memory])), len(read) - len(kept)


def _rows(value: Any) -> Sequence[Any]:
    return value if isinstance(value, Row) else [] if value is None else [value]


def _short(text: str) -> Iterator[Port]:
    """``80``, ``8080:80``, ``127.0.0.1:8080:80/tcp``, ``3000-3005:3000-3005``."""
    match = _SHORT.fullmatch(filled(text.strip(), {}))
    if match is None:
        return
    inside, outside = _range(match["container"]), _range(match["published"] or "")
    outside = outside if len(outside) == len(inside) else [None] * len(inside)
    address = (match["address"] or "").strip("[]")
    for container, published in zip(inside, outside, strict=True):
        if container:
            yield Port(container, published, match["protocol"] or "tcp", address)


def _range(text: str) -> list[int | None]:
    first, _, last = text.partition("-")
    begin, end = port_of(first), port_of(last or first)
    return [*range(begin, min(end, begin + _MOST - 1) + 1)] if begin and end and begin <= end else []


def _long(table: Table) -> Iterator[Port]:
    published = filled(text_of(table.get("published")), {})
    for container in _range(filled(text_of(table.get("target")), {})):
        if container:
            protocol = text_of(table.get("protocol")) or "tcp"
            address = text_of(table.get("host_ip"))
            is_known = re.fullmatch(r"[0-9a-fA-F:.]{2,45}", address) is not None
            yield Port(
                container, port_of(published), "udp" if protocol == "udp" else "tcp", address if is_known else ""
            )


def _short_volume(text: str) -> Volume | None:
    """``name:/path``, ``./directory:/path:ro``, ``/path``."""
    parts = _parts(filled(text.strip(), {}))
    if not parts or is_open(parts[0]):
        parts = ["", *parts[1:]] if len(parts) > 1 else []
    if not parts or len(parts) > 3:  # noqa: PLR2004 - source, target, mode
        return None
    if len(parts) == 1:
        return Volume("anonymous", parts[0]) if path_of(parts[0]).startswith("/") else None
    is_read_only = len(parts) > 2 and "ro" in parts[2].split(",")  # noqa: PLR2004
    return _volume(parts[0], parts[1], is_read_only=is_read_only)


def _parts(text: str) -> list[str]:
    """Split at the colons; one before a backslash belongs to a Windows path."""
    return re.split(r":(?!\\)", text) if text else []


def _volume(source: str, target: str, *, is_read_only: bool) -> Volume | None:
    source, target = path_of(source), path_of(target)
    if not target:
        return None
    is_path = source.startswith((".", "/", "~")) or not source
    if is_path and (
        _CONFIGURATION.search(source) or source.startswith(("/var/run/", "/run/", "/proc", "/sys", "/dev"))
    ):
        return Volume("configuration", target, source, is_read_only)
    return Volume("bind" if is_path else "named", target, source, is_read_only)


def _mounted(table: Table) -> Volume | None:
    kind, target = text_of(table.get("type")) or "volume", path_of(filled(text_of(table.get("target")), {}))
    source = filled(text_of(table.get("source")), {})
    source = "" if is_open(source) else source
    if not target:
        return None
    if kind == "tmpfs":
        return Volume("tmpfs", target, size_gb=gigabytes(table_of(table.get("tmpfs")).get("size"), is_decimal=False))
    if kind == "volume" and not source:
        return Volume("anonymous", target)
    found = _volume(source, target, is_read_only=table.get("read_only") is True)
    return found if found is None or kind == "bind" else Volume("named", target, path_of(source), found.is_read_only)
