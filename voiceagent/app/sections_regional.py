"""Configuration of the ways to a larger tier, and of that tier itself."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

__all__ = [
    "CostConfig",
    "KnowledgeConfig",
    "LlamaConfig",
    "MemoryConfig",
    "PrivacyConfig",
    "RegionConfig",
    "ServeConfig",
    "TelemetryConfig",
    "UpstreamConfig",
]

Milliseconds = Annotated[float, Meta(ge=0.0, le=60_000.0)]
Leaves = Literal["nothing", "summary", "redacted", "text", "audio"]


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
    heartbeat_ms: Milliseconds = 1000.0
    """Between two pings while a turn waits."""
    dead_ms: Milliseconds = 3000.0
    """A ping unanswered for so long: the peer is dead."""


class PrivacyConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may leave the device."""

    leaves: Leaves = "redacted"
    """The most that leaves in any turn, in whatever task class."""
    classes: dict[str, Leaves] = field(default_factory=dict)
    """Stricter limits by task class (`voiceagent privacy report` lists them)."""
    contacts: str = ""
    """A text file with a name a line: names that never leave."""
    names: list[str] = field(default_factory=list)
    """Further names and words that never leave."""
    context_turns: Annotated[int, Meta(ge=0, le=20)] = 3
    """Earlier turns that go along, under the same rules."""


class CostConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What answers may cost."""

    prices: str = ""
    """A TOML file of prices instead of the built-in table."""
    per_turn: Annotated[float, Meta(ge=0.0)] | None = None
    """Most that one turn may cost, in the currency of the prices."""
    per_day: Annotated[float, Meta(ge=0.0)] | None = None
    per_month: Annotated[float, Meta(ge=0.0)] | None = None


class TelemetryConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Traces for others to read."""

    otlp: str = ""
    """Address of an OTLP/HTTP collector; empty: nothing is exported."""
    content: bool = False
    """Words in spans: only with this switch."""
    service: str = "voiceagent"


class ServeConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The regional server."""

    host: str = "127.0.0.1"
    """Anything but loopback needs a token secret and TLS."""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8765
    region: str = "local"
    """The region that this server stands in."""
    backend: Literal["knowledge", "chat", "llama"] = "knowledge"
    secret_env: str = "VOICEAGENT_TOKEN_SECRET"
    """Name of the environment variable with the secret that signs tokens; without one
    the server takes anybody on loopback."""
    certificate: str = ""
    """PEM file with the certificate (chain) and key: TLS."""
    client_ca: str = ""
    """PEM file with the authority of the devices' certificates: mutual TLS."""
    origins: list[str] = field(default_factory=list)
    """Web origins that may connect; others with an `Origin` are refused."""
    max_sessions: Annotated[int, Meta(ge=1, le=100_000)] = 200
    max_responses: Annotated[int, Meta(ge=1, le=10_000)] = 32
    """Responses that may be made at once; more are refused with a reason."""
    resume_ms: Annotated[float, Meta(ge=0.0, le=600_000.0)] = 30_000.0
    """How long a cut session can be gone on with."""
    drain_ms: Milliseconds = 10_000.0
    """How long responses may go on after SIGTERM."""
    stt: Literal["auto", "faster_whisper", "pocketsphinx"] = "auto"
    stt_model: str = ""
    """Folder with a CTranslate2 Whisper model."""


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
    """Path to a GGUF with a chat template."""
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
