"""The parameter files of pocketsphinx's acoustic model, and what it computes of them.

42 phones have a codebook of 128 Gaussians in each of three streams (13 cepstra, their
first and second differences); 5126 tied states weigh them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Floats",
    "Gaussians",
    "Ints",
    "read_gaussians",
    "streams",
    "write_parameters",
]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
MAGIC = 0x11223344
END = b"endhdr\n"
LOG_STEP = 1024 * np.log(1.0001)
"""A step of a quantised mixture weight, as natural logarithm."""
LEAST_VARIANCE = 1e-4
EDGE = 3
BLOCK = 64
"""Frames worked on at a time."""


@dataclass(frozen=True)
class Gaussians:
    """Codebooks and weights of the model."""

    phones: tuple[str, ...]
    means: Floats
    """By phone, stream, Gaussian, dimension."""
    variances: Floats
    log_weights: Floats
    """By stream, Gaussian, state."""

    def shares(self, frames: Floats, states: Ints, phones: Ints) -> Floats:
        """By frame, stream, Gaussian: how much of the frame each Gaussian explains."""
        constant = -0.5 * np.log(2 * np.pi * self.variances).sum(-1)
        found = np.empty((len(frames), *self.means.shape[1:3]), np.float32)
        for start in range(0, len(frames), BLOCK):
            at = slice(start, start + BLOCK)
            away = frames[at, :, None] - self.means[phones[at]]
            log = constant[phones[at]]
            log = log - 0.5 * (away**2 / self.variances[phones[at]]).sum(-1)
            log = log + self.log_weights[:, :, states[at]].transpose(2, 0, 1)
            share = np.exp(log - log.max(-1, keepdims=True))
            found[at] = share / share.sum(-1, keepdims=True)
        return found


def read_gaussians(folder: Path) -> Gaussians:
    """The model in a folder of pocketsphinx."""
    return Gaussians(
        _phones(folder / "mdef"),
        _parameters(folder / "means"),
        np.maximum(_parameters(folder / "variances"), LEAST_VARIANCE),
        _weights(folder / "sendump"),
    )


def _phones(file: Path) -> tuple[str, ...]:
    data = file.read_bytes()
    names = data[data.find(b"+NSN+\0") :].split(b"\0")
    return tuple(name.decode() for name in names[:42])


def _parameters(file: Path) -> Floats:
    data = file.read_bytes()
    at = data.find(END) + len(END)
    magic, codebooks, feature, density = struct.unpack_from("<I3i", data, at)
    assert magic == MAGIC, f"{file} is written the other way round"
    at += 16 + 4 * feature
    (length,) = struct.unpack_from("<i", data, at)
    values = np.frombuffer(data, "<f4", length, at + 4)
    return values.reshape(codebooks, feature, density, -1).copy()


def _weights(file: Path) -> Floats:
    """The header is a list of texts, each after its length, ended by a length of 0."""
    data = file.read_bytes()
    at = 0
    while (length := struct.unpack_from("<i", data, at)[0]) > 0:
        at += 4 + length
    density, states = struct.unpack_from("<2i", data, at + 4)
    steps = np.frombuffer(data, np.uint8, offset=at + 12)
    return np.asarray(-LOG_STEP * steps.reshape(3, density, states), np.float32)


def write_parameters(file: Path, values: Floats) -> None:
    """Means or variances in the form that pocketsphinx reads."""
    codebooks, feature, density, size = values.shape
    head = struct.pack("<I3i", MAGIC, codebooks, feature, density)
    head += struct.pack(f"<{feature}i", *[size] * feature)
    body = struct.pack("<i", values.size) + values.astype("<f4").tobytes()
    file.write_bytes(b"s3\nversion 1.0\n" + END + head + body)


def streams(cepstra: Floats) -> Floats:
    """By frame: cepstra less their mean, first and second differences."""
    centred = cepstra - cepstra.mean(0)
    padded = np.pad(centred, ((EDGE, EDGE), (0, 0)), "edge")

    def at(offset: int) -> Floats:
        return np.asarray(padded[EDGE + offset : EDGE + offset + len(centred)])

    first = at(2) - at(-2)
    second = (at(3) - at(-1)) - (at(1) - at(-3))
    return np.stack([centred, first, second], 1)
