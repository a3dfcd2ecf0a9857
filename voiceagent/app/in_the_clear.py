"""Tokens are not sent where anybody on the way can read them.

A house on its own network is spoken to over plain HTTP by its makers' wish; regions and
upstreams are reached over other people's networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from voiceagent.app.choices import value_of
from voiceagent.door.admission import in_the_clear
from voiceagent.errors import ConfigError

if TYPE_CHECKING:
    from msgspec import Struct

__all__ = ["check_clear", "refuse_clear"]

TOKENS = {
    "region.url": "region.token_env",
    "region.backup_url": "region.backup_token_env",
    "upstream.url": "upstream.key_env",
}
"""Addresses, and the keys that name the variable with their token."""


def check_clear(config: Struct, environ: Mapping[str, str]) -> None:
    """Refuse addresses that would show their token; raises `ConfigError`."""
    for address, named in TOKENS.items():
        token = environ.get(value_of(config, named), "")
        refuse_clear(value_of(config, address), token, f"`$.{address}`: ")


def refuse_clear(url: str, token: str, where: str = "") -> None:
    """Raises `ConfigError` where a token, or a password in the address, would go over
    the network as it is."""
    if not in_the_clear(url) or not (token or urlsplit(url).password):
        return
    kind = url.partition(":")[0]
    raise ConfigError(
        f"{where}a token would go over the network in the clear",
        cause=f"`{kind}://` to another machine is not encrypted",
        hint=f"write `{'https' if kind == 'http' else 'wss'}://`, leave the token out, "
        "or make a tunnel that ends on this machine",
    )
