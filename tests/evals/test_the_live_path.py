"""The shared conversations through a live model: what it costs in understanding to have one, honest or not."""

import json
from pathlib import Path

import pytest

from agents.rules.scoring.gold import Item, Prediction
from agents.rules.scoring.summing import figures, marks
from bot.__main__ import main
from tests.fixtures.brains import honest, inventing, misrouting
from tests.fixtures.gemini_wire import GeminiWire
from tests.fixtures.wire import on_loopback

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/nlu"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared conversations are not beside this checkout")
EVERY = 3


@pytest.fixture
def some(tmp_path):
    """Every third conversation: both languages, every difficulty."""
    lines = (SHARED / "nlu_dev.jsonl").read_text(encoding="utf-8").splitlines()[::EVERY]
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def predicted(some, brain, monkeypatch):
    """What ``threadform understand --model`` makes of them, with that brain behind the fake Gemini."""
    wire, out = GeminiWire(brain), some.with_name("out.jsonl")
    with on_loopback(wire.app()) as url:
        monkeypatch.setenv("THREADFORM_GEMINI_KEY", "k")
        monkeypatch.setenv("THREADFORM_GEMINI_URL", url)
        files = ["--file", str(some), "--context", str(SHARED / "nlu_context.json"), "--out", str(out)]
        assert main(["understand", *files, "--model"]) == 0
    assert wire.asked
    assert wire.refused == []
    said = [Prediction.model_validate_json(line) for line in out.read_text(encoding="utf-8").splitlines()]
    items = [Item.model_validate_json(line) for line in some.read_text(encoding="utf-8").splitlines()]
    return figures(marks(items, said, json.loads((SHARED / "nlu_context.json").read_text(encoding="utf-8"))))


def test_an_honest_model_on_the_live_path_understands_as_much_as_the_rules(some, monkeypatch, capsys):
    found = predicted(some, honest, monkeypatch)
    assert (found["full_frame"] >= 0.95, found["unsafe"]) == (True, 0)
    assert "tokens" in capsys.readouterr().err


@pytest.mark.parametrize("brain", [inventing, misrouting])
def test_a_model_that_lies_makes_nothing_unsafe(some, monkeypatch, brain):
    assert predicted(some, brain, monkeypatch)["unsafe"] == 0
