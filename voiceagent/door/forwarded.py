"""Where a request comes from: the peer, or what a proxy that we trust says of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from voiceagent.errors import ConfigError

__all__ = ["TrustedProxies"]


class TrustedProxies:
    """Proxies of our own, by address or network."""

    def __init__(self, named: Iterable[str] = ()) -> None:
        """Raises `ConfigError`."""
        try:
            self._networks = [ipaddress.ip_network(one, strict=False) for one in named]
        except ValueError as error:
            raise ConfigError(
                "`serve.proxies` names no addresses",
                cause=str(error),
                hint='such as ["127.0.0.1", "10.0.0.0/8"]',
            ) from error

    def __contains__(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)

    def origin(self, peer: str, forwarded: Iterable[str]) -> str:
        """The address of the client. `forwarded`: what `X-Forwarded-For` says, which is
        believed as far as our own proxies have written it."""
        hops = [hop.strip() for line in forwarded for hop in line.split(",")]
        seen = peer
        while seen in self and hops:
            told = hops.pop()
            try:
                seen = str(ipaddress.ip_address(told))
            except ValueError:
                break
        return seen
