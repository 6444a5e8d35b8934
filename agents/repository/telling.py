"""What was read, in a few sentences: what runs, what is reached, kept, expected and missing. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from agents.repository.facts import Language, Note, Port, Repository, Service
from agents.repository.sizing import Suggestion
from agents.repository.words import clean
from iac.errors import Sentence, say

MOST = 8
"""Names in one sentence; how many were left off is said."""
_MOST_NOTES = 4
_SHORT_COMMIT = 10


def summary(found: Repository) -> tuple[Sentence, ...]:
    """The facts in short. Names come from outside: they are shown as they stand, in one line, and never followed."""
    return (*_head(found), *_running(found), *_beside(found), *_unread(found.notes))


def _head(found: Repository) -> Iterator[Sentence]:
    key = "repository.read_title" if found.title else "repository.read"
    yield say(key, url=shown_url(found.url), commit_id=found.commit[:_SHORT_COMMIT], title=clean(found.title))


def _running(found: Repository) -> Iterator[Sentence]:
    services = found.services
    if not services:
        yield say("repository.nothing_runs")
        return
    yield say("repository.services", count=len(services), names=_few(service.name for service in services))
    asleep = [service.name for service in services if service.profiles]
    if asleep:
        yield say("repository.profiles", names=_few(asleep))
    yield from _reached(services)
    yield from _kept(services)
    yield from _wanting(services)


def _reached(services: Sequence[Service]) -> Iterator[Sentence]:
    outside = [f"{s.name} {_port(p)}" for s in services for p in s.ports if p.is_open]
    inside = [f"{s.name} {_port(p)}" for s in services for p in s.ports if not p.is_open]
    if outside:
        yield say("repository.ports", ports=_few(outside))
    elif inside:
        yield say("repository.ports_inside", ports=_few(inside))
    domains = [domain for service in services for domain in service.domains]
    if domains:
        yield say("repository.domains", names=_few(domains))


def _kept(services: Sequence[Service]) -> Iterator[Sentence]:
    """What must stay, each volume once with all who use it; and what reaches out of the application."""
    users: dict[str, list[str]] = {}
    for service in services:
        for volume in service.volumes:
            if volume.keeps:
                users.setdefault(volume.source or volume.target, []).append(service.name)
    if users:
        yield say("repository.volumes", volumes=_few(f"{name} ({', '.join(who[:3])})" for name, who in users.items()))
    outside = [f"{v.source} ({s.name})" for s in services for v in s.volumes if v.reaches_out]
    if outside:
        yield say("repository.reaches_out", names=_few(outside))


def _wanting(services: Sequence[Service]) -> Iterator[Sentence]:
    gpu = [service.name for service in services if service.gpu]
    if gpu:
        yield say("repository.gpu", names=_few(gpu))
    unchecked = [service.name for service in services if service.health is None or service.health.kind == "off"]
    if unchecked:
        yield say("repository.no_health", names=_few(unchecked), count=len(unchecked))
    names = sorted({name for service in services for name in service.environment_names})
    if names:
        yield say("repository.environment", names=_few(names), count=len(names))
    given = sorted({name for service in services for name in (*service.environment_files, *service.configuration)})
    if given:
        yield say("repository.configuration", names=_few(given))


def _beside(found: Repository) -> Iterator[Sentence]:
    if found.charts:
        yield say("repository.charts", names=_few(chart.name for chart in found.charts))
    resources = [one for one in found.declared if one.kind in {"resource", "module"}]
    if resources:
        kinds = dict.fromkeys(one.of if one.kind == "resource" else f"module.{one.name}" for one in resources)
        yield say("repository.terraform", count=len(resources), names=_few(kinds))
    if found.languages:
        yield say("repository.languages", names=_few(dict.fromkeys(_language(one) for one in found.languages)))


def _language(one: Language) -> str:
    return f"{one.name} ({', '.join(one.packages[:_MOST_NOTES])})" if one.packages else one.name


def _unread(notes: Sequence[Note]) -> Iterator[Sentence]:
    for note in notes[:_MOST_NOTES]:
        yield told(note)
    if len(notes) > _MOST_NOTES:
        yield say("repository.more_notes", count=len(notes) - _MOST_NOTES)


def told(note: Note) -> Sentence:
    """One note as a sentence."""
    return say(f"repository.note.{note.reason}", file=clean(note.file), what=clean(note.what), count=note.count)


def sized(suggestion: Suggestion) -> tuple[Sentence, ...]:
    """The machine that would carry it, why, and what it would still lack."""
    memory_gb = suggestion.memory_mb // 1024
    key = f"repository.size.{suggestion.kind}" if suggestion.reasons else "repository.size.small"
    head = say(key, cores=suggestion.cores, memory_gb=memory_gb, disk_gb=suggestion.disk_gb)
    lacking = (say("repository.size.gpu"),) if suggestion.needs_gpu else ()
    return (head, *suggestion.reasons, *lacking)


def shown_url(url: str) -> str:
    """The address as people write it."""
    return url.removesuffix(".git") if url.startswith("https://") else url


def _port(port: Port) -> str:
    number = port.published or port.container
    return f"{number}/{port.protocol}" if port.protocol != "tcp" else str(number)


def _few(names: Iterable[str]) -> tuple[str, ...]:
    every = list(dict.fromkeys(names))  # only those that are shown are cleaned: a repository may have a million
    shown = [clean(name, 60) for name in every[: MOST if len(every) <= MOST else MOST - 1]]
    return (*shown, *([f"+{len(every) - len(shown)}"] if len(every) > len(shown) else []))
