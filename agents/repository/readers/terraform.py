"""Terraform: what is declared, by name. No value of a variable, no argument and no state is kept. Pure."""

import re
from collections.abc import Iterator

from agents.repository.facts import Declared, Found, Note
from agents.repository.hcl import BadHcl, Block, blocks
from agents.repository.words import name_of

_TWO_LABELS = {"resource", "data"}
_ONE_LABEL = {"module", "provider", "variable", "output"}
_SOURCE = re.compile(r"(?!.*://[^/]*@)[\w./:-]{1,160}(?:\?ref=[\w./-]{1,60})?")


def read_terraform(text: str, file: str) -> Found:
    """The blocks of one file."""
    try:
        found = [each for block in blocks(text) for each in _declared(block, file)]
    except BadHcl:
        return Found(notes=(Note("hcl", file),))
    return Found(declared=tuple(found))


def _declared(block: Block, file: str) -> Iterator[Declared]:
    labels = [name_of(label) for label in block.labels]
    if block.kind == "terraform":
        yield from _backend(block, file)
    elif not all(labels):
        return
    elif block.kind in _TWO_LABELS and len(labels) == 2:  # noqa: PLR2004 - its type and its name
        yield Declared("data" if block.kind == "data" else "resource", labels[1], file, block.line, labels[0])
    elif block.kind in _ONE_LABEL and len(labels) == 1:
        source = block.attributes.get("source", "") if block.kind == "module" else ""
        kind = block.kind
        yield Declared(kind, labels[0], file, block.line, source if _SOURCE.fullmatch(source) else "")  # type: ignore[arg-type]


def _backend(block: Block, file: str) -> Iterator[Declared]:
    """Where the state is kept: its kind alone."""
    for inner in block.blocks:
        if inner.kind == "backend" and inner.labels and name_of(inner.labels[0]):
            yield Declared("backend", name_of(inner.labels[0]), file, inner.line)
