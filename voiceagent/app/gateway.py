"""From a configuration to a running gateway: servers, pins, policy, record and door."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from voiceagent.app.stopping import stop_signalled
from voiceagent.errors import ConfigError, EngineMissing, StoreError, install_line
from voiceagent.store import state_folder

if TYPE_CHECKING:
    from ssl import SSLContext

    from voiceagent.app.config import Config
    from voiceagent.door.keyring import Keyring
    from voiceagent.door.watched import Watched
    from voiceagent.gateway.caller import CallerDoor
    from voiceagent.gateway.catalogue import Catalogue
    from voiceagent.gateway.pins import PinBook
    from voiceagent.gateway.policy import PolicyWorld
    from voiceagent.gateway.redacting import Redaction
    from voiceagent.gateway.server import Gateway
    from voiceagent.gateway.tool import UpstreamTool

log = logging.getLogger(__name__)

__all__ = [
    "DOOR",
    "caller_door",
    "check_gateway",
    "check_installed",
    "gateway_folder",
    "gateway_pins",
    "gateway_world",
    "make_gateway",
    "serve_gateway",
]


DOOR = ("uvicorn", "httptools", "cachetools")
"""Packages of whatever lets callers in over HTTP."""
PACKAGES = ("mcp", "cedarpy", "jsonschema", *DOOR)


def gateway_folder(config: Config) -> Path:
    """Where a gateway keeps its pins and its record."""
    return Path(config.store.folder) if config.store.folder else state_folder()


def gateway_pins(config: Config) -> PinBook:
    """What its tools were when somebody trusted them."""
    from voiceagent.gateway.pins import PinBook

    return PinBook(gateway_folder(config) / "gateway.sqlite", config.gateway.servers)


def make_gateway(config: Config, *, proved: bool = True) -> Gateway:
    """The gateway; raises `VoiceAgentError` where a part is missing. `proved`: who
    calls has to prove it, as over HTTP."""
    check_installed("the gateway", PACKAGES)
    from voiceagent.door.tls import server_context
    from voiceagent.door.tokens import keyring_of
    from voiceagent.gateway.audit import AuditBook
    from voiceagent.gateway.call import CallPath
    from voiceagent.gateway.call_steps import CallSteps
    from voiceagent.gateway.catalogue import Catalogue
    from voiceagent.gateway.links import linked
    from voiceagent.gateway.listing import Listing
    from voiceagent.gateway.policy import ToolPolicies
    from voiceagent.gateway.policy_file import PolicyFile
    from voiceagent.gateway.server import Gateway
    from voiceagent.gateway.standing import StandingWalls
    from voiceagent.gateway.upstream import Upstream

    gateway, serve = config.gateway, config.serve
    keys = keyring_of(serve.secret_file, serve.secret_env) if proved else None
    tls = (
        server_context(serve.certificate, serve.client_ca)
        if proved and serve.certificate
        else None
    )
    if proved:
        _check_reach(config, keys, tls)
    door, watched = caller_door(config, keys, [gateway.host, *gateway.hosts])
    pins = gateway_pins(config)
    upstreams = {
        name: Upstream(name, partial(linked, one), chance=random.random)
        for name, one in gateway.servers.items()
    }
    policies = ToolPolicies()
    policy = PolicyFile(
        Path(gateway.policy).expanduser() if gateway.policy else None, policies
    )
    audit = AuditBook(gateway_folder(config), tell=_told)
    world = gateway_world(config, pins)
    if gateway.policy:
        _check_readable(Path(gateway.policy).expanduser())
    catalogue = Catalogue(
        upstreams, gateway.servers, pins.look, lambda tools: policy.look(world(tools))
    )
    walls = StandingWalls(
        policies=policies,
        audit=audit,
        offline=partial(_offline, catalogue),
    )
    steps = CallSteps(catalogue, walls, _redaction(config), gateway.calls_per_s)
    return Gateway(
        audit=audit,
        catalogue=catalogue,
        path=CallPath(steps),
        listing=Listing(
            catalogue,
            walls.shows,
            lambda: (walls.policies.version, walls.offline()),
        ),
        door=door,
        watched=watched,
        policy=policy,
        metrics=walls.tally.text,
        tls=tls,
    )


def _told(trouble: StoreError) -> None:
    log.error("calls cannot be put on record: %s", trouble.brief)


def gateway_world(
    config: Config, pins: PinBook
) -> Callable[[Sequence[UpstreamTool]], PolicyWorld]:
    """What the policy can be about: the tools there are, and those that a server which
    is not there had when they were pinned."""
    from voiceagent.gateway.policy import PolicyWorld
    from voiceagent.gateway.tool import tool_of

    servers = config.gateway.servers
    bare = [name for name, one in servers.items() if one.prefix == ""]

    def world(tools: Sequence[UpstreamTool]) -> PolicyWorld:
        there = {tool.server for tool in tools}
        kept = [
            tool_of(name, json.loads(form), servers[name].classes, bare=name in bare)
            for name, form in pins.pinned()
            if name in servers and name not in there
        ]
        return PolicyWorld((*tools, *kept), tuple(servers), "".join(bare))

    return world


def _check_readable(policy: Path) -> None:
    if not policy.is_file():
        raise ConfigError(
            f"there is no policy `{policy}`",
            hint="`gateway.policy` is a file of Cedar policies",
        )


def _offline(catalogue: Catalogue) -> bool:
    """Whether none of the servers that are elsewhere can be reached."""
    far = [
        catalogue.upstreams[name].state.value
        for name, one in catalogue.servers.items()
        if one.is_elsewhere
    ]
    return bool(far) and "up" not in far


def check_gateway(config: Config) -> str:
    """What it would serve; raises `VoiceAgentError` where it could not."""
    check_installed("the gateway", PACKAGES)
    gateway = config.gateway
    if not gateway.policy:
        raise ConfigError(
            "nothing is allowed: there is no policy",
            hint="set `gateway.policy` to a file of Cedar policies",
        )
    _check_readable(Path(gateway.policy).expanduser())
    return f"{len(gateway.servers)} servers, policy `{gateway.policy}`"


def check_installed(who: str, packages: Sequence[str]) -> None:
    """Raises `EngineMissing` where one that `who` needs is missing: of one extra."""
    for name in packages:
        if find_spec(name) is None:
            raise EngineMissing(
                name, install=install_line("gateway"), cause=f"{who} needs it"
            )


def _check_reach(config: Config, keys: Keyring | None, tls: SSLContext | None) -> None:
    from voiceagent.door.admission import is_loopback

    if is_loopback(config.gateway.host) or (keys is not None and tls is not None):
        return
    raise ConfigError(
        f"`{config.gateway.host}` can be reached by others",
        cause="that needs a token secret and TLS",
        hint=f"set `{config.serve.secret_env}` and `serve.certificate`, or serve "
        "127.0.0.1",
    )


def caller_door(
    config: Config, keys: Keyring | None, hosts: Sequence[str]
) -> tuple[CallerDoor, list[Watched]]:
    """Who is let in, by tokens of `keys`, and what is read again while it runs."""
    from voiceagent.app.region_server import home_of, watched_files
    from voiceagent.door.tokens import Tokens
    from voiceagent.gateway.caller import CallerDoor

    serve = config.serve
    watched, revoked = watched_files(serve, home_of(config), keys, None)
    tokens = Tokens(keys, serve.region, revoked=revoked) if keys is not None else None
    door = CallerDoor(
        region=serve.region, tokens=tokens, hosts=hosts, origins=serve.origins
    )
    return door, watched


def _redaction(config: Config) -> Redaction:
    from voiceagent.app.escalation import contacts_of
    from voiceagent.gateway.redacting import Redaction

    return Redaction(contacts_of(config.privacy), config.privacy.names)


async def serve_gateway(
    gateway: Gateway, host: str, port: int, ready: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT; a second one ends it now."""
    await gateway.serve(host, port, ready, stop_signalled())
