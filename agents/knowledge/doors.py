"""One HTTP GET that cannot be turned against the house: which addresses it reaches, how far, how long, how much."""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from iac.errors import Refused

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_REDIRECTS: Final = 5
PAGE_S: Final = 20.0
_REDIRECTS: Final = frozenset([301, 302, 303, 307, 308])
_PORTS: Final = {"http": 80, "https": 443}
_HEADERS: Final = {"User-Agent": "threadform-knowledge", "Accept-Encoding": "identity"}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a host; ``OSError`` where it has none."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@cache
def _usual() -> ssl.SSLContext:
    """The authorities of this machine; read once, because that takes longer than a page."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``url`` is where the last redirect led."""

    url: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Door:
    """Where a reader may go: to public addresses, or only to ``hosts`` where any is named; those may be private too.

    The host is looked up once, every address is judged, and the connection goes to the very address that was judged.
    ``trust`` gives the authorities that certificates are checked by; it is asked when the first page is read.
    """

    hosts: tuple[str, ...] = ()
    trust: Callable[[], ssl.SSLContext] = _usual
    resolve: Resolve = resolve
    transport: httpx.BaseTransport | None = field(default=None, compare=False)

    def get(self, url: str) -> Answer:
        """The page at an address, redirects followed one by one; ``Refused`` with what stood in the way."""
        until = time.monotonic() + PAGE_S
        with httpx.Client(transport=self.transport, verify=self.trust(), timeout=PAGE_S, trust_env=False) as client:
            for _ in range(MOST_REDIRECTS + 1):
                answer = self._once(client, url, until)
                if isinstance(answer, Answer):
                    return answer
                url = answer
        raise Refused("knowledge.redirects", url=shown(url), most=MOST_REDIRECTS)

    def _once(self, client: httpx.Client, url: str, until: float) -> Answer | str:
        """One request; the next address where it redirects."""
        parts = checked(url)
        address = self._judged(parts)
        host = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - IPv6
        port = parts.port or _PORTS[parts.scheme]
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        target = f"{parts.scheme}://{host}:{port}{path}"
        try:
            named = httpx.URL(f"{parts.scheme}://{parts.netloc}")  # a name with accents as the network writes it
            headers = {"Host": named.netloc.decode(), **_HEADERS}
            extensions = {"sni_hostname": named.raw_host.decode()} if parts.scheme == "https" else {}
            with client.stream("GET", target, headers=headers, extensions=extensions) as answer:
                if answer.status_code in _REDIRECTS and "location" in answer.headers:
                    return joined(url, answer.headers["location"])
                if answer.status_code != httpx.codes.OK:
                    raise Refused("knowledge.status", url=shown(url), code=answer.status_code)
                kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
                return Answer(url.partition("#")[0], kind, _body(answer, url, until))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as fault:
            raise Refused("knowledge.silent", url=shown(url), why=str(fault) or type(fault).__name__) from fault

    def _judged(self, parts: SplitResult) -> Address:
        """An address of the host, all of which may be reached."""
        host = str(parts.hostname)
        is_named = any(fnmatch(host.lower(), pattern.lower()) for pattern in self.hosts)
        if self.hosts and not is_named:
            raise Refused("knowledge.host", host=host, hosts=self.hosts)
        try:
            found = [ipaddress.ip_address(each.partition("%")[0]) for each in self.resolve(host, parts.port or 443)]
        except (OSError, UnicodeError) as fault:
            raise Refused("knowledge.unknown_host", host=host) from fault
        if not found:
            raise Refused("knowledge.unknown_host", host=host)
        for address in found:
            if not may_reach(address, is_named=is_named):
                raise Refused("knowledge.private", host=host, address=str(address))
        return found[0]


def may_reach(address: Address, *, is_named: bool) -> bool:
    """Whether an address is open to a reader: public ones; private ones of a named host; never the link-local ones."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    if inner.is_link_local or inner.is_multicast or inner.is_unspecified or inner.is_reserved:
        return False
    return is_named or inner.is_global


def checked(url: str) -> SplitResult:
    """An address that may be asked for at all; ``Refused`` for every other."""
    try:
        parts = urlsplit(url.strip())
        is_whole = parts.scheme in _PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise Refused("knowledge.no_address", url=shown(url))
    if parts.username or parts.password:
        raise Refused("knowledge.password", host=str(parts.hostname))
    return parts


def joined(url: str, link: str) -> str:
    """Where a link on a page leads; ``Refused`` where it is no address at all."""
    try:
        return urljoin(url, link)
    except ValueError:
        raise Refused("knowledge.no_address", url=shown(link)) from None


def shown(url: str) -> str:
    """An address as it may be shown: without a password, which may hold an at sign; on one line, not endless."""
    scheme, is_address, rest = url.partition("://")
    name, at, place = rest.rpartition("@")
    return " ".join((f"{scheme}://…@{place}" if at and name and is_address else url).split())[:300]


def _body(answer: httpx.Response, url: str, until: float) -> bytes:
    held = bytearray()
    for piece in answer.iter_bytes():
        held += piece
        if len(held) > MOST_BYTES:
            raise Refused("knowledge.page_size", url=shown(url), most_mb=MOST_BYTES // 1024 // 1024)
        if time.monotonic() > until:
            raise Refused("knowledge.silent", url=shown(url), why=f"no end within {PAGE_S:.0f} s")
    return bytes(held)
