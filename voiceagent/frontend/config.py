"""What may be configured of wake word, voice activity and the end of a turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct, field

from voiceagent.config_types import Milliseconds, Probability
from voiceagent.frontend.endpoint import EndpointPolicy
from voiceagent.frontend.wake import WakeRule

if TYPE_CHECKING:
    from voiceagent.frontend.vad import VadSmoother

__all__ = ["WakeConfig", "VadConfig", "EndpointConfig"]

FITTED = EndpointPolicy()
"""Waits as they were measured to be best."""
FRAME_MS = 20


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


class WakeConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Wake word."""

    words: list[str] = field(default_factory=lambda: ["hey_jarvis"])
    """Built-in names or paths to a model of your own."""
    engine: str = "microwakeword"
    """Or `openwakeword`, `none`, or one of a plugin."""
    verifier: str = "none"
    """`openwakeword`, or none: a second opinion on the last two seconds when the engine
    fires."""
    threshold: Probability | None = None
    """Score that fires; the model's own where not given."""
    refractory_ms: Milliseconds = 1000.0
    earcon: bool = True

    def rules(self, own: Mapping[str, WakeRule]) -> dict[str, WakeRule]:
        """When the scores of each word are a hit; `own`: the rules of the model."""
        rules, threshold = dict(own), self.threshold
        if threshold is None:
            return rules
        return {w: replace(rule, threshold=threshold) for w, rule in rules.items()}

    def openings(self) -> list[str]:
        """How the wake words sound when the recogniser hears them too."""
        if self.engine == "none":
            return []
        names = [Path(word).stem.replace("_", " ") for word in self.words]
        tails = [name.partition(" ")[2] for name in names]
        return list(dict.fromkeys(filter(None, [*names, *tails])))


class VadConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Voice activity."""

    engine: str = "gated"
    """Or `silero`, `webrtcvad`, or one of a plugin."""
    onset_ms: Milliseconds = 60.0
    hangover_ms: Milliseconds = 80.0

    def smoother(self, threshold: float | None = None) -> VadSmoother:
        """The decision over voice activity; `threshold`: probability of speech at
        which it starts, where another one is wanted."""
        # The command line reads the configuration and loads no numbers for that.
        from voiceagent.frontend.vad import VadSmoother

        start = VadSmoother.START if threshold is None else threshold
        return VadSmoother(
            start=start,
            stop=max(0.0, start - VadSmoother.DROP),
            onset=max(1, round(self.onset_ms / FRAME_MS)),
            hangover=max(1, round(self.hangover_ms / FRAME_MS)),
        )


class EndpointConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """End of turn."""

    patience: Annotated[float, Meta(ge=0.3, le=10.0)] = 1.0
    """Factor on all waits: 2 for people who take their time."""
    complete_ms: Milliseconds = _ms(FITTED.complete)
    extensible_ms: Milliseconds = _ms(FITTED.extensible)
    incomplete_ms: Milliseconds = _ms(FITTED.incomplete)
    unknown_ms: Milliseconds = _ms(FITTED.unknown)
    no_speech_ms: Milliseconds = _ms(FITTED.no_speech)
    """How long a command is waited for after the wake word."""
    answer_ms: Milliseconds = _ms(FITTED.answer)
    """The same for the answer to a question, which needs no wake word."""
    max_turn_ms: Annotated[float, Meta(ge=1000.0, le=120_000.0)] = _ms(FITTED.max_turn)

    def policy(self) -> EndpointPolicy:
        """The decision over the end of a turn."""
        return EndpointPolicy(
            complete=self.complete_ms / 1000,
            extensible=self.extensible_ms / 1000,
            incomplete=self.incomplete_ms / 1000,
            unknown=self.unknown_ms / 1000,
            no_speech=self.no_speech_ms / 1000,
            answer=self.answer_ms / 1000,
            max_turn=self.max_turn_ms / 1000,
            patience=self.patience,
        )
