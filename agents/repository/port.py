"""How the crew reaches repositories: a door with one reading verb, handed in by wiring."""

from typing import Protocol

from agents.repository.address import Address
from agents.repository.facts import Repository


class Repositories(Protocol):
    """A reader of repositories. It changes nothing and never blocks the loop."""

    def address(self, text: str, branch: str = "") -> Address:
        """The address that a person wrote. Raises ``Refused`` where it may not be read, with the reason."""
        ...

    async def read(self, address: Address) -> Repository:
        """What the repository says now, or said a few minutes ago. Raises ``Refused``."""
        ...
