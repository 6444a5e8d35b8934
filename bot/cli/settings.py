"""``threadform settings``: every setting, its default and its meaning, as the table of docs/settings.md."""

import argparse

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bot.settings import Settings


def run(_arguments: argparse.Namespace, _settings: Settings) -> int:
    """Print the table."""
    print(table())
    return 0


def table() -> str:
    """The table in Markdown."""
    head = ["| Setting | Default | Meaning |", "|---|---|---|"]
    return "\n".join([*head, *(_row(name, Settings.model_fields[name]) for name in _in_order())])


def _in_order() -> list[str]:
    """The settings of the installation itself, then those of each chat."""
    own = [name for name in Settings.model_fields if name in Settings.__annotations__]
    return [*own, *(name for name in Settings.model_fields if name not in own)]


def _row(name: str, field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True, validated_data={})
    shown = "" if default in (None, "", PydanticUndefined, {}, ()) else f"`{_plain(default)}`"
    return f"| `THREADFORM_{name.upper()}` | {shown} | {field.description} |"


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)
