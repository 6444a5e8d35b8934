"""The agents of the crew, each hired once; five roles, the builder being three who write, review and mend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm

from agents.nodes.hiring import Tool, hire
from agents.nodes.judging import SHAPES
from agents.nodes.looking_up import search_documents
from agents.nodes.repository_tool import read_repository
from agents.nodes.tools import TOOLS

TOOLS_OF: Mapping[str, Sequence[Tool]] = {"collector": (*TOOLS, read_repository, search_documents)}
"""Who may call what; who is not named here may call nothing."""


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
    librarian: LlmAgent


def team_of(model: BaseLlm) -> Team:
    """Hire everybody on one model."""
    return Team(**{name: hire(name, model, shape, TOOLS_OF.get(name, ())) for name, shape in SHAPES.items()})
