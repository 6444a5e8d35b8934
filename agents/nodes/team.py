"""The agents of the crew, each hired once; five roles, the builder being three who write, review and mend."""

from dataclasses import dataclass

from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm

from agents.nodes.hiring import hire
from agents.nodes.tools import TOOLS
from agents.rules.shapes import Analysis, Draft, Facts, Objections, Route, Wish


@dataclass(frozen=True)
class Team:
    """Only the collector has tools, and all of them read."""

    manager: LlmAgent
    validator: LlmAgent
    collector: LlmAgent
    analyser: LlmAgent
    drafter: LlmAgent
    reviewer: LlmAgent
    refiner: LlmAgent


def team_of(model: BaseLlm) -> Team:
    """Hire everybody on one model."""
    return Team(
        manager=hire("manager", model, Route),
        validator=hire("validator", model, Wish),
        collector=hire("collector", model, Facts, TOOLS),
        analyser=hire("analyser", model, Analysis),
        drafter=hire("drafter", model, Draft),
        reviewer=hire("reviewer", model, Objections),
        refiner=hire("refiner", model, Draft),
    )
