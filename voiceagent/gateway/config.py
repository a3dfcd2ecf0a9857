"""What may be configured of the gateway and of the servers behind it."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct, field

from voiceagent.config_types import Milliseconds
from voiceagent.door.admission import is_loopback
from voiceagent.gateway.tool import ToolClass, is_server_name

__all__ = ["GatewayConfig", "GatewayServerConfig"]


class GatewayServerConfig(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """One MCP server behind the gateway: a program, or an address."""

    command: list[str] = field(default_factory=list)
    """A program that speaks MCP on its standard input and output."""
    env: list[str] = field(default_factory=list)
    """Environment variables of ours that the program is given; it sees no others but
    those that every program needs (`PATH`, `HOME` and the like)."""
    url: str = ""
    """Or the address of its streamable HTTP endpoint."""
    token_env: str = ""
    """Name of the environment variable with the token for that address."""
    classes: dict[str, ToolClass] = field(default_factory=dict)
    """What its tools change, by name or pattern: read, idempotent, effect. What is not
    named is an effect."""
    deadline_ms: Milliseconds = 10_000.0
    """The longest that a call may take; what is left of a turn is usually less."""
    prefix: Literal[""] | None = None
    """`""` for the only server: its tools are listed without its name."""
    leaves: Literal["redacted", "text"] | None = None
    """Whether names, numbers and secrets are replaced in what goes there; where not
    given: for an address that is not this machine."""

    def __post_init__(self) -> None:
        if bool(self.command) == bool(self.url):
            raise ValueError("a server has either a `command` or a `url`")
        if self.command and self.token_env:
            raise ValueError("`token_env` is for a `url`; a program is given `env`")
        if self.url and self.env:
            raise ValueError("`env` is for a `command`; an address has `token_env`")
        if self.url:
            _check_url(self.url)

    @property
    def redacts(self) -> bool:
        """Whether what goes there is redacted."""
        if self.leaves is not None:
            return self.leaves == "redacted"
        return self.is_elsewhere

    @property
    def is_elsewhere(self) -> bool:
        """Whether what is sent there leaves this machine."""
        return bool(self.url) and not is_loopback(urlsplit(self.url).hostname or "")


class GatewayConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One MCP endpoint in front of many servers. Who may come in stands in `[serve]`:
    secret, region, certificates, web origins."""

    host: str = "127.0.0.1"
    """Anything but loopback needs a token secret and TLS."""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8770
    hosts: list[str] = field(default_factory=list)
    """Further names under which it may be called (`Host`)."""
    policy: str = ""
    """A file of Cedar policies; without one nothing is allowed."""
    calls_per_s: Annotated[float, Meta(ge=0.1, le=10_000.0)] = 20.0
    """Calls that one caller may make a second; twice as many at once."""
    servers: dict[str, GatewayServerConfig] = field(default_factory=dict)
    """The servers, by name."""

    def __post_init__(self) -> None:
        for name in self.servers:
            if not is_server_name(name):
                raise ValueError(
                    f"`servers.{name}`: a name has lower-case letters, digits and "
                    "single `-` or `_` inside"
                )
        bare = [name for name, one in self.servers.items() if one.prefix == ""]
        if bare and len(self.servers) > 1:
            raise ValueError(
                f'`servers.{bare[0]}`: `prefix = ""` is for the only server'
            )


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
        inside = bool(parts.username or parts.password)
        parts.port  # noqa: B018  # raises where it is none
    except ValueError:
        known, inside = False, False
    if not known:
        raise ValueError("`url` is an address such as `https://house.example/mcp`")
    if inside:
        raise ValueError("a secret belongs into `token_env`, never into `url`")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("`url` has to be `https://`: it is not this machine")
