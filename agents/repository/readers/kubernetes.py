"""Kubernetes manifests: workloads, and the services, ingresses and claims that belong to them. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from agents.repository.amounts import gigabytes, whole
from agents.repository.facts import Found, Note, Port, Service
from agents.repository.gpus import gpu_of_image
from agents.repository.readers.kubernetes_pods import (
    configuration_of,
    container_ports,
    gpu_of,
    health_of,
    mounts_of,
    needs_of,
    resources_of,
    variables_of,
)
from agents.repository.words import host_of, image_of, name_of, port_of
from agents.repository.yamls import Table, Unreadable, documents, row_of, table_of, text_of

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "ReplicaSet"})
_KNOWN = WORKLOADS | {"Service", "Ingress", "PersistentVolumeClaim", "ConfigMap", "Secret", "List", "Namespace"}
_QUIET = frozenset({
    "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "NetworkPolicy", "Kustomization",
    "PodDisruptionBudget", "HorizontalPodAutoscaler", "LimitRange", "ResourceQuota", "StorageClass", "PersistentVolume",
})  # fmt: skip
Kind = Literal["kubernetes", "helm"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object of a manifest, and the file it stands in."""

    kind: str
    name: str
    body: Table
    file: str


def read_manifest(text: str, file: str) -> tuple[tuple[Manifest, ...], tuple[Note, ...]]:
    """The objects of one file; nothing for YAML that is something else."""
    try:
        found = [one for document in documents(text) for one in _objects(document, file)]
    except Unreadable as no:
        return (), (Note(no.reason, file),)
    odd = sorted({one.kind for one in found if one.kind not in _KNOWN | _QUIET})
    return tuple(found), tuple(Note("kind", file, kind) for kind in odd)


def services_of(objects: Sequence[Manifest], kind: Kind = "kubernetes") -> Found:
    """All objects of a repository as services: what a Service, an Ingress or a claim says goes to its workload."""
    claims = {
        one.name: _claim_gb(table_of(one.body.get("spec"))) for one in objects if _is(one, "PersistentVolumeClaim")
    }
    services: list[Service] = []
    for one in objects:
        if one.kind in WORKLOADS:
            services += _workload(one, kind, objects, claims)
    return Found(services=tuple(services))


def _is(one: Manifest, kind: str) -> bool:
    return one.kind == kind


def _objects(document: Any, file: str) -> Iterator[Manifest]:
    body = table_of(document)
    kind = name_of(body.get("kind"))
    if not body.get("apiVersion") or not kind:
        return
    if kind == "List":
        for each in row_of(body.get("items")):
            yield from _objects(each, file)
        return
    yield Manifest(kind, name_of(table_of(body.get("metadata")).get("name")), body, file)


def _template(one: Manifest) -> Table:
    """The pod that a workload makes: metadata and spec."""
    spec = table_of(one.body.get("spec"))
    if one.kind == "Pod":
        return one.body
    if one.kind == "CronJob":
        spec = table_of(table_of(spec.get("jobTemplate")).get("spec"))
    return table_of(spec.get("template"))


def _workload(
    one: Manifest, kind: Kind, objects: Sequence[Manifest], claims: dict[str, float | None]
) -> Iterator[Service]:
    template = _template(one)
    pod = table_of(template.get("spec"))
    spec = table_of(one.body.get("spec"))
    labels = table_of(table_of(template.get("metadata")).get("labels"))
    sizes = {**claims, **_own_claims(spec)}
    containers = [table_of(each) for each in row_of(pod.get("containers"))]
    domains = tuple(dict.fromkeys(_domains(objects, labels)))
    for container in containers:
        name = one.name if len(containers) == 1 else f"{one.name}/{name_of(container.get('name'))}"
        image = image_of(container.get("image"))
        yield Service(
            name=name,
            kind=kind,
            source_file=one.file,
            line=container.line or one.body.line,
            image=image,
            ports=tuple(_published(container_ports(container), objects, labels)),
            volumes=mounts_of(container, pod, sizes),
            health=health_of(container),
            environment_names=variables_of(container),
            needs=needs_of(pod, objects),
            configuration=configuration_of(container, pod),
            domains=domains,
            gpu=gpu_of(container) or gpu_of_image(image),
            replicas=1 if (count := whole(spec.get("replicas"))) is None else count,
            resources=resources_of(container),
        )


def _own_claims(spec: Table) -> dict[str, float | None]:
    """The claims that a StatefulSet makes for each copy."""
    templates = [table_of(each) for each in row_of(spec.get("volumeClaimTemplates"))]
    return {
        name_of(table_of(each.get("metadata")).get("name")): _claim_gb(table_of(each.get("spec"))) for each in templates
    }


def _claim_gb(spec: Table) -> float | None:
    requests = table_of(table_of(spec.get("resources")).get("requests"))
    return gigabytes(requests.get("storage"))


def _selects(one: Manifest, labels: Table) -> bool:
    selector = table_of(table_of(one.body.get("spec")).get("selector"))
    return one.kind == "Service" and bool(selector) and all(labels.get(k) == v for k, v in selector.items())


def _published(ports: Sequence[tuple[str, Port]], objects: Sequence[Manifest], labels: Table) -> Iterator[Port]:
    """The ports of a container with what a Service opens for them: its node port, or its own."""
    opened = [each for one in objects if _selects(one, labels) for each in _opened(table_of(one.body["spec"]))]
    for name, port in ports:
        mine = next((number for each, number in opened if _is_for(each, name, port)), None)
        yield Port(port.container, mine, port.protocol)


def _opened(spec: Table) -> Iterator[tuple[Table, int | None]]:
    """Each port of a Service, with the one that it opens to the outside: inside the cluster alone, it opens none."""
    kind = text_of(spec.get("type"))
    for each in map(table_of, row_of(spec.get("ports"))):
        number = each.get("nodePort") or (each.get("port") if kind == "LoadBalancer" else None)
        yield each, port_of(number) if kind in {"NodePort", "LoadBalancer"} else None


def _is_for(opened: Table, name: str, port: Port) -> bool:
    target = opened.get("targetPort", opened.get("port"))
    return target == port.container or (bool(name) and target == name)


def _domains(objects: Sequence[Manifest], labels: Table) -> Iterator[str]:
    """The names of the Internet under which an Ingress shows what these labels select."""
    mine = {one.name for one in objects if _selects(one, labels)}
    for one in objects:
        for rule in map(table_of, row_of(table_of(one.body.get("spec")).get("rules")) if _is(one, "Ingress") else []):
            host = host_of(text_of(rule.get("host")))
            paths = row_of(table_of(rule.get("http")).get("paths"))
            if host and mine & {_backend(table_of(table_of(each).get("backend"))) for each in paths}:
                yield host


def _backend(backend: Table) -> str:
    """The service of a backend, as the present and as the older version of the API write it."""
    return name_of(table_of(backend.get("service")).get("name") or backend.get("serviceName"))
