"""What may be configured of the regional tier itself."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from voiceagent.config_types import Milliseconds

__all__ = [
    "ServeConfig",
    "KnowledgeConfig",
    "UpstreamConfig",
    "LlamaConfig",
    "MemoryConfig",
]


class ServeConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The regional server."""

    host: str = "127.0.0.1"
    """Anything but loopback needs a token secret and TLS."""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8765
    reuse_port: bool = False
    """Listen beside another server of this user on the same port: the next one begins
    before the last one ends."""
    region: str = "local"
    """The region that this server stands in."""
    backend: Literal["knowledge", "chat", "llama"] = "knowledge"
    secret_env: str = "VOICEAGENT_TOKEN_SECRET"
    """Name of the environment variable with the secret that signs tokens; without one
    the server takes anybody on loopback."""
    secret_file: str = ""
    """File with the secrets of tokens instead, one a line: the first signs, all are
    believed; read again when it changes."""
    certificate: str = ""
    """PEM file with the certificate (chain) and key: TLS."""
    client_ca: str = ""
    """PEM file with the authority of the devices' certificates: mutual TLS."""
    origins: list[str] = field(default_factory=list)
    """Web origins that may connect; others with an `Origin` are refused."""
    proxies: list[str] = field(default_factory=list)
    """Addresses or networks of proxies whose `X-Forwarded-For` is believed."""
    max_sessions: Annotated[int, Meta(ge=1, le=100_000)] = 200
    max_responses: Annotated[int, Meta(ge=1, le=10_000)] = 32
    """Responses that may be made at once; more are refused with a reason."""
    answer_ms: Annotated[float, Meta(ge=1000.0, le=3_600_000.0)] = 300_000.0
    """How long one response may take in all."""
    kept_mb: Annotated[float, Meta(ge=64.0, le=1_000_000.0)] = 1024.0
    """Megabytes that all sessions may keep: sound, text, what is to be sent."""
    waiting_ms: Annotated[float, Meta(ge=120_000.0, le=86_400_000.0)] = 600_000.0
    """Sound of all sessions that may wait to be made out."""
    resume_ms: Annotated[float, Meta(ge=0.0, le=600_000.0)] = 30_000.0
    """How long a cut session can be gone on with."""
    drain_ms: Milliseconds = 10_000.0
    """How long responses may go on after SIGTERM."""
    stt: str = "auto"
    """Who hears what edges send as audio: `pocketsphinx`, `faster_whisper`, or the
    latter where it has a model."""
    stt_model: str = ""
    """Folder with a CTranslate2 Whisper model, or a name as `stt.model`."""
    ears: Annotated[int, Meta(ge=1, le=32)] = 2
    """Processes that hear, each a recogniser of its own."""


class KnowledgeConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The operator's documents."""

    folders: list[str] = field(default_factory=list)
    """Folders with Markdown and text files."""
    passages: Annotated[int, Meta(ge=1, le=20)] = 4
    """Passages that a language model is given as context."""


class UpstreamConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An OpenAI-compatible chat-completions server."""

    url: str = ""
    """Its base address, such as `http://127.0.0.1:8000/v1`."""
    model: str = ""
    key_env: str = ""
    """Name of the environment variable that holds its key."""
    limit_ms: Milliseconds = 30_000.0
    """Longest silence between two pieces of an answer."""


class LlamaConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model on the processor of the regional server."""

    model: str = ""
    """Path to a GGUF with a chat template, or `smollm2`, which comes in a package and
    is used where none is named."""
    grounded: bool | None = None
    """Whether it may only say what was found in the documents, in fewer words; where
    not given: the packaged model alone."""
    slots: Annotated[int, Meta(ge=1, le=64)] = 8
    context: Annotated[int, Meta(ge=256, le=131_072)] = 2048
    """Tokens per slot."""
    threads: Annotated[int, Meta(ge=0, le=256)] = 0
    """0: as many as there are cores."""


class MemoryConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conversations kept by the regional server."""

    kind: Literal["sqlite", "nats"] = "sqlite"
    folder: str = ""
    """For `sqlite`; empty for the user's state folder."""
    url: str = "nats://127.0.0.1:4222"
    """For `nats`."""
    keep_hours: Annotated[float, Meta(gt=0.0, le=87_600.0)] = 24.0
