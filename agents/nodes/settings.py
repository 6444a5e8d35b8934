"""What an operator decides about the crew."""

from dataclasses import dataclass, field

from agents.knowledge.library import Library
from agents.models.links import ModelLink
from agents.models.spending import Allowance
from agents.repository.port import Repositories
from iac.spec import Limits


@dataclass(frozen=True)
class CrewSettings:
    """Bounds of one installation; ``models`` are live models in the order they are asked, none by default.

    ``allowance`` is what one turn may take of them. ``repositories`` reads Git repositories, None where nobody does.
    ``page`` is the address of Proxmox VE's own web page, empty where there is none.
    """

    limits: Limits
    environments: tuple[str, ...] = ("dev", "test", "staging", "prod")
    default_environment: str = "dev"
    models: tuple[ModelLink, ...] = ()
    max_reviews: int = 10
    allowance: Allowance = field(default_factory=Allowance)
    repositories: Repositories | None = None
    library: Library = field(default_factory=Library)
    page: str = ""
