"""Nothing loads ADK before the first turn: a command that never talks must start quickly."""

import subprocess
import sys


def _loaded(code):
    script = f"{code}\nimport sys\nprint([m for m in sys.modules if m.split('.')[0] in ('google', 'openai')])"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def test_importing_and_building_the_crew_does_not_load_adk():
    code = (
        "from agents.crew import AdkCrew, CrewSettings\nfrom iac.spec import Limits\n"
        "AdkCrew(CrewSettings(Limits()), None, None)"
    )
    assert _loaded(code) == "[]"


def test_the_rules_alone_never_load_adk():
    assert _loaded("import agents.rules.reading, agents.rules.review, agents.rules.intents") == "[]"


def test_the_process_that_reads_a_repository_loads_neither_models_nor_validation():
    code = "import agents.repository.__main__\nimport sys\nassert 'pydantic' not in sys.modules"
    assert _loaded(code) == "[]"


def test_warming_up_loads_adk_and_closes_the_search_for_a_missing_package():
    code = (
        "import asyncio, sys\nfrom agents.crew import AdkCrew, CrewSettings\nfrom iac.spec import Limits\n"
        "asyncio.run(AdkCrew(CrewSettings(Limits()), None, None).warm())\n"
        "assert 'google.adk' in sys.modules\nassert sys.modules['google.adk.agents.remote_a2a_agent'] is None\n"
        "assert 'openai' not in sys.modules"
    )
    assert "google.adk" in _loaded(code)
