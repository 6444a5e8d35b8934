"""The files of a repository as one set of facts: each goes to its reader, then they are put together. Pure."""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import replace

from agents.repository.choosing import is_dockerfile, is_readme
from agents.repository.facts import Found, Note, Service
from agents.repository.readers.compose import is_compose, merged, rank_of, read_tables
from agents.repository.readers.dockerfile import read_dockerfile
from agents.repository.readers.helm import read_chart
from agents.repository.readers.kubernetes import read_manifest, services_of
from agents.repository.readers.languages import is_language, read_language
from agents.repository.readers.readme import read_readme
from agents.repository.readers.terraform import read_terraform
from agents.repository.words import name_of
from agents.repository.yamls import Table, Unreadable, documents, table_of

_BY_ITSELF = 4
"""Ranks below this are files that compose takes by itself."""


def read_files(files: Mapping[str, str], name: str) -> Found:
    """Everything that these files say; ``name`` is the repository's, for what has no name of its own."""
    charts = sorted(posixpath.dirname(file) for file in files if posixpath.basename(file) == "Chart.yaml")
    of_charts = {file for file in files if _chart_of(file, charts) is not None}
    parts = [read_chart(chart, _below(files, chart, charts)) for chart in charts]
    parts += _composed({file: text for file, text in files.items() if is_compose(file)})
    manifests = {
        f: t for f, t in files.items() if f.endswith((".yaml", ".yml")) and not is_compose(f) and f not in of_charts
    }
    parts.append(_manifests(manifests))
    parts += [read_terraform(text, file) for file, text in files.items() if file.endswith(".tf")]
    parts += [read_language(text, file) for file, text in files.items() if is_language(file)]
    parts += [read_readme(text) for file, text in files.items() if is_readme(file)]
    dockerfiles = {f: read_dockerfile(t, f, _called(f, name)) for f, t in files.items() if is_dockerfile(f)}
    return _built(Found.joined(parts), dockerfiles)


def _chart_of(file: str, charts: Iterable[str]) -> str | None:
    """The innermost chart that a file belongs to."""
    mine = [chart for chart in charts if not chart or file.startswith(f"{chart}/")]
    return max(mine, key=len) if mine else None


def _below(files: Mapping[str, str], chart: str, charts: Iterable[str]) -> dict[str, str]:
    every = list(charts)
    return {file: text for file, text in files.items() if _chart_of(file, every) == chart}


def _manifests(files: Mapping[str, str]) -> Found:
    read = [read_manifest(text, file) for file, text in files.items()]
    objects = [one for found, _ in read for one in found]
    # YAML that is something else entirely is nobody's loss: only files that look like manifests are told about.
    notes = [note for _, wrong in read for note in wrong if note.reason != "yaml" or "apiVersion" in files[note.file]]
    return Found.joined([services_of(objects), Found(notes=tuple(notes))])


def _composed(files: Mapping[str, str]) -> list[Found]:
    """One reading a directory: the file that compose takes by itself, with its override over it; variants are named."""
    found: list[Found] = []
    for directory in sorted({posixpath.dirname(file) for file in files}):
        here = sorted((f for f in files if posixpath.dirname(f) == directory), key=lambda f: (rank_of(f), f))
        tables, notes = _tables(here, files)
        found.append(Found(notes=tuple(notes)))
        found += _directory(tables)
    return found


def _tables(here: Iterable[str], files: Mapping[str, str]) -> tuple[dict[str, Table], list[Note]]:
    tables: dict[str, Table] = {}
    notes: list[Note] = []
    for file in here:
        try:
            tables[file] = table_of(next(iter(documents(files[file])), None))
        except Unreadable as no:
            notes.append(Note(no.reason, file))
    return tables, notes


def _directory(tables: Mapping[str, Table]) -> list[Found]:
    every = list(tables)
    if not every:
        return []
    first = every[0]
    if rank_of(first) >= _BY_ITSELF:  # only variants are there: each stands for itself
        return [read_tables(tables[file], file) for file in every]
    overrides = [file for file in every[1:] if ".override." in file]
    others = [file for file in every[1:] if file not in overrides]
    table = tables[first]
    for file in overrides:
        table = merged(table, tables[file])
    notes = tuple(Note("variant", file, first) for file in others)
    return [read_tables(table, first), Found(notes=notes)]


def _called(file: str, name: str) -> str:
    """The name of what a Dockerfile makes: its directory, or the repository for one at the top."""
    directory = posixpath.basename(posixpath.dirname(file))
    ending = posixpath.basename(file).partition(".")[2] if posixpath.basename(file).startswith("Dockerfile.") else ""
    top = name_of(directory) or name_of(name) or "app"
    return f"{top}-{ending}" if name_of(ending) else top


def _built(found: Found, dockerfiles: Mapping[str, Found]) -> Found:
    """Services with what their Dockerfiles add; one that nothing builds is a service only where nothing runs."""
    used: set[str] = set()
    services = []
    for service in found.services:
        file = _dockerfile_of(service, dockerfiles)
        used.add(file)
        made = dockerfiles[file].services if file else ()
        services.append(_with(service, made[0]) if made else service)
    free = [file for file in dockerfiles if file not in used]
    notes = [note for file, made in dockerfiles.items() for note in made.notes]
    if services:
        notes += [Note("unused", file) for file in free]
    else:
        services = [service for file in free for service in dockerfiles[file].services]
    return replace(found, services=tuple(services), notes=(*found.notes, *notes))


def _dockerfile_of(service: Service, dockerfiles: Mapping[str, Found]) -> str:
    """The Dockerfile that a service is built from: by its build, or by an image that is called like its directory."""
    if service.build:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(service.source_file), service.build))
        options = (path, f"{path}/Dockerfile" if path != "." else "Dockerfile", f"{path}/Containerfile")
        return next((each for each in options if each in dockerfiles), "")
    short = service.image.rpartition("/")[2].partition(":")[0].partition("@")[0]
    if service.kind == "compose" or not short:
        return ""
    return next((f for f, made in dockerfiles.items() if any(s.name == short for s in made.services)), "")


def _with(service: Service, made: Service) -> Service:
    """What a Dockerfile adds where the service says nothing itself."""
    return replace(
        service,
        build=service.build or made.build,
        ports=service.ports or made.ports,
        volumes=service.volumes or made.volumes,
        health=service.health or made.health,
        environment_names=tuple(sorted({*service.environment_names, *made.environment_names})),
        user=service.user or made.user,
        gpu=service.gpu or made.gpu,
    )
