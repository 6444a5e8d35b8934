"""Compose files, versions 2 and 3 and the specification: what is declared, without running any of it. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from agents.repository.amounts import cores, megabytes, seconds, whole
from agents.repository.facts import Found, Gpu, Health, Note, Resources, Service
from agents.repository.filling import filled, is_open
from agents.repository.gpus import gpu_of_image
from agents.repository.health import of_command
from agents.repository.readers.compose_places import port_list, volume_list
from agents.repository.words import image_of, name_of, path_of, variable_of
from agents.repository.yamls import Row, Table, Unreadable, documents, row_of, table_of, text_of

_UNBOUNDED = -1
_NAME = re.compile(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml", re.IGNORECASE)
_FIRST = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""What ``docker compose`` takes when nothing is said, in its order."""


def is_compose(file: str) -> bool:
    """Whether a file is a compose file by its name."""
    return bool(_NAME.fullmatch(file.rpartition("/")[2]))


def rank_of(file: str) -> int:
    """Its place in the order that ``docker compose`` looks in; overrides and variants come last."""
    name = file.rpartition("/")[2].lower()
    return _FIRST.index(name) if name in _FIRST else len(_FIRST) + (".override." not in name)


def read_compose(text: str, file: str) -> Found:
    """The services of one file."""
    try:
        top = next(iter(documents(text)), None)
    except Unreadable as no:
        return Found(notes=(Note(no.reason, file),))
    return read_tables(table_of(top), file)


def merged(first: Table, over: Table) -> Table:
    """A file with another one over it, as compose merges: tables by key, rows added, everything else replaced."""
    for key, value in over.items():
        mine = first.get(key)
        if isinstance(mine, Table) and isinstance(value, Table):
            merged(mine, value)
        elif isinstance(mine, Row) and isinstance(value, Row):
            mine.extend(each for each in value if each not in mine)
        else:
            first[key] = value
            first.lines[key] = over.lines.get(key, first.line)
    return first


def read_tables(top: Table, file: str) -> Found:
    """The services of a file that was read already. Files without ``services`` are the first version of the format."""
    named = table_of(top.get("services"))
    if not named and "services" not in top:
        named = Table({k: v for k, v in top.items() if isinstance(v, Table) and ({"image", "build"} & set(v))})
        named.lines = {key: top.lines[key] for key in named}
    notes = [Note("include", file)] if top.get("include") else []
    services = []
    for name, body in named.items():
        if not name_of(name):
            notes.append(Note("odd_name", file))
            continue
        found, more = _service(name, table_of(body), file, named.lines.get(name, 1))
        services.append(found)
        notes += more
    if not services and not notes:
        notes.append(Note("no_services", file))
    return Found(services=tuple(services), notes=tuple(notes))


def _service(name: str, body: Table, file: str, line: int) -> tuple[Service, list[Note]]:
    ports, odd_ports = port_list(row_of(body.get("ports")), row_of(body.get("expose")))
    volumes, odd_volumes = volume_list(row_of(body.get("volumes")), body.get("tmpfs"))
    image = image_of(_plain(body.get("image")))
    notes = [Note("port", file, name, odd_ports)] if odd_ports else []
    notes += [Note("volume", file, name, odd_volumes)] if odd_volumes else []
    notes += [Note("extends", file, name)] if body.get("extends") else []
    notes += [Note("open_image", file, name)] if body.get("image") and not image else []
    deploy = table_of(body.get("deploy"))
    found = Service(
        name=name,
        kind="compose",
        source_file=file,
        line=line,
        image=image,
        build=_build(body.get("build")),
        ports=ports,
        volumes=volumes,
        health=_health(table_of(body.get("healthcheck"))),
        environment_names=tuple(sorted(set(_variables(body.get("environment"))))),
        environment_files=tuple(path for each in _listed(body.get("env_file")) if (path := path_of(_path(each)))),
        needs=tuple(dict.fromkeys(_needs(body))),
        profiles=tuple(p for each in _listed(body.get("profiles")) if (p := name_of(each))),
        configuration=tuple(dict.fromkeys(_configuration(body))),
        user=_user(body.get("user")),
        gpu=_gpu(body, deploy) or gpu_of_image(image),
        replicas=_replicas(body, deploy),
        resources=_resources(body, deploy),
    )
    return found, notes


def _plain(value: Any) -> str:
    """A scalar with the defaults of its fields filled in; nothing where a field stays open."""
    text = filled(text_of(value), {})
    return "" if is_open(text) else text


