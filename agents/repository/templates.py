"""Helm templates without Helm: values are put in where a path is named, everything else becomes a hole. Pure.

Nothing is executed: no function runs, no loop turns, no file is included. A condition that is a plain path of the
values is decided by them; any other is taken as met.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from agents.repository.yamls import Table, text_of

HOLE = "unknown"
"""What stands where only Helm would know; no reader takes it for a fact, for it is checked for."""
_TAG = re.compile(r"\{\{-?([^{}]{0,2000})\}\}")
_PATH = re.compile(r"\.Values((?:\.[A-Za-z_]\w*)+)")
_DEFAULT = re.compile(r"default\s+(\"[^\"]*\"|'[^']*'|[\w.-]+)")
_YAML = re.compile(r"toYaml\s+(?:\.Values((?:\.[A-Za-z_]\w*)+)|(\.))(?:\s*\|\s*n?indent\s+(\d{1,2}))?$")
_WORD = re.compile(r"(if|with|range|define|block|else if|else|end)\b")
_LABELS = re.compile(r"(?:include|template)\s+\"[\w.-]*?[lL]abels\"[^|]*\|\s*n?indent\s+(\d{1,2})$")
_NAMES = re.compile(r"(?:include|template)\s+\"[\w.-]*?(?:fullname|name|serviceAccountName)\"")
_MOST_LINES = 5000
Values = Mapping[str, Any]


@dataclass
class _Scope:
    """An open block: whether what is inside counts, what a dot stands for, and whether a branch was taken."""

    is_on: bool
    dot: Any = None
    is_decided: bool = True
    is_taken: bool = True


@dataclass
class _Filling:
    """One template while it is filled."""

    values: Values
    chart: str
    scopes: list[_Scope] = field(default_factory=list)
    holes: int = 0

    @property
    def is_on(self) -> bool:
        return all(scope.is_on for scope in self.scopes)


def filled_template(text: str, values: Values, chart: str) -> tuple[str, int]:
    """The template as YAML as far as it can be known, and how many holes are left in it."""
    filling = _Filling(values, chart)
    # A tag over several lines is one line to us: the rest of YAML depends on where lines begin.
    joined = _TAG.sub(lambda match: match[0].replace("\n", " "), text)
    lines = [_line(filling, line) for line in joined.splitlines()[:_MOST_LINES]]
    return "\n".join(lines), filling.holes


def words_of(tag: re.Match[str]) -> str:
    """What stands in a tag, without its braces and dashes."""
    return tag[1].strip().removesuffix("-").rstrip()


def value_at(values: Any, path: str) -> Any:
    """The value at ``.a.b``; None where there is none."""
    for part in path.strip(".").split("."):
        values = values.get(part) if isinstance(values, Mapping) else None
    return values


def _line(filling: _Filling, line: str) -> str:
    """One line with its tags filled; an empty one where it goes away, so that the others keep their numbers."""
    tags = list(_TAG.finditer(line))
    if not tags:
        return line if filling.is_on else ""
    is_alone = not _TAG.sub("", line).strip()
    is_control = is_alone and all(_control(filling, words_of(tag)) for tag in tags)
    if is_control or not filling.is_on:
        return ""
    before = line[: tags[0].start()]
    if len(tags) == 1 and (is_alone or before.rstrip().endswith(":")):
        return _several(filling, before, words_of(tags[0]), line)
    return _TAG.sub(lambda match: _inline(filling, words_of(match)), line)


def _several(filling: _Filling, before: str, words: str, line: str) -> str:
    """A tag that stands for several lines: a part of the values, or the labels that the chart gives everything."""
    whole, labels = _YAML.match(words), _LABELS.match(words)
    if whole:
        return _block(filling, before, whole)
    if labels:  # what selects and what is selected are written by the same words: one label stands for them
        return "\n".join(filter(None, [before.rstrip(), " " * int(labels[1]) + f"app: {filling.chart}"]))
    if before.strip():
        return _TAG.sub(lambda match: _inline(filling, words_of(match)), line)
    filling.holes += 1
    return ""


def _control(filling: _Filling, words: str) -> bool:
    """Open, turn or close a block; whether that is all the tag does."""
    match = _WORD.match(words)
    if match is None:
        return words.startswith(("/*", "$"))  # a comment, or a variable of the template's own
    word, rest = match[1], words[match.end() :].strip()
    if word == "end":
        if filling.scopes:
            filling.scopes.pop()
    elif word.startswith("else"):
        _turn(filling, rest)
    else:
        filling.scopes.append(_opened(filling, word, rest))
    return True


def _opened(filling: _Filling, word: str, rest: str) -> _Scope:
    if word in {"define", "block"}:
        return _Scope(is_on=False)
    is_met, value = _condition(filling, rest)
    if is_met is None:
        filling.holes += 1
    dot = value if word == "with" else None
    return _Scope(is_on=is_met is not False, dot=dot, is_decided=is_met is not None, is_taken=bool(is_met))


def _turn(filling: _Filling, rest: str) -> None:
    """An else: on where nothing before it was, and where nobody knows."""
    if not filling.scopes:
        return
    scope = filling.scopes[-1]
    if not scope.is_decided:
        return
    is_met = _condition(filling, rest)[0] if rest else True
    scope.is_on = not scope.is_taken and is_met is not False
    scope.is_taken = scope.is_taken or scope.is_on


def _condition(filling: _Filling, words: str) -> tuple[bool | None, Any]:
    """Whether a plain path, or the opposite of one, holds; None for anything else."""
    match = re.fullmatch(r"(not\s+)?\.Values((?:\.[A-Za-z_]\w*)+)", words.strip())
    if match is None:
        return None, None
    value = value_at(filling.values, match[2])
    return bool(value) != bool(match[1]), value


def _block(filling: _Filling, before: str, match: re.Match[str]) -> str:
    """``toYaml`` of a part of the values, indented as it asks."""
    dots = [scope.dot for scope in filling.scopes if scope.dot is not None]
    value = value_at(filling.values, match[1]) if match[1] else dots[-1] if dots else None
    if value is None:
        return before.rstrip()
    text = yaml.safe_dump(_plain(value), default_flow_style=False).removesuffix("...\n").rstrip("\n")
    indent = " " * int(match[3] or len(before) - len(before.lstrip()))
    return "\n".join([*([before.rstrip()] if before.strip() else []), *(indent + line for line in text.splitlines())])


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _inline(filling: _Filling, words: str) -> str:
    """A tag inside a line: a value, its default, the chart's name, or a hole."""
    match = _PATH.search(words)
    value = value_at(filling.values, match[1]) if match else None
    if value not in (None, "") and not isinstance(value, Mapping | list):
        return str(value).lower() if isinstance(value, bool) else text_of(value).replace("\n", " ")
    if ".Chart.AppVersion" in words:
        return text_of(filling.values.get("__version")) or HOLE
    default = _DEFAULT.search(words)
    if default:
        return default[1].strip("\"'")
    if _NAMES.search(words) or words in {".Chart.Name", ".Release.Name"}:
        return filling.chart
    filling.holes += 1
    return HOLE


def with_version(values: Table, version: str) -> Values:
    """The values with the version of the application beside them, for templates that name it."""
    return {**values, "__version": version}
