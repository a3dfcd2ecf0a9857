"""From a configuration to a running region: backend, memory, ears, mouth and door."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.app.stopping import stop_signalled
from voiceagent.app.telemetry import telemetry_of
from voiceagent.clock import Compute, Pace
from voiceagent.errors import ConfigError
from voiceagent.store import state_folder

if TYPE_CHECKING:
    from ssl import SSLContext

    from voiceagent.app.config import Config
    from voiceagent.app.workshop import Workshop
    from voiceagent.door.keyring import Keyring
    from voiceagent.door.register import Revoked
    from voiceagent.door.watched import Watched
    from voiceagent.frontend.frontend import Frontend
    from voiceagent.region.backend import Backend
    from voiceagent.region.config import ServeConfig
    from voiceagent.region.knowledge import Knowledge
    from voiceagent.region.memory import Memory
    from voiceagent.region.recognisers import Recognisers
    from voiceagent.region.server import RegionServer
    from voiceagent.trace.opentelemetry import Telemetry

__all__ = [
    "SAMPLES",
    "documents_of",
    "ears_for",
    "home_of",
    "make_memory",
    "make_region",
    "serve_until_signalled",
]

log = logging.getLogger(__name__)

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "documents"
"""Documents that come with the project; read where no others are named."""
FILES = 256
"""Files beside those of the sessions."""
VOICES = 4
"""Clauses that are spoken at once: a program that hangs keeps no others waiting."""


def documents_of(config: Config, folders: Sequence[Path]) -> list[Path]:
    """Folders of the command line, of the configuration, or the samples."""
    named = list(folders) or [Path(folder) for folder in config.knowledge.folders]
    if named:
        for folder in named:
            if not folder.is_dir():
                raise ConfigError(
                    f"there is no folder `{folder}`",
                    cause="it should hold the documents",
                    hint="name a folder with Markdown or text files",
                )
        return named
    return (
        sorted(p for p in SAMPLES.iterdir() if p.is_dir()) if SAMPLES.is_dir() else []
    )


def make_region(
    shop: Workshop, folders: Sequence[Path], *, state: Path | None = None
) -> tuple[RegionServer, Knowledge]:
    """The server and what it knows; raises `VoiceAgentError` where a part is missing.

    `state`: where conversations and keys are kept instead of the configured place.
    """
    from voiceagent.door.tls import server_context
    from voiceagent.door.tokens import keyring_of, secret_of_state
    from voiceagent.region.ears import TurnDetector, speaker
    from voiceagent.region.knowledge import Knowledge
    from voiceagent.region.notary import Notary
    from voiceagent.region.server import RegionServer
    from voiceagent.region.services import unseen

    config, serve = shop.config, shop.config.serve
    home = state or home_of(config)
    secret = keyring_of(serve.secret_file, serve.secret_env)
    tls = (
        server_context(serve.certificate, serve.client_ca)
        if serve.certificate
        else None
    )
    watched, revoked = watched_files(serve, home, secret, tls)
    knowledge = Knowledge(documents_of(config, folders))
    voices = partial(shop.engines.voices, Pace.REALTIME)
    telemetry = telemetry_of(config.telemetry)
    server = RegionServer(
        serve,
        make_backend(config, knowledge),
        make_memory(config, home),
        resume_secret=secret or secret_of_state(home),
        token_secret=secret,
        tls=tls,
        ears=make_ears(config, knowledge),
        voice=speaker(voices, *(Compute() for _ in range(VOICES))),
        paced=partial(_paced, Compute()),
        detector=lambda wanted: TurnDetector(ears_for(shop, wanted)),
        keep=config.memory.keep_hours * 3600,
        observe=telemetry.region_span if telemetry else unseen,
        notary=Notary(home, serve.region),
        watched=watched,
        revoked=revoked,
    )
    _observed(server, telemetry)
    return server, knowledge


async def _paced(compute: Compute, pcm: bytes, speed: float) -> bytes:
    """The region's sound, said so many times as fast."""
    from voiceagent.audio.stretch import stretched
    from voiceagent.realtime.steps import RATE

    return await compute("tts", stretched, pcm, RATE, speed)


