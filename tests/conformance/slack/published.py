"""Slack's published types as a judge: a JSON Schema, made of them when the tests run and kept until they change."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from tests.fixtures.npm import npm_judge

HERE = Path(__file__).parent
GENERATOR = "node_modules/ts-json-schema-generator/bin/ts-json-schema-generator.js"
SECONDS = 120


class Published:
    """What Slack's types say about blocks, modals and manifests."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self.definitions = definitions

    @cached_property
    def blocks(self) -> dict[str, Draft7Validator]:
        """One validator for each kind of block: it says what is wrong, where a choice of twenty would only say no."""
        names = [each["$ref"].rpartition("/")[2] for each in self.definitions["KnownBlock"]["anyOf"]]
        return {kind: self.of(name) for name in names for kind in _kinds(self.definitions[name])}

    @cached_property
    def view(self) -> Draft7Validator:
        return self.of("SlackView")

    @cached_property
    def manifest(self) -> Draft7Validator:
        return self.of("SlackManifest")

    def view_faults(self, view: dict[str, Any]) -> Iterator[str]:
        """What is wrong with a modal: its frame, then its blocks."""
        yield from (error.message[:300] for error in self.view.iter_errors({**view, "blocks": []}))
        yield from self.faults(view["blocks"])

    def of(self, name: str) -> Draft7Validator:
        return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": self.definitions})

    def faults(self, blocks: list[dict[str, Any]]) -> Iterator[str]:
        """What is wrong with the blocks of one message."""
        for at, block in enumerate(blocks):
            judge = self.blocks.get(block.get("type", ""))
            if judge is None:
                yield f"block {at}: there is no block {block.get('type')!r}"
                continue
            for error in judge.iter_errors(block):
                yield f"block {at}: {error.json_path}: {error.message[:300]}"


def _kinds(definition: Mapping[str, Any]) -> Iterator[str]:
    """The type of a block; one that comes in several shapes names it in each."""
    for shape in definition.get("anyOf", [definition]):
        yield shape["properties"]["type"]["const"]


def read_published() -> Published:
    """The judge; raises ``NotInstalled`` where the types or node are missing."""
    node, place = npm_judge("slack-types", HERE, "types.ts")
    schema = place / "schema.json"
    if not schema.exists():
        _generate(node, place, schema)
    return Published(json.loads(schema.read_text(encoding="utf-8"))["definitions"])


def _generate(node: str, place: Path, schema: Path) -> None:
    making = schema.with_suffix(f".{os.getpid()}")
    command = [node, GENERATOR, "--path", "types.ts", "--type", "*", "--no-type-check", "--out", making]
    subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=SECONDS)
    making.replace(schema)
