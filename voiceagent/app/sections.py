"""What may be configured: the types are the schema, one a section of the file."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from voiceagent.app.sections_regional import (
    CostConfig,
    KnowledgeConfig,
    LlamaConfig,
    MemoryConfig,
    PrivacyConfig,
    RegionConfig,
    ServeConfig,
    TelemetryConfig,
    UpstreamConfig,
)
from voiceagent.frontend.endpoint import EndpointPolicy

__all__ = [
    "AudioConfig",
    "BudgetConfig",
    "Config",
    "EndpointConfig",
    "HomeAssistantConfig",
    "PackConfig",
    "RouteConfig",
    "SlmConfig",
    "SpeakConfig",
    "StoreConfig",
    "SttConfig",
    "VadConfig",
    "WakeConfig",
]

Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
Milliseconds = Annotated[float, Meta(ge=0.0, le=60_000.0)]


class WakeConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Wake word."""

    words: list[str] = field(default_factory=lambda: ["hey_jarvis"])
    """Built-in names or paths to a model of your own."""
    engine: Literal["microwakeword", "openwakeword", "none"] = "microwakeword"
    verifier: Literal["none", "openwakeword"] = "none"
    """Second opinion on the last two seconds when the engine fires."""
    threshold: Probability | None = None
    """Score that fires; the model's own where not given."""
    refractory_ms: Milliseconds = 1000.0
    earcon: bool = True


class VadConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Voice activity."""

    engine: Literal["gated", "silero", "webrtcvad"] = "gated"
    onset_ms: Milliseconds = 60.0
    hangover_ms: Milliseconds = 80.0


FITTED = EndpointPolicy()
"""Waits as they were measured to be best."""


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


class EndpointConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """End of turn."""

    patience: Annotated[float, Meta(ge=0.3, le=10.0)] = 1.0
    """Factor on all waits: 2 for people who take their time."""
    complete_ms: Milliseconds = _ms(FITTED.complete)
    extensible_ms: Milliseconds = _ms(FITTED.extensible)
    incomplete_ms: Milliseconds = _ms(FITTED.incomplete)
    unknown_ms: Milliseconds = _ms(FITTED.unknown)
    no_speech_ms: Milliseconds = _ms(FITTED.no_speech)
    max_turn_ms: Annotated[float, Meta(ge=1000.0, le=120_000.0)] = _ms(FITTED.max_turn)


class SttConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Speech to text."""

    engine: Literal["pocketsphinx", "faster_whisper"] = "pocketsphinx"
    model: str = ""
    """Path or name of a model, for engines that need one."""
    language: str = "en"
    second: Literal["auto", "moonshine", "none"] = "auto"
    """A recogniser of any words that pocketsphinx is asked together with; `auto`: where
    it is installed."""
    min_confidence: Probability | None = None
    """Below it the agent asks again; the engine's own where not given."""
    ask_below: Probability | None = None
    """Below it the agent asks "did you say ..." before it acts; the engine's own where
    not given, 0 for never."""


class SlmConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The small language model: for what no template says."""

    model: str = ""
    """A name (`voiceagent models list`), a path to a GGUF or a folder, or `none`; empty
    for the choice of `voiceagent models use`, else the shipped one. Virtual replays use
    a model only where one is named here."""
    engine: Literal["auto", "llama_cpp", "xllamacpp"] = "auto"
    process: bool = True
    """Live, in a process of its own: a crash of native code fails one turn."""
    limit_ms: Milliseconds | None = None
    """Longest wait for the model in one turn; up to the turn's deadline where not
    given. What comes later is dropped."""


class RouteConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who answers: how sure the model must be before the device acts on its word."""

    local_share: Probability | None = None
    """Share of sentences to keep on the device; the threshold comes from the model's
    risk-coverage curve. Excludes `max_risk`."""
    max_risk: Probability | None = None
    """Share of the kept sentences that may be wrong. Excludes `local_share`."""

    def __post_init__(self) -> None:
        if self.local_share is not None and self.max_risk is not None:
            raise ValueError("give either `local_share` or `max_risk`, not both")


class SpeakConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The voice."""

    voice: str = "auto"
    """`auto`, `espeak`, `flite`, `festival` or `command`."""
    command: list[str] = field(default_factory=list)
    """A program that reads text on stdin and writes a WAV to stdout."""
    volume: Probability = 0.7
    cache_mb: Annotated[float, Meta(ge=1.0, le=4096.0)] = 64.0


class BudgetConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Latency."""

    response_ms: Annotated[float, Meta(ge=100.0, le=30_000.0)] = 800.0
    """From the last speech sample to the first sample of the reply."""
    reserve_ms: Milliseconds = 80.0


class AudioConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Microphone and speaker."""

    device: str = ""
    """Microphone: number or part of its name; empty for the system's choice."""
    output: str = ""
    duplex: Literal["half", "full"] = "half"
    """`full` where our own sound does not reach the microphone."""


class PackConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the agent understands and does."""

    folder: str = ""
    """A pack of your own instead of the built-in home pack."""
    skills: list[str] = field(default_factory=list)
    """Folders of further skills."""
    area: str = ""
    """Where the device stands: "turn off the lights in here"."""


class HomeAssistantConfig(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """A real Home Assistant instead of the built-in house."""

    url: str = ""
    token_env: str = "HOME_ASSISTANT_TOKEN"
    """Name of the environment variable that holds the token."""


class StoreConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is kept on this device."""

    folder: str = ""
    """Timers, lists, house state; empty for the user's state folder."""


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All sections."""

    wake: WakeConfig = field(default_factory=WakeConfig)
    vad: VadConfig = field(default_factory=VadConfig)
    endpoint: EndpointConfig = field(default_factory=EndpointConfig)
    stt: SttConfig = field(default_factory=SttConfig)
    slm: SlmConfig = field(default_factory=SlmConfig)
    route: RouteConfig = field(default_factory=RouteConfig)
    speak: SpeakConfig = field(default_factory=SpeakConfig)
    budget: BudgetConfig = field(default_factory=BudgetConfig)
    audio: AudioConfig = field(default_factory=AudioConfig)
    pack: PackConfig = field(default_factory=PackConfig)
    home_assistant: HomeAssistantConfig = field(default_factory=HomeAssistantConfig)
    store: StoreConfig = field(default_factory=StoreConfig)
    region: RegionConfig = field(default_factory=RegionConfig)
    privacy: PrivacyConfig = field(default_factory=PrivacyConfig)
    cost: CostConfig = field(default_factory=CostConfig)
    telemetry: TelemetryConfig = field(default_factory=TelemetryConfig)
    serve: ServeConfig = field(default_factory=ServeConfig)
    knowledge: KnowledgeConfig = field(default_factory=KnowledgeConfig)
    upstream: UpstreamConfig = field(default_factory=UpstreamConfig)
    llama: LlamaConfig = field(default_factory=LlamaConfig)
    memory: MemoryConfig = field(default_factory=MemoryConfig)
