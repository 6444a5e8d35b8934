"""What the detached runner is told: it must meet the cluster that the plan was made for, and no other."""

from pathlib import Path

from bot.settings import Settings
from bot.wiring.machines import runner_environment


def _runner_settings(monkeypatch, settings: Settings, **outside: str) -> Settings:
    """The settings as the runner reads them: our environment, and over it what it is told."""
    for name, value in {**outside, **runner_environment(settings)}.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_a_plan_for_the_lab_is_never_applied_to_the_cluster_of_the_environment(monkeypatch, tmp_path):
    mine = Settings(home=tmp_path)
    outside = {
        "THREADFORM_PVE_ENDPOINT": "https://pve.example:8006",
        "THREADFORM_PVE_TOKEN": "bot@pve!x=1",
        "THREADFORM_PEOPLE": '[{"id": "web:a", "name": "A", "roles": ["approver"]}]',
    }
    assert _runner_settings(monkeypatch, mine, **outside).is_lab


def test_the_runner_works_in_the_same_places_wherever_it_is_started(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    mine = Settings(home=Path("here"), tools_home=Path("tools"), beat_seconds=7, apply_seconds=11)
    theirs = _runner_settings(monkeypatch, mine)
    assert theirs.home == tmp_path / "here"
    assert theirs.tools == mine.tools
    assert theirs.database == mine.database
    assert (theirs.beat_seconds, theirs.apply_seconds) == (7, 11)


def test_what_this_process_lays_aside_the_runner_does_not_take_up(monkeypatch, tmp_path):
    monkeypatch.setenv("THREADFORM_DATABASE_URL", "postgresql://elsewhere/production")
    mine = Settings(home=tmp_path).model_copy(update={"database_url": ""})
    assert _runner_settings(monkeypatch, mine).database == mine.database


def test_no_secret_travels_that_the_environment_does_not_hold_already(tmp_path):
    told = runner_environment(Settings(home=tmp_path, pve_endpoint="", state_key="c2VjcmV0"))
    assert "THREADFORM_STATE_KEY" not in told
    assert not [name for name, value in told.items() if value and ("TOKEN" in name or "KEY" in name)]
