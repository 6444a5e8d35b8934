"""A machine that would carry a repository, with the reason for each size. Pure, and a suggestion: a person decides.

**Memory.** What a service says itself comes first: its limit, else its reservation. Where it says nothing, the
documented minimum of well-known servers (a database engine, a search index, a JVM) is taken from ``_KNOWN``, 512 MB
for anything that is built here and 256 MB for any other image. Copies count. On top come 1 GB for Ubuntu with Docker
(k3s: 2 GB, its own documented minimum for a server) and a fifth of the sum, because a machine that is full when it is
new swaps the first day; then the next usual size.

**Cores.** What is reserved or half of what is allowed at most; else a quarter of a core for a small service and one
for an engine that works on its own. One core is the system's. At least 2, so that a build does not stop what runs.

**Disk.** 12 GB for the system with Docker and its logs, one image per distinct name (1 GB, 12 GB for CUDA or ROCm,
whose bases alone are 4 to 9 GB), and what is claimed; a volume without a size counts as 5 GB, 20 GB below a database
engine, 50 GB beside a GPU, where models are kept. A fifth stays free. Profiles that are not started by default are
left out of all three.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from agents.repository.facts import Repository, Service, Volume
from iac.errors import Sentence, say

CORES = (2, 4, 8, 12, 16, 24, 32, 48, 64)
MEMORY_GB = (2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
DISK_GB = (20, 40, 60, 80, 100, 150, 200, 300, 400, 600, 800, 1000, 1500, 2000)
_HEADROOM = 1.2
_SYSTEM_MB, _K3S_MB = 1024, 2048
_SYSTEM_GB, _IMAGE_GB, _GPU_IMAGE_GB = 12.0, 1.0, 12.0
_VOLUME_GB, _ENGINE_GB, _MODELS_GB = 5.0, 20.0, 50.0
_BUILT_MB, _OTHER_MB, _GPU_MB = 512, 256, 16_384
_SMALL, _BUSY, _GPU_CORES = 0.25, 1.0, 4.0
_KNOWN: tuple[tuple[str, int], ...] = (
    (r"starrocks|doris", 8192),
    (r"elasticsearch|opensearch|clickhouse|cassandra|scylla|trino|spark|flink", 4096),
    (r"kafka|redpanda|keycloak|sonarqube|jenkins|gitlab|neo4j|airflow|nifi", 2048),
    (r"mysql|mariadb|mssql|mlflow|jupyter|minio|milvus|qdrant|weaviate|prometheus|loki|superset|nexus", 1024),
    (r"postgres|postgis|timescale|mongo|influxdb|rabbitmq|grafana|logstash|kibana|nextcloud", 512),
    (r"redis|valkey|memcached|nginx|caddy|traefik|haproxy|exporter|cadvisor|alertmanager|mailhog|adminer|busybox", 128),
)
_ENGINES = re.compile(
    r"starrocks|doris|elasticsearch|opensearch|clickhouse|cassandra|kafka|mysql|mariadb|mssql|postgres|postgis|timescale|"
    r"mongo|influxdb|minio|prometheus|loki|milvus|neo4j"
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A machine: memory in MB, disk in GB. ``reasons`` has one sentence a size, none where nothing runs."""

    kind: Literal["vm", "k3s"]
    cores: int
    memory_mb: int
    disk_gb: int
    needs_gpu: bool
    reasons: tuple[Sentence, ...]


def suggest(repository: Repository) -> Suggestion:
    """The machine for everything that starts by default."""
    services = [s for s in repository.services if not s.profiles and s.replicas > 0]
    is_k3s = any(s.kind in {"kubernetes", "helm"} for s in services) and not any(s.kind == "compose" for s in services)
    system_mb = _K3S_MB if is_k3s else _SYSTEM_MB
    memory_mb = sum(memory_of(s) * s.replicas for s in services)
    cores = sum(cores_of(s) * s.replicas for s in services)
    images, volumes_gb = _images_gb(services), _volumes_gb(services)
    memory_gb = fitting((memory_mb + system_mb) / 1024 * _HEADROOM, MEMORY_GB)
    disk_gb = fitting((_SYSTEM_GB + images + volumes_gb) * _HEADROOM, DISK_GB)
    size = fitting(1 + cores, CORES)
    needs_gpu = any(s.gpu for s in services)
    reasons = (
        say("repository.size.cores", cores=size, wanted=round(cores, 1), count=len(services)),
        say(
            "repository.size.memory",
            memory_gb=memory_gb,
            wanted=round(memory_mb / 1024, 1),
            system_gb=system_mb // 1024,
        ),
        say(
            "repository.size.disk", disk_gb=disk_gb, images=round(images), volumes=round(volumes_gb), system=_SYSTEM_GB
        ),
    )
    return Suggestion(
        kind="k3s" if is_k3s else "vm",
        cores=size,
        memory_mb=memory_gb * 1024,
        disk_gb=disk_gb,
        needs_gpu=needs_gpu,
        reasons=reasons if services else (),
    )


def memory_of(service: Service) -> int:
    """Memory of one copy in MB."""
    said = service.resources.most_memory_mb or service.resources.memory_mb
    if said:
        return said
    if service.gpu:
        return _GPU_MB
    known = next((mb for sign, mb in _KNOWN if re.search(sign, service.image.lower())), None)
    return known or (_BUILT_MB if service.build else _OTHER_MB)


def cores_of(service: Service) -> float:
    """Cores of one copy."""
    most = service.resources.most_cores
    said = service.resources.cores or (most / 2 if most else None)
    if said:
        return said
    if service.gpu:
        return _GPU_CORES
    return _BUSY if _ENGINES.search(service.image.lower()) else _SMALL


def fitting(wanted: float, sizes: Sequence[int]) -> int:
    """The smallest usual size that is enough; beyond the largest, what is wanted itself."""
    return next((size for size in sizes if size >= wanted), math.ceil(wanted))


def _images_gb(services: Sequence[Service]) -> float:
    """One image a name; what is built here has the name of its build."""
    sizes = {service.image or service.build or service.name: service.gpu is not None for service in services}
    return sum(_GPU_IMAGE_GB if has_gpu else _IMAGE_GB for has_gpu in sizes.values())


def _volumes_gb(services: Sequence[Service]) -> float:
    return sum(dict(_kept(services)).values())


def _kept(services: Sequence[Service]) -> Iterator[tuple[str, float]]:
    """Each volume that keeps something, once, with its size; shared ones are named alike."""
    for service in services:
        for volume in service.volumes:
            if volume.keeps:
                name = volume.source or f"{service.name}:{volume.target}"
                copies = service.replicas if volume.kind == "claim_each" else 1
                yield name, _volume_gb(service, volume) * copies


def _volume_gb(service: Service, volume: Volume) -> float:
    if volume.size_gb:
        return volume.size_gb
    if service.gpu:
        return _MODELS_GB
    return _ENGINE_GB if _ENGINES.search(service.image.lower()) else _VOLUME_GB
