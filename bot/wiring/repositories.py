"""The reader of repositories, from the settings."""

from agents.repository.limits import Limits, Origins
from agents.repository.port import Repositories
from agents.repository.sandbox import SandboxedRepositories
from bot.settings import Settings


def repositories_of(settings: Settings) -> Repositories | None:
    """The sandboxed reader; None where no host is allowed."""
    asked = settings.repositories
    if not asked.hosts:
        return None
    origins = Origins(
        hosts=asked.hosts, is_private_allowed=asked.allow_private, ca_file=str(asked.ca) if asked.ca else ""
    )
    limits = Limits(seconds=asked.seconds, most_bytes=asked.most_mb * 1_000_000)
    return SandboxedRepositories(settings.home.resolve() / "repositories", origins, limits)
