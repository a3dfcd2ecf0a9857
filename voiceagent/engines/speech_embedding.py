"""Google's speech embedding over whole utterances: 96 values every 40 ms.

The network that openWakeWord carries was trained on a great many real voices to tell
words apart. It is made of convolutions alone, so that a longer input gives all its
outputs in one run, ten times faster than window by window; a second run, half a hop
later, halves the hop.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voiceagent.engines.tflite import TfLite, package_folder

__all__ = ["FRAME", "INSTALL", "VALUES", "SpeechEmbedding"]

INSTALL = "pip install 'voiceagent[openwakeword]'"
FRAME = 640
"""Samples between two embeddings: 40 ms."""
VALUES = 96
MELS = 32
COLUMN, MEL_WINDOW = 160, 512
"""Samples between two mel columns, and under one."""
SEEN, HOP = 76, 8
"""Mel columns that an embedding sees, and between two of one run."""
BEFORE = SEEN // 2 * COLUMN
"""Samples before the start of the audio that its first embedding sees."""
STEP = 4
"""Outputs by which the length of a run grows: few lengths, few interpreters."""
KEPT = 12
"""Interpreters kept, one for each length."""
LEVEL = 6000.0
"""Loudness (in 16 bit) that audio is brought to, of all but its loudest 0.5 %."""
FLOOR = 8.0
"""Noise under everything, rms in 16 bit: 57 dB below the level, above any silence."""

Floats = NDArray[np.float32]
_NOISE = np.random.default_rng(96).standard_normal(1 << 16).astype(np.float32) * FLOOR


class SpeechEmbedding:
    """Sound into embeddings; nothing is carried from one utterance to the next."""

    def __init__(self) -> None:
        """Raises `EngineMissing` or `EngineFailed`."""
        self._package = package_folder("pyopen_wakeword", install=INSTALL)
        self._models: dict[int, tuple[TfLite, TfLite]] = {}

    def __call__(self, samples: NDArray[np.int16] | Floats) -> Floats:
        """Embeddings [frames, 96] of audio at 16 kHz of any level, one every 40 ms,
        each of the 0.76 s around it."""
        frames = -(-len(samples) // FRAME)
        outputs = max(STEP, -(-len(samples) // (2 * FRAME * STEP)) * STEP)
        mel, embedding = self._for(outputs)
        whole = np.resize(_NOISE, mel.input_shape[1]).copy()
        whole[BEFORE : BEFORE + len(samples)] += levelled(samples)
        columns = mel.run(whole).reshape(-1, MELS) / np.float32(10) + np.float32(2)
        wanted = len(columns) - HOP // 2
        found = np.empty((2 * outputs, VALUES), np.float32)
        found[0::2] = embedding.run(columns[:wanted]).reshape(-1, VALUES)
        found[1::2] = embedding.run(columns[HOP // 2 :]).reshape(-1, VALUES)
        return found[:frames]

    def _for(self, outputs: int) -> tuple[TfLite, TfLite]:
        """The two networks for a run that gives so many outputs."""
        if outputs not in self._models:
            while len(self._models) >= KEPT:
                del self._models[next(iter(self._models))]
            self._models[outputs] = self._open(outputs)
        return self._models[outputs]

    def _open(self, outputs: int) -> tuple[TfLite, TfLite]:
        models: Path = self._package / "models"
        columns = SEEN + HOP * (outputs - 1)
        samples = COLUMN * (columns + HOP // 2 - 1) + MEL_WINDOW
        mel = TfLite(
            models / "melspectrogram.tflite",
            package=self._package,
            shape=(1, samples),
        )
        embedding = TfLite(
            models / "embedding_model.tflite",
            package=self._package,
            shape=(1, columns, MELS, 1),
        )
        return mel, embedding


def levelled(samples: NDArray[np.int16] | Floats) -> Floats:
    """The same at a level that all audio has; silence stays silence."""
    values = samples.astype(np.float32)
    if not len(values):
        return values
    loud = float(np.quantile(np.abs(values), 0.995))
    return values * np.float32(LEVEL / max(loud, 1.0))
