"""People wait for the start of the runner, and each apply has one: it loads nothing that an apply does not need."""

import os
import subprocess
import sys

import pytest

HEAVY = ("requests", "httpx", "proxmoxer", "starlette", "uvicorn", "redis", "taskiq", "google.adk", "rich", "alembic")
OURS = ("iac.proxmox", "iac.usable", "iac.lab.child", "agents.crew", "bot.flow", "bot.chat.web", "bot.wiring.app")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """What stands in memory when the runner, started as the worker starts it, has read the end of its input."""
    program = "import runpy, sys; sys.argv = ['bot.runner']; runpy.run_module('bot.runner', run_name='__main__')"
    tell = "import atexit, sys; atexit.register(lambda: print(*[name for name, it in sys.modules.items() if it]))"
    # In an empty home it ends where it looks for its database: everything is loaded by then.
    ran = subprocess.run(
        [sys.executable, "-c", f"{tell}; {program}"],
        check=False,
        env=os.environ | {"THREADFORM_HOME": str(tmp_path_factory.mktemp("home"))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return set(ran.stdout.split())


def test_it_loads_what_an_apply_needs(loaded):
    assert {"bot.guarded", "iac.terraform.applier", "sqlalchemy"} <= loaded


@pytest.mark.parametrize("name", [*HEAVY, *OURS])
def test_it_loads_nothing_else(loaded, name):
    assert name not in loaded
