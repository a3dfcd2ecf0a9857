"""From the name of an engine to the engine, whoever made it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.app.choices import choose
from voiceagent.engines.registry import ENGINES, EngineSpec, EngineStage
from voiceagent.errors import EngineFailed, EngineMissing, VoiceAgentError

__all__ = ["made", "ready"]

MEMBERS: Mapping[EngineStage, tuple[str, ...]] = {
    EngineStage.WAKE: ("name", "words", "push", "reset"),
    EngineStage.VERIFIER: ("name", "verify"),
    EngineStage.VAD: ("name", "push", "reset"),
    EngineStage.STT: ("name", "start", "feed", "preview", "finish"),
    EngineStage.VOICE: ("name", "synthesize"),
}
"""What the protocol of a stage asks for."""


def made(stage: EngineStage, name: str, *wanted: object) -> Any:
    """A new engine of that name."""
    return ready(choose(stage, name), *wanted)


def ready(spec: EngineSpec, *wanted: object) -> Any:
    """A new engine; whatever a stranger's does wrong is said in our words."""
    if spec in ENGINES:
        return spec.load()(*wanted)
    try:
        engine = spec.load()(*wanted)
    except VoiceAgentError:
        raise
    except ImportError as error:
        line = spec.install_line
        raise EngineMissing(spec.name, install=line, cause=str(error)) from error
    except Exception as error:
        raise _unusable(spec, f"{type(error).__name__}: {error}") from error
    lacking = [
        name for name in MEMBERS.get(spec.stage, ()) if not hasattr(engine, name)
    ]
    if lacking:
        raise _unusable(spec, f"it has no `{lacking[0]}`")
    return engine


def _unusable(spec: EngineSpec, cause: str) -> EngineFailed:
    return EngineFailed(
        f"{spec.stage} engine `{spec.name}` cannot be used",
        cause=cause,
        hint="ask whoever made it, or choose another",
    )
