"""Helm charts: the chart, its values, and what the plain parts of its templates say. Helm is never run. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from agents.repository.amounts import whole
from agents.repository.facts import Chart, Found, Note, Port, Service
from agents.repository.gpus import gpu_of_image
from agents.repository.readers.kubernetes import Manifest, read_manifest, services_of
from agents.repository.readers.kubernetes_pods import gpu_of, resources_of
from agents.repository.templates import HOLE, filled_template, with_version
from agents.repository.words import image_of, name_of, port_of
from agents.repository.yamls import Table, Unreadable, documents, row_of, table_of, text_of


def read_chart(directory: str, files: Mapping[str, str]) -> Found:
    """One chart from its files: ``Chart.yaml``, ``values.yaml`` and ``templates/`` below ``directory``."""
    base = f"{directory}/" if directory else ""
    chart_file, values_file = f"{base}Chart.yaml", f"{base}values.yaml"
    told, wrong = _table(files.get(chart_file, ""), chart_file)
    values, more_wrong = _table(files.get(values_file, ""), values_file)
    name = name_of(told.get("name")) or name_of(directory.rpartition("/")[2]) or "chart"
    chart = Chart(name, _version(told.get("version")), chart_file, _needs(told))
    objects, notes, holes = _objects(base, files, (values, name, _version(told.get("appVersion"))))
    found = [_without_holes(service) for service in services_of(objects, "helm").services]
    notes = [*wrong, *more_wrong, *notes]
    if holes:
        notes.append(Note("templates", f"{base}templates", name, holes))
    if not found and values:
        found = _from_values(values, name, values_file, _version(told.get("appVersion")))
        notes.append(Note("values_only", values_file, name))
    return Found(services=tuple(found), charts=(chart,), notes=tuple(notes))


def _table(text: str, file: str) -> tuple[Table, list[Note]]:
    try:
        return table_of(next(iter(documents(text)), None)), []
    except Unreadable as no:
        return table_of(None), [Note(no.reason, file)]


def _version(value: object) -> str:
    text = text_of(value).strip()
    return text if name_of(text) or name_of(text.replace("+", "-")) else ""


def _needs(told: Table) -> tuple[str, ...]:
    every = [name_of(table_of(each).get("name")) for each in row_of(told.get("dependencies"))]
    return tuple(name for name in every if name)


def _objects(
    base: str, files: Mapping[str, str], chart: tuple[Table, str, str]
) -> tuple[list[Manifest], list[Note], int]:
    values, name, version = chart
    objects: list[Manifest] = []
    notes: list[Note] = []
    holes = 0
    for file in sorted(files):
        if not file.startswith(f"{base}templates/") or not file.endswith((".yaml", ".yml")) or "/tests/" in file:
            continue
        text, open_ones = filled_template(files[file], with_version(values, version), name)
        found, wrong = read_manifest(text, file)
        objects += found
        notes += [Note("template", each.file, name) if each.reason == "yaml" else each for each in wrong]
        holes += open_ones
    return objects, notes, holes


def _without_holes(service: Service) -> Service:
    """The service without what only Helm would know."""
    image = service.image.removesuffix(f":{HOLE}")
    image = "" if HOLE in image.replace(":", "/").split("/") else image
    kept = tuple(dict.fromkeys(each for each in service.configuration if HOLE not in each))
    names = tuple(name for name in service.environment_names if name != HOLE)
    return replace(service, image=image, configuration=kept, environment_names=names)


def _from_values(values: Table, name: str, file: str, version: str) -> list[Service]:
    """What ``helm create`` puts into the values of every chart: image, service, replicas, resources."""
    image = table_of(values.get("image"))
    parts = [text_of(image.get(key)).strip() for key in ("registry", "repository")]
    reference = "/".join(part for part in parts if part)
    tag = text_of(image.get("tag")) or version
    port = port_of(table_of(values.get("service")).get("port"))
    reference = image_of(f"{reference}:{tag}" if tag and reference else reference)
    count = whole(values.get("replicaCount"))
    service = Service(
        name=name,
        kind="helm",
        source_file=file,
        line=values.lines.get("image", 1),
        image=reference,
        ports=(Port(port, port),) if port else (),
        gpu=gpu_of(values) or gpu_of_image(reference),
        replicas=1 if count is None else count,
        resources=resources_of(values),
    )
    return [service] if reference else []
