"""The world of our own conversations, for tests of single rules."""

from pathlib import Path

from agents.rules.grasping import acts_in
from agents.rules.world import world_of
from bot.wiring.understanding import read_context

CONTEXT = read_context(Path(__file__).parents[2] / "evals" / "understanding" / "world.json")
WORLD = world_of(CONTEXT.inventory, CONTEXT.around, None, CONTEXT.now)


def acts_of(text):
    """The acts of a message in either language, as (intent, slots)."""
    return [(act.intent, dict(act.slots)) for act in acts_in(text, WORLD, None)]
