"""Sound at another rate, block by block or as a whole, by soxr's filters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.frames import RATE
from voiceagent.errors import EngineMissing

__all__ = ["Resampler", "as_float", "resampled", "resampled_pcm"]


class Resampler:
    """Streaming conversion of mono float32 at any rate to int16 at 16 kHz."""

    def __init__(self, rate: float) -> None:
        """Raises `EngineMissing` where `soxr` is needed and not installed."""
        self.clipped = 0
        """Samples beyond full scale so far, cut to it."""
        self._stream = None
        if rate != RATE:
            soxr = _soxr(rate)
            self._stream = soxr.ResampleStream(
                rate, RATE, 1, dtype="float32", quality="HQ"
            )

    def feed(
        self, values: NDArray[np.float32], *, last: bool = False
    ) -> NDArray[np.int16]:
        """The 16 kHz samples that `values` (full scale 1.0) complete."""
        if self._stream is not None:
            values = self._stream.resample_chunk(values, last=last)
        scaled = np.rint(values * np.float32(32768))
        low, high = scaled.min(initial=0), scaled.max(initial=0)
        if low < -32768 or high > 32767:
            self.clipped += int(np.count_nonzero((scaled > 32767) | (scaled < -32768)))
            scaled = np.clip(scaled, -32768, 32767)
        samples: NDArray[np.int16] = scaled.astype(np.int16)
        return samples


def as_float(pcm: bytes) -> NDArray[np.float32]:
    """Signed 16-bit little-endian bytes as float32 of full scale 1.0."""
    return np.frombuffer(pcm, "<i2").astype(np.float32) * np.float32(2**-15)


def resampled(
    samples: NDArray[np.int16], source: float, target: float
) -> NDArray[np.int16]:
    """A whole piece of sound at another rate; raises `EngineMissing` where `soxr` is
    needed and not installed."""
    if source == target or not len(samples):
        return samples
    # In float: of whole numbers it would make dithered ones, other ones each time.
    values = samples.astype(np.float32)
    made = _soxr(source).resample(values, source, target)
    whole: NDArray[np.int16] = np.clip(np.rint(made), -32768, 32767).astype(np.int16)
    return whole


def resampled_pcm(pcm: bytes, source: float, target: float) -> bytes:
    """The same for signed 16-bit little-endian bytes; half a sample at the end is
    dropped."""
    samples: NDArray[np.int16] = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2")
    return bytes(resampled(samples, source, target).astype("<i2").tobytes())


def _soxr(rate: float) -> Any:
    """The package; `rate`: why it is needed."""
    try:
        import soxr
    except ImportError as error:
        raise EngineMissing(
            "soxr",
            install="pip install 'voiceagent[edge]'",
            cause=f"the sound has {rate:g} Hz",
        ) from error
    return soxr
