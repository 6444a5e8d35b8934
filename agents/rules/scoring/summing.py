"""Many marked conversations as figures, with an interval for the one that counts, and the confusions. Pure."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from agents.rules.scoring.canonical import Canonical
from agents.rules.scoring.gold import Item, Prediction
from agents.rules.scoring.marking import Marked, mark

Figures = dict[str, float | int | None]
_DRAWS = 2000


def marks(items: Iterable[Item], said: Iterable[Prediction], context: Mapping[str, object]) -> list[Marked]:
    """Every conversation marked; one without a prediction is wrong."""
    by_id = {prediction.id: prediction for prediction in said}
    canonical = Canonical(context)
    return [mark(item, by_id.get(item.id, Prediction(id=item.id)), canonical) for item in items]


def figures(marked: Sequence[Marked]) -> Figures:
    """The documented figures; None where there is nothing to count."""
    right, wrong, lost = (sum(getattr(m, name) for m in marked) for name in ("right", "wrong", "lost"))
    precision = right / (right + wrong) if right + wrong else 1.0
    recall = right / (right + lost) if right + lost else 1.0
    asking = [m for m in marked if m.must_ask]
    complete = [m for m in marked if not m.must_ask and not m.must_refuse]
    return {
        "n": len(marked),
        "intent_strict": _share([m.is_strict for m in marked]),
        "intent": _share([m.is_intent for m in marked]),
        "slot_p": precision,
        "slot_r": recall,
        "slot_f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "ask_recall": _share([m.is_asked for m in asking]),
        "over_ask": _share([m.is_over_asked for m in complete]),
        "refuse_recall": _share([m.is_refused for m in marked if m.must_refuse]),
        "refuse_precision": _share([m.must_refuse for m in marked if m.is_refused]),
        "unsafe": sum(m.is_unsafe for m in marked),
        "full_frame": _share([m.is_full for m in marked]),
    }


def interval(marked: Sequence[Marked], seed: int = 0) -> tuple[float, float]:
    """The 95 % bootstrap interval of the full frame; the same seed gives the same one."""
    if not marked:
        return 0.0, 1.0
    draw = random.Random(seed)  # noqa: S311 - a statistic, not a secret
    fulls = [m.is_full for m in marked]
    shares = sorted(sum(draw.choices(fulls, k=len(fulls))) / len(fulls) for _ in range(_DRAWS))
    return shares[_DRAWS // 40], shares[-_DRAWS // 40 - 1]


def confusions(marked: Sequence[Marked]) -> list[tuple[str, str, int]]:
    """Which intent was taken for which, most often first."""
    found = Counter(m.intents for m in marked if not m.is_intent)
    return [(wanted, said, count) for (wanted, said), count in found.most_common()]


def _share(truths: Sequence[bool]) -> float | None:
    return sum(truths) / len(truths) if truths else None
