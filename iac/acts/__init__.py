"""Acts on guests that stand: what is asked, the exact calls it takes, and what it costs the guest. Pure."""

from iac.acts.asking import expanded
from iac.acts.goals import is_reached
from iac.acts.planning import plan_acts
from iac.acts.reading import Kept, Seen
from iac.acts.values import AUTOMATIC, VERBS, ActPlan, Call, Cost, Deed, Goal, Step, Verb
from iac.acts.written import digest_of_acts, read_steps, written

__all__ = [
    "AUTOMATIC",
    "VERBS",
    "ActPlan",
    "Call",
    "Cost",
    "Deed",
    "Goal",
    "Kept",
    "Seen",
    "Step",
    "Verb",
    "digest_of_acts",
    "expanded",
    "is_reached",
    "plan_acts",
    "read_steps",
    "written",
]
