"""The catalogues: one TOML file a room and language, read once and checked against each other."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from string import Formatter

LANGUAGES = ("en", "fr")
FORMS = ("one", "other")


def load_catalogue(language: str) -> Mapping[str, str]:
    """Every message of one language: key -> pattern. A key that two rooms write raises ValueError."""
    found: dict[str, str] = {}
    for file in sorted(files(__package__).joinpath(language).iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        for key, pattern in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if key in found:
                raise ValueError(f"{language}/{file.name}: {key} is in another file already")
            found[key] = pattern
    return found


def fields_of(pattern: str) -> frozenset[str]:
    """The names of the fields of a pattern."""
    return frozenset(name for _, name, _, _ in Formatter().parse(pattern) if name is not None)


def plural_stem(key: str) -> str:
    """The key as code names it: without its plural form."""
    stem, dot, form = key.rpartition(".")
    return stem if dot and form in FORMS else key
