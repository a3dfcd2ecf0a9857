"""What hears in a region, made in whatever process this is called."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from voiceagent.app.choices import choose
from voiceagent.engines.registry import EngineSpec, EngineStage

if TYPE_CHECKING:
    from voiceagent.app.config import Config
    from voiceagent.region.config import ServeConfig
    from voiceagent.region.listener import Listener

__all__ = ["hears_with", "make_listener"]

SILENCE = bytes(96_000)
"""Two seconds of it: with the first sound all models are loaded."""


def hears_with(serve: ServeConfig) -> EngineSpec:
    """The engine that a configuration names."""
    engine = serve.stt
    if engine == "auto":
        engine = "faster_whisper" if serve.stt_model else "pocketsphinx"
    return choose(EngineStage.DICTATION, engine)


def make_listener(config: Config, sentences: tuple[str, ...]) -> Listener:
    """A recogniser with everything loaded, behind a gate; `sentences`: what will be
    talked about."""
    from voiceagent.app.workshop import Workshop
    from voiceagent.region.listener import Listener

    serve, engines = config.serve, Workshop(config).engines
    engine = hears_with(serve).name
    recognise = engines.dictation(sentences, engine=engine, model=serve.stt_model)
    listener = Listener(recognise, partial(engines.frontend, wake=False))
    listener.hear(SILENCE)
    listener.words(SILENCE[:6_400])
    return listener
