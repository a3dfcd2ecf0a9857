"""From an address to a remote: over a socket of this loop, or of one of its own."""

from __future__ import annotations

from collections.abc import Callable

from voiceagent.app.in_the_clear import refuse_clear
from voiceagent.door.tls import client_context
from voiceagent.errors import ConfigError
from voiceagent.realtime.remote import RealtimeRemote
from voiceagent.realtime.target import Target
from voiceagent.realtime.witnessing import HeadKeeper
from voiceagent.routing.bridged_remote import BridgedRemote
from voiceagent.routing.config import RegionConfig
from voiceagent.routing.remote import Remote
from voiceagent.trace.events import Event

__all__ = ["connect_to"]


def connect_to(
    target: Target,
    config: RegionConfig,
    emit: Callable[[Event], None],
    *,
    bridged: bool = False,
    keeper: HeadKeeper | None = None,
) -> Remote:
    """The remote for a target; `bridged`: for a loop whose clock is not the real one;
    `keeper`: of receipts that it is to countersign.

    Raises `ConfigError`.
    """
    if not target.url.startswith(("ws://", "wss://")):
        raise ConfigError(
            f"`{target.url}` is no address of a region",
            hint="`ws://HOST:PORT/v1/realtime` or `wss://...`",
        )
    refuse_clear(target.url, target.token)
    tls = None
    if target.url.startswith("wss://"):
        tls = client_context(config.ca_file, config.certificate)
    if bridged:
        return BridgedRemote(
            lambda told: RealtimeRemote(target, config, told, tls, keeper=keeper),
            target.name,
        )
    return RealtimeRemote(target, config, emit, tls, keeper=keeper)
