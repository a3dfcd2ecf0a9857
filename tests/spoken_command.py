"""A spoken command of the samples, and a grammar it is a sentence of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hassil.intents import Intents

from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.stt.grammar import Grammar, compile_grammar

if TYPE_CHECKING:
    from voiceagent.engines.stt.pocketsphinx.conditioning import Samples

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
TURN = "[hey] jarvis turn (on|off) [the] (kitchen|bedroom|office) (light|fan)"
SAID = "jarvis turn on the kitchen light"


def grammar_of(template: str) -> Grammar:
    """The automaton of one template."""
    data = {"data": [{"sentences": [template]}]}
    intents = {"language": "en", "intents": {"Only": data}}
    return compile_grammar(Intents.from_dict(intents))


def spoken_command() -> Samples:
    """Three seconds with `SAID` in them."""
    return read_audio(SAMPLES / "01-light-in-one-breath.flac").samples[: 3 * RATE]
