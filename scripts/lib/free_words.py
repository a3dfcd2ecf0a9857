"""What the second recogniser writes of spoken sentences, and whether it is right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bench_language as typed
import numpy as np
from bench_spoken import chosen, said_by

from lib.speakers import Booth, held_out_speakers, usable
from lib.spoken_ears import HearingRoom
from lib.spoken_sets import commands, compound_half, neighbours
from lib.words import same_words
from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.moonshine.certainty import features_of
from voiceagent.engines.stt.moonshine.model import Moonshine, MoonshineTranscript
from voiceagent.engines.stt.pocketsphinx.searches import Hearing
from voiceagent.evaluation.spoken import Uttered

__all__ = ["free_words"]

BEFORE = 0.2
"""Seconds before the speech that are heard too."""


def free_words(
    keep: Path | None, text: Path | None, count: int
) -> Iterator[dict[str, Any]]:
    """Up to `count` sentences of each set, of the half that is for fitting: what was
    written, the evidence for it, whether these are the words."""
    speakers = [name for name in usable()[0] if name not in held_out_speakers()]
    room = HearingRoom(None, again=False)
    booth = Booth(keep / "voices" if keep else None)
    others = typed.paraphrased(text) if text else ()
    sets = {
        "own": commands(typed.own(), room),
        "others": commands(others, room),
        "compound": compound_half(room),
        "neighbours": neighbours(room, 0),
    }
    shop, model = Workshop(Config()), Moonshine()
    for name, items in sets.items():
        half = [item for item in items if not item.held_out]
        for item in chosen(half, count, 0):
            speaker, condition = said_by(item, speakers, 0)
            uttered = booth.utter(item.text, speaker, condition)
            said = _written(shop, model, uttered)
            if said is not None and said.text:
                right = same_words(said.text, item.text)
                yield {
                    "set": name,
                    "file": item.text,
                    "said": said.text,
                    "features": features_of(said),
                    "right": right,
                    "room": condition,
                }


def _written(
    shop: Workshop, model: Moonshine, uttered: Uttered
) -> MoonshineTranscript | None:
    sound = np.concatenate([uttered.sound, uttered.room[:RATE]])
    spans = shop.speech(sound)
    if not spans:
        return None
    margin = round(BEFORE * RATE)
    audio = sound[max(0, spans[0][0] - margin) : spans[-1][1] + margin]
    heard = Hearing(audio).sound(model.listen)
    return heard.written() if heard else None
