"""Recordings with known words, and which state of the model each frame is in."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

from lib.training.gaussians import Floats, Ints
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.pocketsphinx.conditioning import FLOOR_DB, Samples, dithered
from voiceagent.engines.stt.pocketsphinx.decoder import add_words
from voiceagent.evaluation.commands import read_cases
from voiceagent.lang.spoken import spoken

__all__ = ["Aligned", "align", "cepstra", "made_ready", "model_folder", "recordings"]

LONGEST = 30.0
MARGIN = 0.2
SHORTEST_SPEECH = 0.2
BEAMS = {"beam": 1e-80, "wbeam": 1e-60, "pbeam": 1e-80}
FRONT_END = (
    "sphinx_fe -samprate 16000 -lowerf 130 -upperf 6800 -nfilt 25 -transform dct "
    "-lifter 22 -nfft 512 -remove_silence no -raw yes -ei raw -eo mfc"
)
"""As in the model's own `feat.params`."""
Spans = Callable[[Samples], Sequence[tuple[int, int]]]


@dataclass(frozen=True)
class Aligned:
    """One recording; the alignment covers the speech in it."""

    samples: Samples
    speech: slice
    states: Ints
    phones: Ints


def model_folder() -> Path:
    """Where pocketsphinx keeps its acoustic model."""
    return Path(pocketsphinx.get_model_path("en-us/en-us"))


def recordings(labels: Sequence[Path]) -> Iterator[tuple[Samples, str]]:
    """Samples and words of every labelled recording that is short enough."""
    for file in labels:
        for case in read_cases(file):
            samples = read_audio(case.path).samples
            if case.text and not case.reject and len(samples) <= LONGEST * RATE:
                yield samples, spoken(case.text)


def made_ready(speech: Samples) -> Samples:
    """As the recogniser prepares speech that was cut out."""
    level = float(np.sqrt(np.mean(speech.astype(np.float64) ** 2)))
    return dithered(speech, floor=max(4.0, level * 10 ** (-FLOOR_DB / 20)))


def align(
    samples: Samples, text: str, spans: Spans, phones: Sequence[str]
) -> Aligned | None:
    """The recording with the state of each frame; None where the words do not fit."""
    found = spans(samples)
    real = [span for span in found if span[1] - span[0] >= SHORTEST_SPEECH * RATE]
    if not real:
        return None
    margin = round(MARGIN * RATE)
    start, stop = max(0, real[0][0] - margin), found[-1][1] + margin
    ready = made_ready(samples[start:stop])
    decoder = pocketsphinx.Decoder(
        pocketsphinx.Config(lm=None, bestpath=False, loglevel="FATAL", **BEAMS)
    )
    add_words(decoder, set(text.split()), {})
    decoder.set_align_text(text)
    if _decode(decoder, ready).hyp() is None:
        return None
    decoder.set_alignment()
    alignment = _decode(decoder, ready).get_alignment()
    if alignment is None:
        return None
    parts = [(int(s.name), s.start, s.duration) for s in alignment.states()]
    named = [(phones.index(p.name), p.start, p.duration) for p in alignment.phones()]
    length = parts[-1][1] + parts[-1][2]
    return Aligned(
        samples, slice(start, stop), _spread(parts, length), _spread(named, length)
    )


def _decode(decoder: pocketsphinx.Decoder, ready: Samples) -> pocketsphinx.Decoder:
    decoder.start_utt()
    decoder.process_raw(ready.tobytes(), False, True)
    decoder.end_utt()
    return decoder


def _spread(parts: Sequence[tuple[int, int, int]], length: int) -> Ints:
    """What each frame belongs to."""
    frames: NDArray[np.int64] = np.zeros(length, np.int64)
    for value, start, duration in parts:
        frames[start : start + duration] = value
    return frames


def cepstra(sounds: Sequence[Samples], *, remove_noise: bool) -> list[Floats]:
    """By frame, 13 cepstra of each sound, as pocketsphinx computes them."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for number, sound in enumerate(sounds):
            (place / f"{number}.raw").write_bytes(sound.astype("<i2").tobytes())
        names = "\n".join(str(number) for number in range(len(sounds)))
        (place / "list").write_text(f"{names}\n")
        wanted = "yes" if remove_noise else "no"
        where = f"-remove_noise {wanted} -c {place}/list -di {place} -do {place}"
        command = [*FRONT_END.split(), *where.split()]
        subprocess.run(command, check=True, capture_output=True)
        files = (place / f"{number}.mfc" for number in range(len(sounds)))
        return [_read_cepstra(file) for file in files]


def _read_cepstra(file: Path) -> Floats:
    """A count of values, then the values, in the machine's own byte order."""
    data = file.read_bytes()
    return np.frombuffer(data, "<f4", offset=4).reshape(-1, 13)
