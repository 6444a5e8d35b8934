"""``threadform eval``: how well a file of conversations is understood, by the documented scoring."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.understand import predicted_lines, read_lines, read_world
from bot.settings import Settings

if TYPE_CHECKING:
    from agents.rules.scoring.marking import Marked

_MOST_CONFUSIONS = 10


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the figures; 0 when nothing unsafe was said, 1 where something was, 2 where a file cannot be read."""
    from pydantic import ValidationError

    from agents.rules.scoring.gold import Item, Prediction
    from agents.rules.scoring.summing import marks

    try:
        told = list(read_lines(arguments.gold))
        context = json.loads(Path(arguments.context).read_text(encoding="utf-8"))
        said = read_lines(arguments.predictions) if arguments.predictions else _understood(arguments, told, settings)
        items = [Item.model_validate(line) for line in told]
        marked = marks(items, [Prediction.model_validate(line) for line in said], context)
    except (OSError, ValueError, ValidationError) as wrong:
        print(f"threadform eval: {wrong}", file=sys.stderr)
        return 2
    print(json.dumps(_as_json(marked), indent=1) if arguments.json else "\n".join(_table(marked)))
    return 1 if any(m.is_unsafe for m in marked) else 0


def _understood(
    arguments: argparse.Namespace, told: list[Mapping[str, Any]], settings: Settings
) -> list[dict[str, Any]]:
    return predicted_lines(told, read_world(arguments.context), settings, is_live=arguments.model)


def _parts(marked: list["Marked"]) -> Iterator[tuple[str, list["Marked"]]]:
    yield "all", marked
    for language in sorted({m.lang for m in marked}):
        yield language, [m for m in marked if m.lang == language]
    for difficulty in sorted({m.difficulty for m in marked}):
        yield f"difficulty {difficulty}", [m for m in marked if m.difficulty == difficulty]
    yield "multi-turn", [m for m in marked if m.is_multi]


def _table(marked: list["Marked"]) -> Iterator[str]:
    from agents.rules.scoring.summing import confusions, figures, interval

    for name, part in _parts(marked):
        shown = (f"{key}={value if value is None else round(value, 3)}" for key, value in figures(part).items())
        yield f"{name:14s}" + "  ".join(shown)
    low, high = interval(marked)
    yield f"full_frame 95 % interval {low:.3f} to {high:.3f}"
    missed = [m.id for m in marked if not m.is_full]
    yield "not whole: " + (", ".join(missed) or "none")
    for wanted, said, count in confusions(marked)[:_MOST_CONFUSIONS]:
        yield f"taken for another: {wanted} as {said}, {count} times"


def _as_json(marked: list["Marked"]) -> dict[str, Any]:
    from agents.rules.scoring.summing import confusions, figures, interval

    return {
        "figures": {name: figures(part) for name, part in _parts(marked)},
        "full_frame_interval": interval(marked),
        "not_whole": [m.id for m in marked if not m.is_full],
        "unsafe": [m.id for m in marked if m.is_unsafe],
        "confusions": confusions(marked),
    }
