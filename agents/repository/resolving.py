"""Where a host lives: only public addresses, unless private ones are allowed; git is then held to what was checked."""

import ipaddress
import socket
from collections.abc import Callable, Iterable

from agents.repository.address import Address
from agents.repository.limits import Origins
from iac.errors import Refused

HTTPS = 443
Resolver = Callable[[str, int], Iterable[str]]


def system_addresses(host: str, port: int) -> tuple[str, ...]:
    """All addresses of a host, as this machine's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def pinned(address: Address, origins: Origins, resolve: Resolver = system_addresses) -> str:
    """``host:port:address,…`` for git, so that a name that changes its mind between two look-ups reaches nothing else.

    Raises ``Refused`` where the host is unknown, or where any of its addresses is not public and that is not allowed.
    """
    host, _, port = address.host.partition(":")
    number = int(port or HTTPS)
    try:
        found = list(resolve(host, number))
    except (OSError, UnicodeError):
        raise Refused("repository.no.reach", host=address.host) from None
    if not found:
        raise Refused("repository.no.reach", host=address.host)
    if not origins.is_private_allowed and not all(map(is_public, found)):
        raise Refused("repository.no.private", host=address.host)
    return f"{host}:{number}:{','.join(f'[{each}]' if ':' in each else each for each in found)}"


def is_public(text: str) -> bool:
    """Whether an address belongs to the public Internet; addresses that hide another in them are judged by it."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        is_translated = address in ipaddress.IPv6Network("64:ff9b::/96")
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if is_translated else inner
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return address.is_global and not address.is_multicast