def watched_files(
    serve: ServeConfig, home: Path, keys: Keyring | None, tls: SSLContext | None
) -> tuple[list[Watched], Revoked]:
    """What is read again while the region runs, and which tokens hold no longer."""
    from voiceagent.door.keyring import read_secrets
    from voiceagent.door.register import Revoked, TokenRegister
    from voiceagent.door.tls import read_again
    from voiceagent.door.watched import Watched

    register, revoked = TokenRegister(home), Revoked()
    register.update(revoked)
    update = partial(register.update, revoked)
    watched = [Watched("tokens that are revoked", [register.path], update)]
    if serve.secret_file and keys is not None:
        file, held = Path(serve.secret_file).expanduser(), keys
        watched.append(
            Watched("secrets", [file], lambda: held.change(read_secrets(file)))
        )
    if tls is not None:
        files = [serve.certificate, *filter(None, [serve.client_ca])]
        again = partial(read_again, tls, serve.certificate, serve.client_ca)
        watched.append(Watched("certificate", [Path(f) for f in files], again))
    return watched, revoked


def ears_for(shop: Workshop, wanted: Mapping[str, Any]) -> Frontend:
    """A front end that finds turns as a client's `turn_detection` says."""
    from voiceagent.region.ears import policy_for

    return shop.engines.frontend(
        wake=False,
        policy=policy_for(shop.config.endpoint.policy(), wanted),
        threshold=wanted.get("threshold"),
    )


def _observed(server: RegionServer, telemetry: Telemetry | None) -> None:
    """Its spans are sent behind the last answer; what is lost is on `/metrics`."""
    if telemetry is not None:
        atexit.register(telemetry.close)
        server.services.metrics.read(spans_dropped=lambda: telemetry.dropped)


def make_ears(config: Config, knowledge: Knowledge) -> Recognisers:
    """What puts the sound that edges send into words."""
    from voiceagent.app.region_ears import hears_with, make_listener
    from voiceagent.region.recognisers import Recognisers

    return Recognisers(
        partial(make_listener, config, tuple(knowledge.sentences())),
        processes=config.serve.ears,
        copied=hears_with(config.serve).copies,
    )


def make_backend(config: Config, knowledge: Knowledge) -> Backend:
    """Whoever makes the words."""
    most = config.knowledge.passages
    match config.serve.backend:
        case "chat":
            from voiceagent.region.chat import ChatBackend

            key = os.environ.get(config.upstream.key_env, "")
            return ChatBackend(
                config.upstream, key=key, knowledge=knowledge, passages=most
            )
        case "llama":
            return _llama(config, knowledge)
        case _:
            from voiceagent.region.knowledge_backend import KnowledgeBackend

            return KnowledgeBackend(knowledge)


def _llama(config: Config, knowledge: Knowledge) -> Backend:
    """A model on this machine: bound to the documents, or free with them beside it."""
    from voiceagent.nlu.models.packages import PACKAGED
    from voiceagent.region.grounded import GroundedBackend
    from voiceagent.region.knowledge_backend import KnowledgeBackend
    from voiceagent.region.llama import DEFAULT, LlamaBackend

    wanted, most = config.llama, config.knowledge.passages
    grounded = wanted.grounded
    if grounded is None:
        grounded = (wanted.model or DEFAULT) in PACKAGED
    if not grounded:
        return LlamaBackend(wanted, knowledge=knowledge, passages=most)
    return GroundedBackend(KnowledgeBackend(knowledge), LlamaBackend(wanted))


def make_memory(config: Config, home: Path) -> Memory:
    """Where conversations are kept."""
    if config.memory.kind == "nats":
        from voiceagent.region.nats_memory import NatsMemory

        return NatsMemory(config.memory.url, keep=config.memory.keep_hours * 3600)
    from voiceagent.region.sqlite_memory import SqliteMemory

    return SqliteMemory(home / "region.sqlite")


async def serve_until_signalled(
    server: RegionServer, ready: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT, drain, and return; a second one ends it now. At
    SIGHUP secrets, certificates and revoked tokens are read again."""
    from voiceagent.door.open_files import raise_open_files

    most, wanted = raise_open_files(), server.config.max_sessions + FILES
    if most < wanted:
        log.warning(
            "only %d files can be open, `serve.max_sessions` needs %d: raise "
            "`LimitNOFILE`, or `ulimit -n`",
            most,
            wanted,
        )
    stop, loop = stop_signalled(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, server.door.again)
    await server.run(ready, stop.wait)


def home_of(config: Config) -> Path:
    """Where the region keeps what must survive."""
    if config.memory.folder:
        return Path(config.memory.folder)
    return Path(config.store.folder) if config.store.folder else state_folder()
