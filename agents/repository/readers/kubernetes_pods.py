"""What one container of a pod says: ports, mounts, probes, variables, resources. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from agents.repository.amounts import cores, megabytes, seconds, whole
from agents.repository.facts import Gpu, Health, Port, Resources, Volume
from agents.repository.health import of_command, safe_path
from agents.repository.words import name_of, path_of, port_of, variable_of
from agents.repository.yamls import Table, row_of, table_of, text_of

_GPUS = (("nvidia.com/", "nvidia"), ("amd.com/gpu", "amd"), ("gpu.intel.com/", "intel"))


class Named(Protocol):
    """An object of a manifest, as far as its name goes."""

    @property
    def kind(self) -> str:
        """Its kind."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...


def container_ports(container: Table) -> list[tuple[str, Port]]:
    """Each port with the name it is called by."""
    found = []
    for each in map(table_of, row_of(container.get("ports"))):
        number = port_of(each.get("containerPort"))
        if number:
            found.append(
                (name_of(each.get("name")), Port(number, protocol=text_of(each.get("protocol")).lower() or "tcp"))
            )
    return found


def variables_of(container: Table) -> tuple[str, ...]:
    """The names of its variables."""
    names = {variable_of(table_of(each).get("name")) for each in row_of(container.get("env"))}
    return tuple(sorted(names - {""}))


def configuration_of(container: Table, pod: Table) -> tuple[str, ...]:
    """The ConfigMaps and Secrets that it is given, by name: ``secret/db``."""
    sources = [table_of(each) for each in row_of(container.get("envFrom"))]
    sources += [table_of(table_of(each).get("valueFrom")) for each in row_of(container.get("env"))]
    sources += [table_of(each) for each in row_of(pod.get("volumes"))]
    return tuple(dict.fromkeys(name for source in sources for name in _given(source)))


def _given(source: Table) -> Iterator[str]:
    for kind, keys in (
        ("configmap", ("configMapRef", "configMapKeyRef", "configMap")),
        ("secret", ("secretRef", "secretKeyRef", "secret")),
    ):
        for key in keys:
            table = table_of(source.get(key))
            name = name_of(table.get("name") or table.get("secretName"))
            if name:
                yield f"{kind}/{name}"


def mounts_of(container: Table, pod: Table, sizes: Mapping[str, float | None]) -> tuple[Volume, ...]:
    """Where its volumes are mounted; a claim with the size that was asked for it."""
    volumes = {name_of(table_of(each).get("name")): table_of(each) for each in row_of(pod.get("volumes"))}
    found: list[Volume] = []
    for mount in map(table_of, row_of(container.get("volumeMounts"))):
        name, target = name_of(mount.get("name")), path_of(text_of(mount.get("mountPath")))
        if target:
            found.append(_mount(volumes.get(name, table_of(None)), name, target, sizes))
    return tuple(dict.fromkeys(found))


def _mount(volume: Table, name: str, target: str, sizes: Mapping[str, float | None]) -> Volume:
    claim = name_of(table_of(volume.get("persistentVolumeClaim")).get("claimName"))
    if claim:
        return Volume("claim", target, claim, size_gb=sizes.get(claim))
    if name in sizes and not volume:
        return Volume("claim_each", target, name, size_gb=sizes[name])
    if "hostPath" in volume:
        return Volume("bind", target, path_of(text_of(table_of(volume.get("hostPath")).get("path"))))
    if {"configMap", "secret", "projected", "downwardAPI"} & set(volume):
        return Volume("configuration", target, name, is_read_only=True)
    return Volume("tmpfs" if "emptyDir" in volume else "named", target, name)


def health_of(container: Table) -> Health | None:
    """Its liveness probe, else its readiness or startup probe."""
    for key in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = table_of(container.get(key))
        if probe:
            return _probe(probe, dict(container_ports(container)))
    return None


def _probe(probe: Table, ports: Mapping[str, Port]) -> Health | None:
    every = seconds(probe.get("periodSeconds"))
    http, tcp, grpc = (table_of(probe.get(key)) for key in ("httpGet", "tcpSocket", "grpc"))
    if http:
        return Health(
            "http", port=_port(http.get("port"), ports), path=safe_path(text_of(http.get("path"))), interval_s=every
        )
    if tcp:
        return Health("tcp", port=_port(tcp.get("port"), ports), interval_s=every)
    if grpc:
        return Health("grpc", port=_port(grpc.get("port"), ports), interval_s=every)
    words = [text_of(each) for each in row_of(table_of(probe.get("exec")).get("command"))]
    return of_command(words, every) if words else None


def _port(value: Any, ports: Mapping[str, Port]) -> int | None:
    named = ports.get(text_of(value))
    return named.container if named else port_of(value)


def resources_of(container: Table) -> Resources:
    """What is asked for and what is allowed at most."""
    asked = table_of(table_of(container.get("resources")).get("requests"))
    most = table_of(table_of(container.get("resources")).get("limits"))
    return Resources(
        cores=cores(asked.get("cpu")),
        memory_mb=megabytes(asked.get("memory"), is_decimal=True),
        most_cores=cores(most.get("cpu")),
        most_memory_mb=megabytes(most.get("memory"), is_decimal=True),
    )


def gpu_of(container: Table) -> Gpu | None:
    """The GPU that its limits or requests name."""
    resources = table_of(container.get("resources"))
    for part in ("limits", "requests"):
        for key, value in table_of(resources.get(part)).items():
            vendor: Any = next((v for sign, v in _GPUS if key.startswith(sign)), None)
            if vendor and whole(value, 64) != 0:
                return Gpu(vendor, whole(value, 64), "limit")
    return None


def needs_of(pod: Table, objects: Sequence[Named]) -> tuple[str, ...]:
    """The services of the same repository that its variables point at: ``db`` in ``postgres://db:5432``.

    Only names of Services that stand in the repository are looked for, so that no value is ever kept.
    """
    words: set[str] = set()
    for container in map(table_of, row_of(pod.get("containers"))):
        for each in map(table_of, row_of(container.get("env"))):
            text = text_of(each.get("value"))[:2000]
            words |= set(text.replace("/", " ").replace(":", " ").replace("@", " ").replace(".", " ").split())
    names = [one.name for one in objects if one.kind == "Service" and one.name]
    return tuple(name for name in dict.fromkeys(names) if name in words)
