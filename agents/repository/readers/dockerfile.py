"""Dockerfile: the last stage and the stages that it stands on. Nothing is built. Pure."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from agents.repository.amounts import seconds
from agents.repository.facts import Found, Health, Note, Port, Service, Volume
from agents.repository.filling import filled, is_open
from agents.repository.gpus import gpu_of_image
from agents.repository.health import of_command
from agents.repository.words import image_of, path_of, port_of, variable_of
from iac.redaction import SECRET_NAME

_HEREDOC = re.compile(r"<<-?([\"']?)([A-Za-z_]\w*)\1")
_WORD = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_MOST_PORTS = 64
_PATH = re.compile(r"(?:/[a-z][a-z0-9_.-]{0,23}){1,8}/?")
_PLAIN = re.compile(r"[\w.:/@-]{1,160}")


@dataclass
class _Stage:
    """One stage while it is read; ``known`` are arguments and variables, for ports and images only."""

    name: str
    image: str
    line: int
    known: dict[str, str]
    ports: dict[tuple[int, str], Port] = field(default_factory=dict)
    volumes: dict[str, Volume] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    health: Health | None = None
    user: str = ""
    parent: "_Stage | None" = None


def read_dockerfile(text: str, file: str, name: str) -> Found:
    """The service that a Dockerfile makes; ``name`` is what it is called where nothing else names it."""
    stages: list[_Stage] = []
    arguments: dict[str, str] = {}
    notes: list[Note] = []
    for line, word, rest in instructions(text):
        if word == "FROM":
            stages.append(_stage(rest, line, arguments, stages))
        elif word == "ARG" and not stages:
            arguments |= dict(_pairs(rest, arguments))
        elif stages:
            _READERS.get(word, _skip)(stages[-1], rest)
    if not stages:
        return Found(notes=(Note("no_stage", file),))
    service = _service(stages[-1], file, name)
    if not service.image:
        notes.append(Note("open_image", file))
    return Found(services=(service,), notes=tuple(notes))


def instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """Each instruction with its line, comments and continued lines joined, here-documents left out."""
    escape = "`" if re.match(r"\s*#\s*escape\s*=\s*`", text) else "\\"
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        whole = [line.rstrip()]
        while whole[-1].endswith(escape):
            whole[-1] = whole[-1][:-1]
            _, more = next(lines, (0, ""))
            whole.append("" if more.lstrip().startswith("#") else more.rstrip())
            if more.lstrip().startswith("#"):
                whole[-1] = escape
        match = _WORD.match(" ".join(whole))
        if match:
            for _, ending in _HEREDOC.findall(match[2]) if match[1].upper() in {"RUN", "COPY", "ADD"} else ():
                next((n for n, each in lines if each.strip() == ending), None)
            yield number, match[1].upper(), match[2].strip()


def _stage(rest: str, line: int, arguments: dict[str, str], stages: list[_Stage]) -> _Stage:
    words = [word for word in rest.split() if not word.startswith("--")]
    source = filled(words[0], arguments) if words else ""
    name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""  # noqa: PLR2004 - FROM image AS name
    parent = next((stage for stage in stages if stage.name and stage.name == source.lower()), None)
    known = dict(parent.known) if parent else dict(arguments)
    image = parent.image if parent else "" if is_open(source) else image_of(source)
    return _Stage(name, image, line, known, parent=parent)


def _service(stage: _Stage, file: str, name: str) -> Service:
    chain = [stage]
    while chain[-1].parent:
        chain.append(chain[-1].parent)
    chain.reverse()
    ports = {key: port for each in chain for key, port in each.ports.items()}
    volumes = {path: volume for each in chain for path, volume in each.volumes.items()}
    names = sorted({variable for each in chain for variable in each.names})
    health = next((each.health for each in reversed(chain) if each.health), None)
    return Service(
        name=name,
        kind="dockerfile",
        source_file=file,
        line=stage.line,
        image=stage.image,
        build=file,
        ports=tuple(ports.values())[:_MOST_PORTS],
        volumes=tuple(volumes.values()),
        health=health,
        environment_names=tuple(names),
        user=next((each.user for each in reversed(chain) if each.user), ""),
        gpu=gpu_of_image(stage.image),
    )


def _pairs(rest: str, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """``NAME=value`` pairs; only values that could be part of an image or a port are held, and none is kept."""
    for word in _words(rest):
        name, has_value, value = word.partition("=")
        value = filled(value, known)
        if variable_of(name) and has_value and _PLAIN.fullmatch(value):
            yield name, value


def _arg(stage: _Stage, rest: str) -> None:
    stage.known |= dict(_pairs(rest, stage.known))


def _env(stage: _Stage, rest: str) -> None:
    words = _words(rest)
    if words and "=" not in words[0]:  # the old form: ENV NAME the rest is the value
        words = [f"{words[0]}="]
    stage.known |= dict(_pairs(rest, stage.known))
    stage.names |= dict.fromkeys(
        name for word in words if "=" in word and (name := variable_of(word.partition("=")[0]))
    )


def _expose(stage: _Stage, rest: str) -> None:
    for word in filled(rest, _numbers(stage)).split():
        number, _, protocol = word.lower().partition("/")
        first, _, last = number.partition("-")
        begin, end = port_of(first), port_of(last or first)
        for port in range(begin, min(end, begin + _MOST_PORTS) + 1) if begin and end else ():
            kind = protocol if protocol in {"udp", "sctp"} else "tcp"
            stage.ports[port, kind] = Port(port, protocol=kind)


def _volume(stage: _Stage, rest: str) -> None:
    known = _paths(stage)
    for path in (_json(rest) or _words(rest))[:_MOST_PORTS]:
        target = path_of(filled(path, known))
        if target and not is_open(target):
            stage.volumes[target] = Volume("anonymous", target)


def _health(stage: _Stage, rest: str) -> None:
    words = rest.split(None, 8)
    interval = next((seconds(word.partition("=")[2]) for word in words if word.startswith("--interval=")), None)
    bare = re.sub(r"^(?:--\S+\s+)*", "", rest)
    if bare.upper() == "NONE":
        stage.health = Health("off")
        return
    command = re.sub(r"^CMD\s+", "", bare, flags=re.IGNORECASE)
    stage.health = of_command([filled(each, _numbers(stage)) for each in _json(command) or [command]], interval)


def _user(stage: _Stage, rest: str) -> None:
    user = rest.split(maxsplit=1)[0] if rest.split() else ""
    stage.user = user if re.fullmatch(r"[\w.-]{1,32}(?::[\w.-]{1,32})?", user) else ""


def _open_to_all(stage: _Stage) -> list[tuple[str, str]]:
    """The variables that are not called like a secret."""
    return [(name, value) for name, value in stage.known.items() if not SECRET_NAME.search(name)]


def _numbers(stage: _Stage) -> dict[str, str]:
    """The variables that are numbers: the only ones that may show in a port or a check."""
    return {name: value for name, value in _open_to_all(stage) if value.isdecimal()}


def _paths(stage: _Stage) -> dict[str, str]:
    """The variables that are plain paths."""
    return {name: value for name, value in _open_to_all(stage) if _PATH.fullmatch(value)}


def _skip(_: _Stage, __: str) -> None:
    """Everything else says how it is built, not what it needs."""


_READERS = {"ARG": _arg, "ENV": _env, "EXPOSE": _expose, "VOLUME": _volume, "HEALTHCHECK": _health, "USER": _user}


def _json(text: str) -> list[str]:
    if not text.startswith("["):
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
