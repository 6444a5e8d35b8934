"""Where the cluster is and how to get in; and the one place that opens a proxmoxer client."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from proxmoxer import ProxmoxAPI

from iac.errors import Broken


@dataclass(frozen=True, slots=True)
class Access:
    """An https endpoint, an API token ``user@realm!name=secret``, and the CA that signed the endpoint.

    ``ca_path`` None trusts the system's own CAs; ``is_insecure`` checks no certificate at all.
    """

    endpoint: str
    api_token: str = field(repr=False)
    ca_path: Path | None = None
    is_insecure: bool = False


def connect(access: Access, seconds: float) -> ProxmoxAPI:
    """A client that waits at most ``seconds`` for each answer; opens no connection yet.

    ``Broken`` where the address or the token is not of that form: neither is repeated, the token never.
    """
    parts = urlsplit(access.endpoint)
    if parts.scheme != "https" or not parts.hostname:
        raise Broken("reading the address of the cluster", "it must look like https://pve.example.net:8006")
    user, token_name, secret = _token(access.api_token)
    client = ProxmoxAPI(
        f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname,
        port=parts.port or 8006,
        path_prefix=parts.path.removesuffix("/").removesuffix("/api2/json").strip("/") or None,
        user=user,
        token_name=token_name,
        token_value=secret,
        verify_ssl=_verify(access),
        timeout=seconds,
    )
    # requests would send loopback calls through the environment's proxy, and lets the environment's CA bundle win.
    client._store["session"].trust_env = not _is_loopback(parts.hostname)  # noqa: SLF001
    return client


def close(client: ProxmoxAPI) -> None:
    """Close the idle connections of a client."""
    client._store["session"].close()  # noqa: SLF001  proxmoxer has no verb for it


def _token(text: str) -> tuple[str, str, str]:
    name, _, secret = text.partition("=")
    user, _, token_name = name.partition("!")
    if not (secret and token_name and "@" in user):
        raise Broken("reading the API token", "it must look like user@realm!name=secret")
    return user, token_name, secret


def _verify(access: Access) -> bool | str:
    if access.is_insecure:
        return False
    return str(access.ca_path) if access.ca_path else True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
