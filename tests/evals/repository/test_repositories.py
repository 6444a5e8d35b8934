"""Repositories of our own making, built into real git repositories and read by the product's reader, field by field.

Each ``expected.json`` was written by hand from its files; a field that it leaves out must be empty.
"""

import json
from dataclasses import MISSING, asdict, fields
from pathlib import Path

import pytest

from agents.repository.facts import (
    Chart,
    Declared,
    Gpu,
    Health,
    Language,
    Note,
    Port,
    Repository,
    Resources,
    Service,
    Volume,
)
from agents.repository.sizing import suggest
from agents.repository.telling import sized, summary
from bot.chat.words import LANGUAGES, Words
from tests.fixtures.repositories import from_directory, git, reader

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(place.name for place in FIXTURES.iterdir() if place.is_dir())


def expected(name):
    return json.loads((FIXTURES / name / "expected.json").read_text())


def filled(kind, told):
    """A value of that kind with what is told; every field that is not told has its default."""
    inner = {"ports": Port, "volumes": Volume, "health": Health, "gpu": Gpu, "resources": Resources}
    values = {}
    for name, value in told.items():
        made = inner.get(name) if kind is Service else None
        if isinstance(value, list):
            values[name] = tuple(filled(made, each) if made else each for each in value)
        else:
            values[name] = filled(made, value) if made and value is not None else value
    needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}
    assert needed <= set(values) | {"name"}, f"{kind.__name__} lacks {needed - set(values)}"
    return kind(**values)


def all_of(kind, told):
    return tuple(filled(kind, each) for each in told)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Every fixture as a real bare repository."""
    place = tmp_path_factory.mktemp("shelf")
    for name in NAMES:
        from_directory(FIXTURES / name, place / name)
    return place


READ = {}


@pytest.fixture
async def found(request, shelf, tmp_path):
    """Each is read once, whichever test comes first."""
    if request.param not in READ:
        repositories = reader(tmp_path, shelf)
        READ[request.param] = await repositories.read(repositories.address(f"file://{shelf / request.param}"))
    return READ[request.param]


@pytest.mark.parametrize(("found", "name"), [(name, name) for name in NAMES], indirect=["found"], ids=NAMES)
async def test_every_fact_is_the_one_that_a_person_wrote_down(found, name, shelf):
    told = expected(name)
    assert found.services == all_of(Service, told["services"])
    assert found.declared == all_of(Declared, told.get("declared", ()))
    assert found.charts == all_of(Chart, told.get("charts", ()))
    assert found.languages == all_of(Language, told.get("languages", ()))
    assert found.notes == all_of(Note, told.get("notes", ()))
    assert found.title == told.get("title", "")
    assert found.commit == git(shelf / name, "rev-parse", "main").decode().strip()
    assert_no_secret(found, told.get("secrets", ()))
    assert_size(found, told["size"])


def assert_no_secret(found: Repository, secrets):
    words = json.dumps(asdict(found))
    assert [secret for secret in secrets if secret in words] == []


def assert_size(found, told):
    size = suggest(found)
    seen = (size.kind, size.cores, size.memory_mb // 1024, size.disk_gb, size.needs_gpu)
    assert seen == (told["kind"], told["cores"], told["memory_gb"], told["disk_gb"], told["needs_gpu"])


@pytest.mark.parametrize("found", NAMES, indirect=True, ids=NAMES)
async def test_the_facts_are_told_in_both_languages(found):
    words = Words.load()
    for language in LANGUAGES:
        said = [words.say(each, language) for each in (*summary(found), *sized(suggest(found)))]
        assert all(0 < len(line) < 700 and line.isprintable() for line in said)


def test_there_are_a_dozen_of_them_with_secrets_planted_in_most():
    assert len(NAMES) >= 12
    assert sum(bool(expected(name).get("secrets")) for name in NAMES) >= 9
