"""From configured milliseconds to the decisions over wake word, speech and silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from voiceagent.app.sections import EndpointConfig, VadConfig, WakeConfig
from voiceagent.frontend.endpoint import EndpointPolicy
from voiceagent.frontend.vad import VadSmoother
from voiceagent.frontend.wake import WakeRule

__all__ = ["endpoint_policy", "vad_smoother", "wake_openings", "wake_rules"]

FRAME_MS = 20


def wake_rules(config: WakeConfig, own: Mapping[str, WakeRule]) -> dict[str, WakeRule]:
    """When the scores of each word are a hit; `own`: the rules of the model."""
    rules, threshold = dict(own), config.threshold
    if threshold is None:
        return rules
    return {w: replace(rule, threshold=threshold) for w, rule in rules.items()}


def wake_openings(config: WakeConfig) -> list[str]:
    """How the wake words sound when the recogniser hears them too."""
    if config.engine == "none":
        return []
    names = [Path(word).stem.replace("_", " ") for word in config.words]
    tails = [name.partition(" ")[2] for name in names]
    return list(dict.fromkeys(filter(None, [*names, *tails])))


def vad_smoother(config: VadConfig) -> VadSmoother:
    """The decision over voice activity."""
    return VadSmoother(
        onset=max(1, round(config.onset_ms / FRAME_MS)),
        hangover=max(1, round(config.hangover_ms / FRAME_MS)),
    )


def endpoint_policy(config: EndpointConfig) -> EndpointPolicy:
    """The decision over the end of a turn."""
    return EndpointPolicy(
        complete=config.complete_ms / 1000,
        extensible=config.extensible_ms / 1000,
        incomplete=config.incomplete_ms / 1000,
        unknown=config.unknown_ms / 1000,
        no_speech=config.no_speech_ms / 1000,
        max_turn=config.max_turn_ms / 1000,
        patience=config.patience,
    )
