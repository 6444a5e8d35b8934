"""What the operator decided about planning, from the settings."""

from bot.flow.rules import Rules
from bot.settings import Settings
from bot.wiring.environments import environments_of
from bot.wiring.keys import lab_ssh_key
from bot.wiring.quotas import quotas_of
from iac.cost import Prices

LOGIN_USERS = {"ubuntu": "ubuntu", "debian": "debian", "rocky": "rocky", "alma": "almalinux", "fedora": "fedora"}


def rules_of(settings: Settings) -> Rules:
    """What the operator decided about planning; the lab's guests take a key that the lab's owner has."""
    return Rules(
        environments=environments_of(settings),
        vmids=range(settings.vmid_first, settings.vmid_last + 1),
        addresses={name: pool.addresses() for name, pool in settings.address_pools.items()},
        login_users=LOGIN_USERS,
        shared_keys=(lab_ssh_key(settings.home),) if settings.is_lab else (),
        approval_s=settings.approval_hours * 3600,
        lease_s=settings.claim_seconds,
        quotas=quotas_of(settings),
        protected=settings.protected,
        prices=_prices(settings),
    )


def _prices(settings: Settings) -> Prices | None:
    book = settings.prices
    return Prices(book.core, book.memory_gb, book.disk_gb) if book else None
