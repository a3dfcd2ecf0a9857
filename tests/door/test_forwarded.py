"""Only what our own proxies say of an address is believed."""

from __future__ import annotations

import pytest

from voiceagent.door.forwarded import TrustedProxies
from voiceagent.errors import ConfigError


@pytest.mark.parametrize(
    ("trusted", "peer", "told", "origin"),
    [
        ([], "127.0.0.1", ["9.9.9.9"], "127.0.0.1"),
        (["127.0.0.1"], "127.0.0.1", ["9.9.9.9"], "9.9.9.9"),
        (["127.0.0.1"], "127.0.0.1", ["6.6.6.6, 9.9.9.9"], "9.9.9.9"),
        (["127.0.0.1", "10.0.0.0/8"], "127.0.0.1", ["8.8.8.8", "10.1.2.3"], "8.8.8.8"),
        (["127.0.0.1"], "127.0.0.1", ["6.6.6.6, nonsense"], "127.0.0.1"),
        (["127.0.0.1"], "127.0.0.1", [], "127.0.0.1"),
        (["127.0.0.1"], "5.5.5.5", ["9.9.9.9"], "5.5.5.5"),
        (["::1"], "::1", ["2001:db8::1"], "2001:db8::1"),
        (["127.0.0.1"], "", ["9.9.9.9"], ""),
    ],
)
def test_where_it_comes_from(
    trusted: list[str], peer: str, told: list[str], origin: str
) -> None:
    assert TrustedProxies(trusted).origin(peer, told) == origin


def test_a_name_is_no_address() -> None:
    with pytest.raises(ConfigError, match="names no addresses"):
        TrustedProxies(["proxy.example"])
