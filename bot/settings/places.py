"""The networks in the settings, and the addresses they give out."""

import ipaddress
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from iac.spec import Address

MOST_ADDRESSES = 65_536
"""Each address of a range is a value in memory."""


class NetworkSetting(BaseModel):
    """The addresses that guests on one network may be given: ``first`` to ``last``, both included.

    A network without such a setting hands addresses out by DHCP.
    """

    model_config = ConfigDict(extra="forbid")

    first: ipaddress.IPv4Address
    last: ipaddress.IPv4Address
    prefix: int = Field(ge=8, le=30)
    gateway: ipaddress.IPv4Address | None = None
    dns: tuple[ipaddress.IPv4Address, ...] = ()
    domain: str | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if int(self.last) < int(self.first):
            raise ValueError(f"the last address {self.last} comes before the first, {self.first}")
        if int(self.last) - int(self.first) >= MOST_ADDRESSES:
            raise ValueError(f"from {self.first} to {self.last} are more than {MOST_ADDRESSES:,} addresses")
        subnet = ipaddress.IPv4Network((self.first, self.prefix), strict=False)
        for other in (self.last, *((self.gateway,) if self.gateway else ())):
            if other not in subnet:
                raise ValueError(f"{other} is not in {subnet}, the network of the first address")
        return self

    def addresses(self) -> tuple[Address, ...]:
        """Every address of the range that a guest may have, in order: never the gateway's or a name server's."""
        gateway = str(self.gateway) if self.gateway else None
        dns = tuple(str(server) for server in self.dns)
        subnet = ipaddress.IPv4Network((self.first, self.prefix), strict=False)
        never = {self.gateway, *self.dns, subnet.network_address, subnet.broadcast_address}
        every = map(ipaddress.IPv4Address, range(int(self.first), int(self.last) + 1))
        return tuple(Address(str(each), self.prefix, gateway, dns, self.domain) for each in every if each not in never)


LAB_NETWORKS = {
    "mainvnet": NetworkSetting.model_validate(
        {"first": "192.168.10.20", "last": "192.168.10.250", "prefix": 16, "gateway": "192.168.0.1"}
    )
}
