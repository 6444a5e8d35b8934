"""``threadform understand``: a file of conversations through the crew as the bot runs it, one prediction a line."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.settings import Settings


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the predictions; 0 when every conversation has one, 2 where a file cannot be read."""
    try:
        items, context = list(read_lines(arguments.file)), read_world(arguments.context)
        lines = predicted_lines(items, context, settings, is_live=arguments.model)
    except (OSError, ValueError) as wrong:
        print(f"threadform understand: {wrong}", file=sys.stderr)
        return 2
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    if arguments.out:
        Path(arguments.out).write_text(text, encoding="utf-8")
        print(f"{len(lines)} conversations read, predictions in {arguments.out}")
    else:
        print(text, end="")
    return 0


def read_lines(path: str) -> Iterator[Mapping[str, Any]]:
    """The JSON objects of a file, one a line. Raises ``ValueError`` with the number of a line that is none."""
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except ValueError as wrong:
            raise ValueError(f"{path}, line {number}: not JSON ({wrong})") from wrong
        if not isinstance(told, dict) or "id" not in told:
            raise ValueError(f"{path}, line {number}: an object with an id is expected")
        yield told


def read_world(path: str) -> Any:
    """The context of a file of conversations."""
    from bot.wiring.understanding import read_context

    try:
        return read_context(Path(path))
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError(f"{path}: not a context ({wrong})") from wrong


def predicted_lines(
    items: Sequence[Mapping[str, Any]], context: Any, settings: Settings, *, is_live: bool
) -> list[dict[str, Any]]:
    """One prediction a conversation. Raises ``ValueError`` where a live model is wanted and none has a key."""
    from bot.wiring.crew import models_of
    from bot.wiring.understanding import Tally, crew_over, predictions

    models = models_of(settings) if is_live else ()
    if is_live and not models:
        raise ValueError(
            "--model needs a model and none is set up: set THREADFORM_GEMINI_KEY or THREADFORM_OPENAI_URL, "
            "or leave --model out to use the offline rules"
        )

    tally = Tally()

    async def lines() -> list[dict[str, Any]]:
        crew = crew_over(context, models, tally)
        try:
            return [line async for line in predictions(items, context, crew)]
        finally:
            await crew.close()

    found = asyncio.run(lines())
    if models:
        print(tally.text(), file=sys.stderr)
    return found
