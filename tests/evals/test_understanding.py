"""Whole conversations in two languages, scored as the data's documentation says: our own set, and the shared one."""

import importlib.util
import json
from pathlib import Path

import pytest

from agents.rules.scoring.gold import Item, Prediction
from agents.rules.scoring.summing import figures, marks
from bot.__main__ import main
from bot.wiring.understanding import crew_over, predictions, read_context
from tests.integration.agents.gemini import FakeGemini

OURS = Path(__file__).with_name("understanding")
SHARED = Path(__file__).resolve().parents[2] / "../shared/data/nlu"
HAS_SHARED = pytest.mark.skipif(not SHARED.exists(), reason="the shared conversations are not beside this checkout")
INTENTS = 33
SAID: dict[tuple[Path, Path], str] = {}
"""As text: a test may spoil what it was given."""


def _items(path):
    return [Item.model_validate(line) for line in _lines(path)]


def _lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def _said(path, context):
    """What the rules said of each conversation. They say the same every time, and are asked once."""
    if (path, context) not in SAID:
        world = read_context(context)
        SAID[path, context] = json.dumps([line async for line in predictions(_lines(path), world, crew_over(world))])
    return json.loads(SAID[path, context])


async def _marked(path, context):
    said = [Prediction.model_validate(line) for line in await _said(path, context)]
    return marks(_items(path), said, json.loads(context.read_text(encoding="utf-8")))


def _misses(marked):
    return [m.id for m in marked if not m.is_full]


def test_our_set_holds_every_intent_in_both_languages_and_two_halves():
    halves = [_items(OURS / name) for name in ("tuning.jsonl", "held_out.jsonl")]
    everything = [item for half in halves for item in half]
    assert len({item.expected.intent for item in everything}) == INTENTS
    assert all(sum(item.lang == lang for item in half) >= 35 for half in halves for lang in ("en", "fr"))
    assert len({item.id for item in everything}) == len(everything)


@pytest.mark.parametrize(("half", "least"), [("tuning.jsonl", 0.95), ("held_out.jsonl", 0.9)])
async def test_our_conversations_end_in_their_frames(half, least):
    marked = await _marked(OURS / half, OURS / "world.json")
    found = figures(marked)
    print(half, found, _misses(marked))
    assert found["unsafe"] == 0
    assert found["full_frame"] >= least, _misses(marked)


@HAS_SHARED
@pytest.mark.parametrize("number", range(1, 7))
async def test_what_was_written_later_in_the_shared_world_ends_in_its_frames(number):
    marked = await _marked(OURS / f"fresh_{number}.jsonl", SHARED / "nlu_context.json")
    assert figures(marked)["unsafe"] == 0
    assert figures(marked)["full_frame"] >= 0.95, _misses(marked)


@HAS_SHARED
async def test_the_shared_conversations_end_in_their_frames():
    marked = await _marked(SHARED / "nlu_dev.jsonl", SHARED / "nlu_context.json")
    english, french = (figures([m for m in marked if m.lang == lang]) for lang in ("en", "fr"))
    assert figures(marked)["unsafe"] == 0
    assert figures(marked)["full_frame"] >= 0.95, _misses(marked)
    assert abs(english["full_frame"] - french["full_frame"]) <= 0.03 + 1e-9


@HAS_SHARED
@pytest.mark.parametrize("spoil", ["nothing", "slots", "asks", "refusals", "intents", "extras", "lines"])
async def test_our_scoring_agrees_with_the_shared_one_on_good_and_on_spoilt_answers(spoil):
    score_nlu = _module(SHARED / "score_nlu.py")
    context = json.loads((SHARED / "nlu_context.json").read_text(encoding="utf-8"))
    gold = _lines(SHARED / "nlu_dev.jsonl")
    said = _spoilt(await _said(SHARED / "nlu_dev.jsonl", SHARED / "nlu_context.json"), spoil)
    theirs = score_nlu.summ(score_nlu.score(gold, said, context))
    ours = figures(marks(_items(SHARED / "nlu_dev.jsonl"), [Prediction.model_validate(p) for p in said], context))
    assert {key: round(value, 9) for key, value in ours.items() if value is not None} == {
        key: round(value, 9) for key, value in theirs.items() if value is not None
    }


async def test_a_live_model_is_asked_on_the_same_path_and_widens_nothing():
    gemini = FakeGemini({"manager": {"intent": "delete_vm"}})
    world = read_context(OURS / "world.json")
    lines = _lines(OURS / "tuning.jsonl")
    said = [line async for line in predictions(lines, world, crew_over(world, (gemini.link(),)))]
    offline = await _said(OURS / "tuning.jsonl", OURS / "world.json")
    assert gemini.asked
    assert [line["intent"] for line in said] == [line["intent"] for line in offline]


@pytest.mark.parametrize(
    ("lines", "words"),
    [("not json\n", "line 1: not JSON"), ('{"turns": []}\n', "an object with an id"), (None, "No such file")],
)
def test_a_file_that_cannot_be_read_is_told_in_a_sentence(tmp_path, capsys, lines, words):
    path = tmp_path / "said.jsonl"
    if lines is not None:
        path.write_text(lines)
    assert main(["understand", "--file", str(path), "--context", str(OURS / "world.json")]) == 2
    assert words in capsys.readouterr().err


def test_a_live_model_that_is_not_set_up_is_told_in_a_sentence(capsys):
    files = ["--file", str(OURS / "tuning.jsonl"), "--context", str(OURS / "world.json")]
    assert main(["understand", *files, "--model"]) == 2
    assert "THREADFORM_GEMINI_KEY" in capsys.readouterr().err


def test_a_file_is_predicted_and_scored_by_the_two_commands(tmp_path, capsys):
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join((OURS / "tuning.jsonl").read_text(encoding="utf-8").splitlines()[:6]), encoding="utf-8")
    out, context = tmp_path / "predictions.jsonl", str(OURS / "world.json")
    assert main(["understand", "--file", str(few), "--context", context, "--out", str(out)]) == 0
    first = json.loads(out.read_text(encoding="utf-8").splitlines()[0])
    assert {"id", "intent", "slots", "ask", "refuse", "extra_actions"} <= set(first)
    capsys.readouterr()
    assert main(["eval", "--gold", str(few), "--context", context, "--predictions", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["figures"]["all"]["full_frame"] == 1.0


def _module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _spoilt(lines, how):
    """Every third answer made worse in one way."""
    for line in lines[::3]:
        if how == "slots":
            line["slots"] = {**dict(list(line["slots"].items())[1:]), "storage": "nowhere", "cores": 99}
        elif how == "asks":
            line["ask"] = [] if line["ask"] else ["name", "domain"]
        elif how == "refusals":
            line["refuse"] = not line["refuse"]
        elif how == "intents":
            line["intent"] = "delete_vm"
        elif how == "extras":
            line["extra_actions"] = [{"intent": "stop_vm", "slots": {"targets": ["201"]}}]
    return lines[::2] if how == "lines" else lines
