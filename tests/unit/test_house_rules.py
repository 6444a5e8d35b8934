"""The rules of the house are enforced: a breach is a red build, and what is deployed names commands that exist."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.__main__ import _parser

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = next(a for a in _parser()._actions if a.dest == "command").choices

BREACHES = {
    "the agents reach for terraform": ("agents/rules/reach.py", "from iac.terraform import door\n"),
    "the agents reach for the hand": ("agents/rules/acts.py", "import iac.hand\n"),
    "a stage reaches for the hand": ("bot/flow/acts.py", "from iac.hand import Doer\n"),
    "the agents reach for the workspace": ("agents/nodes/reach.py", "import iac.workspace\n"),
    "machines learn of people": ("iac/people.py", "from bot.domain import run\n"),
    "a rule opens a database": ("bot/domain/opens.py", "import sqlalchemy\n"),
    "a stage calls another stage": ("bot/flow/closing.py", "from bot.flow import intake\n"),
    "a chat adapter moves machines": ("bot/chat/web/moves.py", "from iac.terraform import planner\n"),
    "a file claims no floor": ("bot/nowhere.py", "from bot.wiring import app\n"),
    "the domain knows the chat": ("bot/domain/talks.py", "from bot.chat import port\n"),
}


def copy_of_the_house(home: Path) -> Path:
    for room in ("bot", "agents", "iac"):
        shutil.copytree(ROOT / room, home / room, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", home)
    return home


def lint_imports(home: Path) -> subprocess.CompletedProcess:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    # The copy must be found before the installed project.
    environment = {**os.environ, "PYTHONPATH": str(home)}
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)


def test_the_house_as_it_stands_keeps_the_law(tmp_path):
    found = lint_imports(copy_of_the_house(tmp_path))
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_of_the_import_law_is_a_red_build(tmp_path, breach):
    home = copy_of_the_house(tmp_path)
    path, line = BREACHES[breach]
    file = home / path
    file.write_text((file.read_text() if file.exists() else '"""Breach."""\n') + line)
    found = lint_imports(home)
    assert found.returncode != 0
    assert "BROKEN" in found.stdout or "exhaustive" in found.stdout.lower()


def test_a_function_that_is_too_long_is_a_red_build(tmp_path):
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "iac").mkdir()
    body = "\n".join(f"    x = {n}" for n in range(60))
    (tmp_path / "iac" / "long.py").write_text(f'"""Long."""\n\n\ndef act():\n{body}\n')
    (tmp_path / "tests").mkdir()
    script = [sys.executable, tmp_path / ".ci" / "sizes.py"]
    found = subprocess.run(script, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "act" in found.stdout


def test_every_process_of_the_procfile_is_a_command():
    for line in (ROOT / "Procfile").read_text().splitlines():
        name, _, command = line.partition(": ")
        program, command = command.split()
        assert program == "threadform", name
        assert command in COMMANDS


def test_compose_starts_commands_that_exist_and_waits_for_services_that_exist():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert {"postgres", "redis", "bot", "worker"} <= set(services)
    ours = {name: service for name, service in services.items() if service.get("image", "").startswith("threadform")}
    for service in ours.values():
        assert service["command"][0] in COMMANDS
        assert set(service["depends_on"]) <= set(services)


def test_the_image_runs_as_a_user_of_its_own_with_compiled_bytecode():
    lines = (ROOT / "Dockerfile").read_text()
    assert "USER threadform" in lines
    assert "compileall" in lines
    assert "PYTHONDONTWRITEBYTECODE" not in lines
    copied = [line.split()[1:-1] for line in lines.splitlines() if line.startswith("COPY ") and "--from" not in line]
    assert [name for names in copied for name in names if not (ROOT / name).exists()] == []


def test_no_lock_file_names_a_registry():
    for lock in (ROOT / ".ci" / "lock").iterdir():
        assert "://" not in lock.read_text(), lock.name
