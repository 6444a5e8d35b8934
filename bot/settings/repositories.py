"""The Git repositories in the settings: from where, and how much of one is read."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from agents.repository.limits import HOSTS


class RepositorySetting(BaseModel):
    """Public repositories over https that may be read; ``hosts`` empty reads none.

    ``hosts`` may carry a port (`git.example.org:8443`). ``allow_private`` lets a host that is named live on a private
    network, ``ca`` is the PEM file its certificate is checked by. ``seconds`` is the wall clock of one reading,
    ``most_mb`` the most that is fetched of one repository.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    hosts: tuple[str, ...] = HOSTS
    allow_private: bool = False
    ca: Path | None = None
    seconds: float = Field(20, gt=0, le=300)
    most_mb: int = Field(50, ge=1, le=2048)

    @field_validator("hosts")
    @classmethod
    def _are_names(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """A URL or a pattern would never be equal to the host of an address."""
        for host in hosts:
            if not host or any(sign in host for sign in "/*@ "):
                raise ValueError(
                    f"{host!r} is no name of a host: write it like git.example.org or git.example.org:8443"
                )
        return tuple(host.lower().removesuffix(":443") for host in hosts)

    @field_validator("ca")
    @classmethod
    def _is_at_home(cls, path: Path | None) -> Path | None:
        """Nothing but a shell turns ``~`` into a directory."""
        return path.expanduser().resolve() if path else path
