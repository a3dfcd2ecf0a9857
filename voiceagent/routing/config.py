"""What may be configured of the ways to a larger tier, and of what they may cost."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from voiceagent.config_types import Milliseconds

__all__ = ["RegionConfig", "CostConfig"]


class RegionConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The larger tier that hard turns are handed to."""

    url: str = ""
    """`ws://` or `wss://` of a Realtime endpoint; empty: the device is alone."""
    model: str = "voiceagent"
    token_env: str = "VOICEAGENT_REGION_TOKEN"
    """Name of the environment variable that holds the bearer token."""
    backup_url: str = ""
    """A second endpoint, asked when the first one fails or is slower than usual; the
    same address again for a second socket to the same region."""
    backup_model: str = ""
    backup_token_env: str = "VOICEAGENT_BACKUP_TOKEN"
    pin: str = ""
    """Only this region may answer; proved by the server's certificate."""
    ca_file: str = ""
    """Certificate authority to trust instead of the system's."""
    certificate: str = ""
    """The device's own certificate and key in one PEM file, for mutual TLS."""
    hedge: Literal["auto", "off"] = "auto"
    """Start a second leg when the first one is slower than usual."""
    tools: list[str] = field(default_factory=list)
    """Intents of the device that the region may have done (`light.*`, `timer.set`);
    none by default. Their names, rooms and devices then leave with every question."""
    wait_ms: Milliseconds = 10_000.0
    """Longest wait for an answer that is late, after the deadline."""
    heartbeat_ms: Annotated[float, Meta(ge=10.0, le=60_000.0)] = 1000.0
    """Between two pings while a turn waits."""
    dead_ms: Milliseconds = 3000.0
    """A ping unanswered for so long, the wait for it included: the peer is dead."""

    def __post_init__(self) -> None:
        if self.dead_ms <= self.heartbeat_ms:
            raise ValueError("`dead_ms` must be longer than `heartbeat_ms`")


class CostConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What answers may cost."""

    prices: str = ""
    """A TOML file of prices instead of the built-in table."""
    per_turn: Annotated[float, Meta(ge=0.0)] | None = None
    """Most that one turn may cost, in the currency of the prices."""
    per_day: Annotated[float, Meta(ge=0.0)] | None = None
    per_month: Annotated[float, Meta(ge=0.0)] | None = None