def _listed(value: Any) -> list[Any]:
    return list(row_of(value)) if isinstance(value, Row) else [value] if value is not None else []


def _path(value: Any) -> str:
    return _plain(table_of(value).get("path") if isinstance(value, Table) else value)


def _build(value: Any) -> str:
    """The directory that is built, with the Dockerfile where one is named: ``./web`` or ``./web/Dockerfile.prod``."""
    if not isinstance(value, Table):
        return path_of(_plain(value))
    context, dockerfile = _plain(value.get("context")) or ".", _plain(value.get("dockerfile"))
    return path_of(f"{context.rstrip('/')}/{dockerfile}" if dockerfile else context)


def _variables(value: Any) -> Iterator[str]:
    """Names from a table or from a list of ``NAME=value``; the values are dropped here."""
    names = list(value) if isinstance(value, Table) else [text_of(v).partition("=")[0] for v in row_of(value)]
    yield from (name for each in names if (name := variable_of(each)))


def _needs(body: Table) -> Iterator[str]:
    for key in ("depends_on", "links"):
        value = body.get(key)
        every = list(value) if isinstance(value, Table) else [text_of(v) for v in row_of(value)]
        yield from (name for each in every if (name := name_of(each.partition(":")[0])))
    mode = text_of(body.get("network_mode"))
    if mode.startswith("service:") and name_of(mode.removeprefix("service:")):
        yield mode.removeprefix("service:")


def _configuration(body: Table) -> Iterator[str]:
    for key, kind in (("secrets", "secret"), ("configs", "config")):
        for each in row_of(body.get(key)):
            name = name_of(table_of(each).get("source") if isinstance(each, Table) else each)
            if name:
                yield f"{kind}/{name}"


def _user(value: Any) -> str:
    text = _plain(value)
    return text if re.fullmatch(r"[\w.-]{1,32}(?::[\w.-]{1,32})?", text) else ""


def _health(body: Table) -> Health | None:
    if not body:
        return None
    if body.get("disable") is True:
        return Health("off")
    test = body.get("test")
    words = [text_of(each) for each in test] if isinstance(test, Row) else [text_of(test)]
    if words[0] == "NONE":
        return Health("off")
    return of_command([filled(each, {}) for each in words], seconds(body.get("interval")))


def _replicas(body: Table, deploy: Table) -> int:
    asked = [whole(_plain(each)) for each in (deploy.get("replicas"), body.get("scale"))]
    return next((count for count in asked if count is not None), 1)


def _resources(body: Table, deploy: Table) -> Resources:
    most = table_of(table_of(deploy.get("resources")).get("limits"))
    least = table_of(table_of(deploy.get("resources")).get("reservations"))
    return Resources(
        cores=cores(_plain(least.get("cpus"))),
        memory_mb=megabytes(_plain(least.get("memory"))) or megabytes(_plain(body.get("mem_reservation"))),
        most_cores=cores(_plain(most.get("cpus"))) or cores(_plain(body.get("cpus"))),
        most_memory_mb=megabytes(_plain(most.get("memory"))) or megabytes(_plain(body.get("mem_limit"))),
    )


def _gpu(body: Table, deploy: Table) -> Gpu | None:
    reserved = table_of(table_of(deploy.get("resources")).get("reservations"))
    devices = [*row_of(reserved.get("devices")), *row_of(body.get("gpus"))]
    for device in map(table_of, devices):
        able = {text_of(each) for group in row_of(device.get("capabilities")) for each in _listed(group)}
        if "gpu" in able or device.get("driver") == "nvidia" or body.get("gpus"):
            return Gpu(_vendor(device), _count(device), "reservation")
    if body.get("gpus") == "all":
        return Gpu("any", None, "reservation")
    mapped = " ".join(text_of(each) for each in row_of(body.get("devices")))
    if body.get("runtime") == "nvidia" or "/dev/nvidia" in mapped:
        return Gpu("nvidia", None, "runtime")
    return Gpu("amd", None, "runtime") if "/dev/kfd" in mapped else None


def _vendor(device: Mapping[str, Any]) -> Any:
    driver = text_of(device.get("driver"))
    return {"nvidia": "nvidia", "amdgpu": "amd", "amd": "amd"}.get(driver, "any")


def _count(device: Mapping[str, Any]) -> int | None:
    ids = row_of(device.get("device_ids"))
    return len(ids) or whole(_plain(device.get("count")), 64) or None
