"""Replays for tests: one workshop a session, with the default configuration."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from voiceagent.clock import Pace

if TYPE_CHECKING:
    from voiceagent.replay.replay import Replay
    from voiceagent.replay.variants import Variants

__all__ = ["replay_scenario"]


def replay_scenario(
    path: Path,
    pace: str = "virtual",
    *,
    wake: bool = True,
    config: Mapping[str, object] | None = None,
) -> Replay:
    """Replay a recording or scenario; `wake=False`: it is one command, `config`: by
    dotted key on top of the defaults. What this machine has configured plays no part.
    """
    from voiceagent.replay.replay import ReplaySettings, replay_path
    from voiceagent.replay.variants import Variants

    variants, settings = _variants(), ReplaySettings(pace=Pace(pace), wake=wake)
    if config:
        variants = Variants(variants.workshop(config))
    base, other = variants.base, variants.workshop
    return replay_path(base, path, settings, configured=other)


@cache
def _variants() -> Variants:
    """Engines load once a test session."""
    from voiceagent.app.config import Config
    from voiceagent.app.workshop import Workshop
    from voiceagent.replay.variants import Variants

    return Variants(Workshop(Config()))
