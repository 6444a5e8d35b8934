"""What an operator decides about the crew."""

from dataclasses import dataclass

from agents.models.links import ModelLink
from iac.spec import Limits


@dataclass(frozen=True)
class CrewSettings:
    """Bounds of one installation; ``models`` are live models in the order they are asked, none by default."""

    limits: Limits
    environments: tuple[str, ...] = ("dev", "test", "staging", "prod")
    default_environment: str = "dev"
    models: tuple[ModelLink, ...] = ()
    max_reviews: int = 10
